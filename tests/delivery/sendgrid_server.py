"""A stand-in for SendGrid on loopback that holds to the limits it documents."""

import json
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

KEY = "SG.a-key-for-tests"

_ALLOWED = {"personalizations", "from", "reply_to", "subject", "content", "tracking_settings"}
_ALLOWED_IN_EACH = {"to", "headers", "custom_args"}
_RESERVED = {
    *("x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type"),
    *("content-transfer-encoding", "to", "from", "subject", "reply-to", "cc", "bcc"),
}


@dataclass(frozen=True)
class Reply:
    """What to answer instead; ``silent`` never does, and ``taken`` takes the mail all the same."""

    status: int = 202
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    silent: bool = False
    taken: bool = False


class SendGridServer:
    def __init__(self) -> None:
        self.script: deque[Reply] = deque()
        self.accepted: list[dict[str, Any]] = []
        self.requests = 0
        self.let_go = threading.Event()
        self._server = _Listener(("127.0.0.1", 0), _Request)
        self._server.told = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def host(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "SendGridServer":
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


class _Listener(ThreadingHTTPServer):
    told: SendGridServer


class _Request(BaseHTTPRequestHandler):
    server: _Listener

    def do_POST(self) -> None:
        told = self.server.told
        told.requests += 1
        content = self.rfile.read(int(self.headers["Content-Length"]))
        reply = told.script.popleft() if told.script else self._judge(content)
        if reply.taken:
            told.accepted.append(json.loads(content))
        if reply.silent:
            told.let_go.wait(30)
            return
        body = json.dumps(reply.body).encode() if reply.body is not None else b""
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _judge(self, content: bytes) -> Reply:
        if self.path != "/v3/mail/send":
            return refusal(404, "not found")
        if self.headers["Authorization"] != f"Bearer {KEY}":
            return refusal(401, "The provided authorization grant is invalid")
        if self.headers["Content-Type"] != "application/json":
            return refusal(415, "Content-Type should be application/json.")
        if len(content) > 30_000_000:
            return refusal(413, "too large")
        problem = _problem(json.loads(content))
        if problem:
            return refusal(400, problem[1], problem[0])
        number = len(self.server.told.accepted) + 1
        return Reply(headers={"X-Message-Id": f"message-{number}"}, taken=True)

    def log_message(self, format: str, *args: object) -> None:
        pass


def refusal(status: int, message: str, field: str | None = None) -> Reply:
    error = {"message": message, "field": field, "help": None}
    return Reply(status, body={"errors": [error]})


def _problem(mail: dict[str, Any]) -> tuple[str, str] | None:
    """The first field that is not as documented, and what is wrong with it."""
    unknown = set(mail) - _ALLOWED
    if unknown:
        return unknown.pop(), "is not a known property"
    if not 1 <= len(mail["personalizations"]) <= 1000:
        return "personalizations", "between 1 and 1000"
    if not mail.get("subject"):
        return "subject", "is required"
    if not mail["from"]["email"].isascii():
        return "from.email", "Unicode is not supported"
    if [part["type"] for part in mail["content"]] != ["text/plain", "text/html"]:
        return "content", "text/plain comes first"
    if not all(part["value"] for part in mail["content"]):
        return "content.0.value", "must not be empty"
    return next(filter(None, map(_problem_of_one, mail["personalizations"])), None)


def _problem_of_one(one: dict[str, Any]) -> tuple[str, str] | None:
    here = "personalizations.0"
    if set(one) - _ALLOWED_IN_EACH:
        return here, "holds an unknown property"
    if {name.lower() for name in one["headers"]} & _RESERVED:
        return f"{here}.headers", "holds a reserved header"
    if not all(f"{name}{value}".isascii() for name, value in one["headers"].items()):
        return f"{here}.headers", "is not ASCII"
    if len(json.dumps(one["custom_args"])) > 10_000:
        return f"{here}.custom_args", "is over 10,000 bytes"
    for to in one["to"]:
        if set(to.get("name", "")) & set(",;"):
            return f"{here}.to.0.name", "holds a comma or a semicolon"
        if not to["email"].isascii():
            return f"{here}.to.0.email", "is no valid address"
    return None
