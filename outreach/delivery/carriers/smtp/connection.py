"""A connection to a mail server: lines and replies over a socket, none of them waited for long."""

import re
import socket
import ssl
import time

from outreach.delivery.carriers.smtp.replies import Reply

_AT_ONCE = 65_536
_LONGEST_LINE = 4_096  # a reply's line may have 512 octets (RFC 5321, 4.5.3.1.5)
_MOST_LINES = 200
_LINE = re.compile(rb"([2-5][0-5][0-9])(?:([ -])(.*))?")


class Lost(OSError):
    """The connection is of no use any more."""


class Connection:
    """``seconds`` is how long a command may take; ``until`` (monotonic) ends all of them.

    Everything raises OSError where the connection is lost, and is not to be used afterwards.
    """

    def __init__(self, opened: socket.socket, *, seconds: float, until: float) -> None:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = opened
        self._seconds = seconds
        self._unread = b""
        self.until = until
        self.features: dict[str, str] = {}

    @property
    def own_literal(self) -> str:
        """Our end as an address literal (RFC 5321, 4.1.3)."""
        address = str(self._socket.getsockname()[0])
        return f"[IPv6:{address}]" if ":" in address else f"[{address}]"

    def encrypt(self, tls: ssl.SSLContext, host: str) -> None:
        # What came in the clear must not pass for an answer under encryption.
        if self._unread:
            raise Lost("it speaks before it is encrypted")
        self._socket.settimeout(self._patience(self._seconds))
        self._socket = tls.wrap_socket(self._socket, server_hostname=host)

    @property
    def is_encrypted(self) -> bool:
        return isinstance(self._socket, ssl.SSLSocket)

    def command(self, line: str) -> Reply:
        self.write(f"{line}\r\n".encode())
        return self.reply()

    def write(self, data: bytes) -> None:
        written = 0
        while written < len(data):
            written += self.write_some(data, written)

    def write_some(self, data: bytes, begin: int = 0) -> int:
        """How many octets went; where it raises, none did."""
        self._socket.settimeout(self._patience(self._seconds))
        return self._socket.send(memoryview(data)[begin:])

    def reply(self, seconds: float | None = None) -> Reply:
        """The next one; ``seconds`` are for a reply that may take longer than ``until``."""
        by = time.monotonic() + (seconds or self._patience(self._seconds))
        code, separator, text = self._line(by)
        lines = [text]
        while separator == b"-":
            again, separator, text = self._line(by)
            lines.append(text)
            if again != code or len(lines) > _MOST_LINES:
                raise Lost("not an SMTP reply: its lines do not belong together")
        return Reply(int(code), b"\n".join(lines).decode("utf-8", "replace"))

    def expect_silence(self) -> None:
        """Every reply was read: one more would be taken for the answer to what comes next."""
        if self._unread:
            raise Lost("it speaks out of turn")

    def is_alive(self) -> bool:
        """After a while of silence: neither closed by the server nor told that it will be."""
        if self._unread:
            return False
        try:
            self._socket.settimeout(0)
            self._socket.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            return False
        return False

    def close(self) -> None:
        self._socket.close()

    def _line(self, by: float) -> tuple[bytes, bytes | None, bytes]:
        while (end := self._unread.find(b"\n")) < 0 and len(self._unread) <= _LONGEST_LINE:
            self._unread += self._received(by)
        line, self._unread = self._unread[:end], self._unread[end + 1 :]
        found = _LINE.fullmatch(line.rstrip(b"\r"))
        if end < 0 or end > _LONGEST_LINE or not found:
            raise Lost(f"not an SMTP reply: {line[:100].decode('ascii', 'replace')!r}")
        return found[1], found[2], found[3] or b""

    def _received(self, by: float) -> bytes:
        self._socket.settimeout(max(by - time.monotonic(), 0.001))
        data = self._socket.recv(_AT_ONCE)
        if not data:
            raise Lost("it closed the connection")
        return data

    def _patience(self, seconds: float) -> float:
        return max(min(seconds, self.until - time.monotonic()), 0.001)
