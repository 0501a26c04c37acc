"""A real browser in front of the app, and a stranger's server that it must never ask."""

import shutil
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server


@dataclass
class Stranger:
    """Answers nothing of use and counts whoever connects; ``pages`` are what it does have."""

    address: str = ""
    asked: list[str] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)


@contextmanager
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def served(app: Flask, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """The address of the app on loopback."""
    server = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=tls)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def a_stranger() -> Iterator[Stranger]:
    stranger = Stranger()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stranger.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread = Thread(target=_answer, args=(listening, stranger))
        thread.start()
        try:
            yield stranger
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def _answer(listening: socket.socket, stranger: Stranger) -> None:
    """Even a connection without a question counts: it tells that somebody reads the mail."""
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(1)
            try:
                question = connection.recv(4096).split(b" ")
            except OSError:
                question = []
            path = question[1].decode() if len(question) > 1 else "(nothing)"
            stranger.asked.append(path)
            page = stranger.pages.get(path, "").encode()
            head = f"HTTP/1.1 {200 if page else 404} X\r\nContent-Length: {len(page)}\r\n"
            kind = "Content-Type: text/html; charset=utf-8\r\nConnection: close\r\n\r\n"
            connection.sendall((head + kind).encode() + page)
