"""A mail server on loopback that does as it is told, misbehaviour included."""

import base64
import socketserver
import ssl
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from types import TracebackType

CUT = "cut the connection"
STALL = "say nothing until the client gives up"
SLOWLY = "250 2.0.0 taken after a long look"

_FINE = {
    "CONNECT": "220 test ESMTP",
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


@dataclass(frozen=True)
class Accepted:
    sender: str
    recipient: str
    content: bytes


class _Cut(Exception):
    pass


class SmtpServer:
    """``say`` what to answer at a verb, at CONNECT, in the BODY or at the DOT; else all is fine."""

    def __init__(
        self,
        features: tuple[str, ...] = ("SIZE 30000000", "8BITMIME", "SMTPUTF8"),
        *,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        login: tuple[str, str] | None = None,
    ) -> None:
        self.features, self.tls, self.implicit, self.login = features, tls, implicit, login
        self.accepted: list[Accepted] = []
        self.verbs: list[str] = []
        self.connections = 0
        self.let_go = threading.Event()
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

    def next_answer(self, event: str) -> str:
        told = self._script[event]
        return told.popleft() if told else _FINE[event]

    def told(self, event: str) -> str | None:
        return self._script[event].popleft() if self._script[event] else None

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
        self._thread.join()
        self._server.server_close()


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    told: SmtpServer


class _Conversation(socketserver.StreamRequestHandler):
    server: _Listener

    def handle(self) -> None:
        told = self.server.told
        told.connections += 1
        try:
            if told.implicit:
                self._encrypt()
            self._answer("CONNECT")
            while line := self.rfile.readline():
                self._obey(line.decode().strip())
        except (_Cut, OSError):
            pass

    def finish(self) -> None:
        super().finish()
        self.request.close()  # encrypted, it is another socket than the listener's

    def _obey(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        verb = verb.upper()
        self.server.told.verbs.append(verb)
        match verb:
            case "EHLO":
                self._greet()
            case "STARTTLS":
                self._answer("STARTTLS")
                self._encrypt()
            case "AUTH":
                self._check(rest)
            case "DATA":
                if self._answer("DATA").startswith("354"):
                    self._take()
            case _:
                if verb in ("MAIL", "RCPT"):
                    address = rest.partition("<")[2].partition(">")[0]
                    setattr(self, verb.lower(), address)
                self._answer(verb)

    def _greet(self) -> None:
        told = self.server.told
        offered = list(told.features)
        if told.tls and not isinstance(self.request, ssl.SSLSocket):
            offered.append("STARTTLS")
        if told.login:
            offered.append("AUTH PLAIN")
        self._write("".join(f"250-{feature}\r\n" for feature in ["test", *offered]) + "250 HELP")

    def _check(self, rest: str) -> None:
        _, user, password = base64.b64decode(rest.split()[1]).decode().split("\0")
        if (user, password) == self.server.told.login:
            self._answer("AUTH")
        else:
            self._write("535 5.7.8 no")

    def _take(self) -> None:
        lines: list[bytes] = []
        if self.server.told.told("BODY") == CUT:
            self.rfile.read(1000)
            raise _Cut
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise _Cut
            lines.append(line[1:] if line.startswith(b".") else line)
        answer = self.server.told.next_answer("DOT")
        if answer in (CUT, STALL) or answer.startswith("2"):  # taken, whatever the client hears
            mail = Accepted(vars(self)["mail"], vars(self)["rcpt"], b"".join(lines))
            self.server.told.accepted.append(mail)
        self._say(answer)

    def _answer(self, event: str) -> str:
        answer = self.server.told.next_answer(event)
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
        self.wfile.write(text.encode() + b"\r\n")

    def _encrypt(self) -> None:
        assert self.server.told.tls is not None
        self.request = self.server.told.tls.wrap_socket(self.request, server_side=True)
        self.setup()
