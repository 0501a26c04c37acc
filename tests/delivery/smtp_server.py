"""A mail server on loopback that does as it is told, misbehaviour included."""

import base64
import contextlib
import hmac
import socket
import socketserver
import ssl
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from types import TracebackType

CUT = "cut the connection"
READ = "read the mail to its end"
STALL = "say nothing until the client gives up"
SLOWLY = "250 2.0.0 taken after a long look"

FEATURES = ("PIPELINING", "SIZE 30000000", "8BITMIME", "SMTPUTF8")

_FINE = {
    "CONNECT": "220 test ESMTP",
    "HELO": "250 test",
    "STARTTLS": "220 go on",
    "AUTH": "235 2.7.0 welcome",
    "MAIL": "250 2.1.0 fine",
    "RCPT": "250 2.1.5 fine",
    "DATA": "354 go on",
    "DOT": "250 2.0.0 taken",
    "NOOP": "250 2.0.0 fine",
    "RSET": "250 2.0.0 fine",
    "QUIT": "221 2.0.0 bye",
}
_WHAT = "500 5.5.1 what?"
_NOT_NOW = "503 5.5.1 not now"
_NOBODY = "554 5.5.1 no valid recipients"
_CHALLENGES = {"PLAIN": [""], "LOGIN": ["Username:", "Password:"], "CRAM-MD5": ["<1@test>"]}


@dataclass(frozen=True)
class Accepted:
    sender: str
    recipient: str
    content: bytes
    confirmed: bool = True


class _Cut(Exception):
    pass


class SmtpServer:
    """``say`` what to answer at a verb, at CONNECT, in the BODY or at the DOT; else all is fine.

    ``room`` is how many connections it serves at once; a ``dribbling`` server sends its answers
    one byte at a time.
    """

    def __init__(
        self,
        features: tuple[str, ...] = FEATURES,
        *,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        login: tuple[str, str] | None = None,
        mechanism: str = "PLAIN",
        room: int = 100,
        dribbling: bool = False,
    ) -> None:
        self.features, self.tls, self.implicit = features, tls, implicit
        self.login, self.mechanism = login, mechanism
        self.room, self.dribbling = threading.Semaphore(room), dribbling
        self.begun: list[str] = []  # recipients whose mails were let begin
        self.accepted: list[Accepted] = []
        self.verbs: list[str] = []
        self.lines: list[str] = []
        self.connections = 0
        self.let_go = threading.Event()
        self.live: list[socket.socket] = []
        self._script: dict[str, deque[str]] = defaultdict(deque)
        self._server = _Listener(("127.0.0.1", 0), _Conversation)
        self._server.told = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def say(self, event: str, *answers: str) -> None:
        self._script[event].extend(answers)

    def told(self, event: str) -> str | None:
        try:
            return self._script[event].popleft()
        except IndexError:
            return None

    def __enter__(self) -> "SmtpServer":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.let_go.set()
        self._server.shutdown()
        for connection in self.live:  # or a client that does not hang up would be waited for
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._server.server_close()


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    request_queue_size = 50
    told: SmtpServer


class _Conversation(socketserver.StreamRequestHandler):
    server: _Listener
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.told.live.append(self.request)
        self.sender: str | None = None
        self.recipient: str | None = None

    def handle(self) -> None:
        told = self.server.told
        told.connections += 1
        if not told.room.acquire(blocking=False):
            self._write("421 4.7.0 too many connections")
            return
        try:
            if told.implicit:
                self._encrypt()
            self._answer("CONNECT")
            while line := self.rfile.readline():
                self._obey(line.decode().strip())
        except (_Cut, OSError):
            pass
        finally:
            told.room.release()

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            self.request.close()  # encrypted, it is another socket than the listener's

    def _obey(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        verb = verb.upper()
        self.server.told.verbs.append(verb)
        self.server.told.lines.append(line)
        match verb:
            case "EHLO":
                self._greet()
            case "STARTTLS":
                self._answer("STARTTLS")
                self._encrypt()
            case "AUTH":
                self._check(rest)
            case "MAIL" | "RCPT" | "DATA":
                self._transact(verb, rest.partition("<")[2].partition(">")[0])
            case "RSET":
                self.sender = self.recipient = None
                self._answer("RSET")
            case _:
                self._answer(verb)

    def _greet(self) -> None:
        told = self.server.told
        if (answer := told.told("EHLO")) is not None:
            return self._say(answer)
        offered = list(told.features)
        if told.tls and not isinstance(self.request, ssl.SSLSocket):
            offered.append("STARTTLS")
        if told.login:
            offered.append(f"AUTH {told.mechanism}")
        self._write("".join(f"250-{feature}\r\n" for feature in ["test", *offered]) + "250 HELP")

    def _check(self, mechanism: str) -> None:
        answers = [self._ask(challenge) for challenge in _CHALLENGES[mechanism]]
        if answers == self._right(mechanism):
            self._answer("AUTH")
        else:
            self._write("535 5.7.8 no")

    def _ask(self, challenge: str) -> str:
        self._write(f"334 {base64.b64encode(challenge.encode()).decode()}")
        return base64.b64decode(self.rfile.readline()).decode()

    def _right(self, mechanism: str) -> list[str]:
        assert self.server.told.login is not None
        user, password = self.server.told.login
        match mechanism:
            case "LOGIN":
                return [user, password]
            case "CRAM-MD5":
                return [f"{user} {hmac.new(password.encode(), b'<1@test>', 'md5').hexdigest()}"]
        return [f"\0{user}\0{password}"]

    def _transact(self, verb: str, address: str) -> None:
        answer = self._answer(verb, self._out_of_turn(verb))
        if verb == "MAIL" and answer.startswith("2"):
            self.sender = address
        elif verb == "RCPT" and answer.startswith("2"):
            self.recipient = address
        elif verb == "DATA" and answer.startswith("354"):
            self.server.told.begun.append(self.recipient or "")
            self._take()

    def _out_of_turn(self, verb: str) -> str | None:
        match verb:
            case "MAIL":
                return _NOT_NOW if self.sender is not None else None
            case "RCPT":
                return _NOT_NOW if self.sender is None else None
        return _NOBODY if self.recipient is None else None

    def _take(self) -> None:
        lines: list[bytes] = []
        if (answer := self.server.told.told("BODY") or READ) != READ:
            self.rfile.read1(1000)
            self._say(answer)
            raise _Cut
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise _Cut
            lines.append(line[1:] if line.startswith(b".") else line)
        self._conclude(b"".join(lines))

    def _conclude(self, content: bytes) -> None:
        sender, recipient = self.sender, self.recipient
        self.sender = self.recipient = None
        if sender is None or recipient is None:
            return self._say(_NOBODY)
        answer = self.server.told.told("DOT") or _FINE["DOT"]
        if answer[0] not in "45":  # taken, whatever the client hears
            mail = Accepted(sender, recipient, content, confirmed=answer.startswith("250"))
            self.server.told.accepted.append(mail)
        self._say(answer)

    def _answer(self, event: str, otherwise: str | None = None) -> str:
        answer = self.server.told.told(event) or otherwise or _FINE.get(event, _WHAT)
        self._say(answer)
        return answer

    def _say(self, answer: str) -> None:
        if answer == SLOWLY:
            time.sleep(0.4)
        if answer == STALL:
            self.server.told.let_go.wait(30)
        if answer in (CUT, STALL):
            raise _Cut
        self._write(answer)
        if answer.startswith("421"):
            raise _Cut

    def _write(self, text: str) -> None:
        data = text.encode() + b"\r\n"
        step = 1 if self.server.told.dribbling else len(data)
        for begin in range(0, len(data), step):
            self.wfile.write(data[begin : begin + step])

    def _encrypt(self) -> None:
        assert self.server.told.tls is not None
        self.request = self.server.told.tls.wrap_socket(self.request, server_side=True)
        self.setup()
