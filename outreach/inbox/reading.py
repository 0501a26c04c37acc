"""Strangers' mail is read in a process of its own, for code in C cannot be interrupted in ours.

A mail that takes too long, too much memory or the whole process with it is unreadable, and the
next one is read by a new process.
"""

import contextlib
import pickle
import resource
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from email.message import Message
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

from outreach.errors import OutreachError
from outreach.inbox.classifying import Verdict, classify
from outreach.inbox.parsing import ParsedMail, parse
from outreach.texts import mark

LIMIT = 20.0  # seconds; reading 30 MB takes two
_MEMORY = 2 * 1024**3  # bytes of address space
_PROGRAM = ("-m", "outreach.inbox.reading")

Understood: TypeAlias = tuple[ParsedMail, Verdict]
Understand: TypeAlias = Callable[[bytes], Understood]


class Unreadable(Exception):
    """Why a mail cannot be read; the words hold nothing of what the stranger wrote."""


class CannotStart(OutreachError):
    """No mail can be read here at all; none of them is to blame."""

    def __init__(self) -> None:
        super().__init__(
            "The program that reads mail does not start, so mail stays unread. "
            'To see why, run: python -c "import outreach.inbox.reading"'
        )


def understand(content: bytes) -> Understood:
    mail = parse(content)
    return mail, classify(mail)


def describe_error(error: Exception) -> str:
    """The kind and the place of an error; its own words may hold what the stranger wrote."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return mark("%(error)s in %(file)s, line %(line)s") % {
        "error": type(error).__name__,
        "file": Path(frame.filename).name,
        "line": frame.lineno,
    }


class Reader:
    """Starts its process with the first mail, and again with the first one after ``close``."""

    def __init__(self, limit: float = LIMIT) -> None:
        """``limit`` is how many seconds one mail may take."""
        self._limit = limit
        self._child: _Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def understand(self, content: bytes) -> Understood:
        """The mail comes back without its ``message``, the tree of its parts.

        Raises Unreadable and CannotStart.
        """
        if self._child is None or self._child.is_gone():
            self.close()
            self._child = _Child(self._limit)
        answer = self._child.ask(content)
        if isinstance(answer, str):
            raise Unreadable(answer)
        return answer

    def close(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None


class _Child:
    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._connection, its_end = Pipe()
        try:
            with its_end:
                self._process = _start(its_end, limit)
        except OSError as error:
            raise CannotStart from error
        try:
            self._connection.recv_bytes()  # it is ready
        except (EOFError, OSError) as error:
            self.close()
            raise CannotStart from error

    def is_gone(self) -> bool:
        return self._process.poll() is not None

    def ask(self, content: bytes) -> Understood | str:
        """What it understood, or why the mail is unreadable."""
        try:
            self._connection.send_bytes(content)
            answer: Understood | str = self._connection.recv()
        except (EOFError, OSError):
            return self._why_it_ended()
        return answer

    def close(self) -> None:
        self._connection.close()
        self._process.kill()
        self._process.wait()

    def _why_it_ended(self) -> str:
        self.close()
        if self._process.returncode == -signal.SIGALRM:
            return mark("reading it took longer than %(seconds)s seconds") % {
                "seconds": f"{self._limit:g}"
            }
        return mark("the program that read it broke off")


def _start(connection: Connection, limit: float) -> "subprocess.Popen[bytes]":
    """A process that Ctrl-C does not reach, and that leaves nothing of a mail in a log."""
    number = str(connection.fileno())
    return subprocess.Popen(
        [sys.executable, "-P", *_PROGRAM, number, str(limit)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[connection.fileno()],
        process_group=0,
    )


def _serve(connection: Connection, limit: float) -> None:
    """Answer one mail after the other, until there is nobody to answer any more."""
    _confine()
    connection.send_bytes(b"")
    while True:
        content = connection.recv_bytes()
        signal.setitimer(signal.ITIMER_REAL, limit)
        answer = pickle.dumps(_answer(content))
        signal.setitimer(signal.ITIMER_REAL, 0)
        connection.send_bytes(answer)


def _confine() -> None:
    """The alarm ends the process whatever it does then, even when its parent is gone by then."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # which would hold the mail
    if sys.platform == "linux":
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        memory = _MEMORY if most == resource.RLIM_INFINITY else min(_MEMORY, most)
        resource.setrlimit(resource.RLIMIT_AS, (memory, most))


def _answer(content: bytes) -> Understood | str:
    try:
        mail, verdict = understand(content)
    except MemoryError:
        return "reading it takes too much memory"
    except Exception as error:
        return describe_error(error)
    return replace(mail, message=Message()), verdict


if __name__ == "__main__":
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        _serve(Connection(int(sys.argv[1])), float(sys.argv[2]))
