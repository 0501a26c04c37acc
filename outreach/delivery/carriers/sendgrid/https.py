"""One connection to a web server, kept between requests, that knows what can have arrived.

Not a pool: that opens, writes and reads in one call, and afterwards nobody can say which of the
three has failed.
"""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

from urllib3.util import wait_for_read

_LONGEST_IDLE = 20.0  # seconds; a server may close what is idle just while we write


class NotConnected(Exception):
    """Nothing was sent."""


class NotWritten(Exception):
    """The connection broke before the whole request was written: the server cannot act on it."""


class NotAnswered(Exception):
    """The whole request was written, and its answer is not known."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes


class KeptConnection:
    """``base`` is where the server is: https://api.example.org. Nothing is ever sent twice."""

    def __init__(
        self, base: str, headers: Mapping[str, str], *, timeout: float, tls: ssl.SSLContext | None
    ) -> None:
        address = urlsplit(base)
        if address.scheme == "https":
            context = tls or ssl.create_default_context()
            self._http: HTTPConnection = HTTPSConnection(
                address.netloc, timeout=timeout, context=context
            )
        else:
            self._http = HTTPConnection(address.netloc, timeout=timeout)
        self._path = address.path
        self._headers = headers
        self._used_at = 0.0

    def post(self, path: str, body: bytes) -> Answer:
        """Raises one of the three errors above, each with the reason."""
        self._connect()
        try:
            self._http.request("POST", self._path + path, body, dict(self._headers))
        except OSError as error:
            return self._refused_early(error)
        return self._answer()

    def close(self) -> None:
        self._http.close()

    def _connect(self) -> None:
        if self._http.sock is not None and self._is_stale():
            self.close()
        if self._http.sock is None:
            try:
                self._http.connect()
            except OSError as error:
                self.close()
                raise NotConnected(_reason(error)) from None

    def _is_stale(self) -> bool:
        """Idle too long, or hung up: there is something to read though nothing was asked."""
        idle = time.monotonic() - self._used_at
        return idle > _LONGEST_IDLE or wait_for_read(self._http.sock, timeout=0.0)

    def _refused_early(self, problem: OSError) -> Answer:
        """A server that will not read on, as the request is too large, may have said so."""
        reason = _reason(problem)
        if isinstance(problem, ConnectionError):
            try:
                answer = self._answer()
            except NotAnswered:
                raise NotWritten(reason) from None
            if 400 <= answer.status < 500:
                self.close()
                return answer
        self.close()
        raise NotWritten(reason) from None

    def _answer(self) -> Answer:
        try:
            response = self._http.getresponse()
        except (OSError, HTTPException) as error:
            self.close()
            raise NotAnswered(_reason(error)) from None
        answer = Answer(response.status, response.headers, self._body(response))
        self._used_at = time.monotonic()
        return answer

    def _body(self, response: HTTPResponse) -> bytes:
        try:
            return response.read()
        except (OSError, HTTPException):  # the status says it all the same
            self.close()
            return b""


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {error.verify_message}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
