"""A stand-in for SendGrid on loopback that holds to the limits it documents.

As a process of its own it only counts: python -m tests.delivery.sendgrid_server --port 8025
answers GET /counts, and with --events FILE writes what the event webhook would be told, the body
of one of its requests a line.
"""

import argparse
import contextlib
import itertools
import json
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson

from outreach.delivery.carriers.sendgrid import SendGrid
from tests.delivery.making import MORNING
from tests.delivery.sendgrid_rules import Arrival, arrivals, problems

KEY = "SG.a-key-for-tests"
_LARGEST = 30_000_000


@dataclass(frozen=True)
class Reply:
    """What to do instead of judging the request.

    ``unread`` looks at none of its body, ``silent`` never answers, ``cut`` closes the connection
    in place of an answer, ``slow`` is in seconds, and ``taken`` takes the mails all the same.
    """

    status: int = 202
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    taken: bool = False
    unread: bool = False
    silent: bool = False
    cut: bool = False
    slow: float = 0.0


class SendGridServer:
    """``script`` says what to do with the next requests, one entry each; then it judges itself."""

    def __init__(
        self,
        *,
        port: int = 0,
        keep: bool = True,
        events: Path | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.script: deque[Reply] = deque()
        self.accepted: list[dict[str, Any]] = []
        self.copies = self.requests = self.connections = 0
        self.let_go = threading.Event()
        self._clients = contextlib.ExitStack()
        self.open: set[socket.socket] = set()
        self._keep, self._events = keep, events
        self._numbers = itertools.count(1)
        self._server = _Listener(("127.0.0.1", port), _Conversation)
        self._server.told = self
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._scheme = "https" if tls else "http"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def host(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    @property
    def arrived(self) -> list[Arrival]:
        """What each recipient got."""
        return [arrival for mail in self.accepted for arrival in arrivals(mail)]

    def carrier(self, **changes: Any) -> SendGrid:
        """One that leads here; it is closed together with the server."""
        values = {"api_key": KEY, "host": self.host, "timeout": 5, "clock": lambda: MORNING}
        made = SendGrid(**{**values, **changes})
        return self._clients.enter_context(contextlib.closing(made))

    def hang_up(self) -> None:
        """Close all connections, as a server does with idle ones."""
        for connection in list(self.open):
            with contextlib.suppress(OSError):  # closed meanwhile
                connection.shutdown(socket.SHUT_RDWR)

    def wait(self) -> None:
        self._thread.join()

    def judge(self, content: bytes) -> Reply:
        mail = orjson.loads(content)
        found = list(itertools.islice(problems(mail, time.time()), 1_000))
        if found:
            return refusals(400, *found)
        return Reply(headers={"X-Message-Id": f"message-{next(self._numbers)}"}, taken=True)

    def take(self, content: bytes) -> None:
        mail = orjson.loads(content)
        self.copies += len(mail["personalizations"])
        if self._keep:
            self.accepted.append(mail)
        if self._events is not None:
            with self._events.open("ab") as file:
                file.write(orjson.dumps(list(map(_processed, mail["personalizations"]))) + b"\n")

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
        self._clients.close()
        self._server.shutdown()
        self._thread.join()
        self.hang_up()
        self._server.server_close()


class _Listener(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for the conversations
    told: SendGridServer

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self.told.connections += 1
        self.told.open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self.told.open.discard(request)
        super().shutdown_request(request)


class _Conversation(BaseHTTPRequestHandler):
    server: _Listener
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        told = self.server.told
        self._answer(Reply(200, body={"copies": told.copies, "requests": told.requests}))

    def do_POST(self) -> None:
        told = self.server.told
        told.requests += 1
        told_to = told.script.popleft() if told.script else None
        content = b"" if told_to and told_to.unread else self._read()
        reply = told_to or self._refusal(content) or told.judge(content)
        if reply.taken:
            told.take(content)
        time.sleep(reply.slow)
        if reply.silent:
            told.let_go.wait(30)
        if reply.silent or reply.cut:
            self.close_connection = True
        else:
            self._answer(reply)
        if reply.unread:
            self.close_connection = True

    def _read(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _refusal(self, content: bytes) -> Reply | None:
        if self.path != "/v3/mail/send":
            return refusals(404, (None, "not found"))
        if self.headers["Authorization"] != f"Bearer {KEY}":
            return refusals(401, (None, "The provided authorization grant is invalid"))
        if self.headers["Content-Type"] != "application/json":
            return refusals(415, (None, "Content-Type should be application/json."))
        return refusals(413, (None, "content too large")) if len(content) > _LARGEST else None

    def _answer(self, reply: Reply) -> None:
        body = json.dumps(reply.body).encode() if reply.body is not None else b""
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def refusals(status: int, *mistakes: tuple[str | None, str], **reply: Any) -> Reply:
    """An answer in SendGrid's form: each mistake is a field, if there is one, and a message."""
    errors = [{"message": message, "field": name, "help": None} for name, message in mistakes]
    return Reply(status, body={"errors": errors}, **reply)


def _processed(one: Mapping[str, Any]) -> dict[str, Any]:
    key = one["custom_args"]["delivery"]
    return {
        "event": "processed",
        "email": one["to"][0]["email"],
        "timestamp": int(time.time()),
        "sg_event_id": f"processed-{key}",
        "delivery": key,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for SendGrid that counts.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--events", type=Path)
    asked = parser.parse_args()
    with SendGridServer(port=asked.port, keep=False, events=asked.events) as server:
        print(f"listening on {server.host}", flush=True)
        server.wait()


if __name__ == "__main__":
    main()
