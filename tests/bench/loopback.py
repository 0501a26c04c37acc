"""Servers in processes of their own, on a free port of this machine."""

import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO


@contextmanager
def serving(command: Sequence[str], port: int, output: IO[bytes] | None = None) -> Iterator[None]:
    """While the program runs; begins when somebody answers at ``port``."""
    process = subprocess.Popen(command, stdout=output)
    try:
        _await(port)
        yield
    finally:
        process.kill()
        process.wait()


def _await(port: int) -> None:
    until = time.monotonic() + 10
    while not _answers(port):
        assert time.monotonic() < until, "the server did not start; its last words stand above"
        time.sleep(0.02)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
