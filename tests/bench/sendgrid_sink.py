"""A stand-in for SendGrid that takes everything: python -m tests.bench.sendgrid_sink PORT.

It reads no JSON, since a drain waits for its answer, and the tests' strict stand-in would take part
of what is measured. Asked with GET it says how many copies it has, and shows its first requests.
"""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_SHOWN = 1_000  # copies


class Sink(ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Request)
        self._lock = threading.Lock()
        self._copies = 0
        self._shown: list[bytes] = []

    def take(self, body: bytes) -> None:
        with self._lock:
            if self._copies < _SHOWN:
                self._shown.append(body)
            self._copies += body.count(b'"to":')  # in a value the quotes are escaped

    def report(self) -> bytes:
        return b'{"copies":%d,"shown":[%b]}' % (self._copies, b",".join(self._shown))


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # which keeps the connection
    server: Sink

    def do_POST(self) -> None:
        self.server.take(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(202, b"")

    def do_GET(self) -> None:
        self._answer(200, self.server.report())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("X-Message-Id", "message")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


if __name__ == "__main__":
    Sink(int(sys.argv[1])).serve_forever()
