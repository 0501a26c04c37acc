"""An IMAP server that says what a test wants it to: what real ones do seldom, or only ill."""

import socketserver
import threading
from collections.abc import Mapping
from types import TracebackType

_GREETING = b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n"
_USUAL: Mapping[str, bytes] = {
    "CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n",
    "EXAMINE": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] so\r\n",
    "LOGOUT": b"* BYE\r\n",
}


class ImapServer:
    """``answers``: what to say to a command that begins so, before it is called done.

    An answer that begins with NO or BAD is said instead of that; an empty greeting says nothing.
    """

    def __init__(self, answers: Mapping[str, bytes], greeting: bytes = _GREETING) -> None:
        self.answers, self._greeting = {**_USUAL, **answers}, greeting
        self.said: list[str] = []

    def __enter__(self) -> "ImapServer":
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(outer._greeting)
                for line in self.rfile:
                    self.wfile.write(outer._answer(line.decode().strip()))

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"imap://user:secret@127.0.0.1:{self._server.server_address[1]}/INBOX"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, line: str) -> bytes:
        tag, _, command = line.partition(" ")
        self.said.append(command)
        if command.startswith("AUTHENTICATE") and "AUTHENTICATE" not in self.answers:
            self._tag = tag
            return b"+ \r\n"
        if not command:  # what follows the + is one word
            return f"{self._tag} OK signed in\r\n".encode()
        begins = (each for each in self.answers if command.startswith(each))
        said = self.answers.get(max(begins, key=len, default=""), b"")
        done = b"" if said.startswith((b"NO", b"BAD")) else b"OK done"
        return said + tag.encode() + b" " + done + b"\r\n" if done else tag.encode() + b" " + said
