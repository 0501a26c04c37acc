"""The processes of a journey: the mail server, and workers that can be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

from click.testing import CliRunner

from outreach.cli import cli
from tests.journeys.crash.account import MailLog
from tests.journeys.crash.trouble import Trouble

SECRET = "a secret of forty characters for crashing"
PATIENCE = 300.0  # a busy machine is slow, and no reason to fail


def wait_for(happens: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    until = time.monotonic() + patience
    while not happens():
        assert time.monotonic() < until, f"waited in vain for {what}"
        time.sleep(0.05)


class MailServer:
    """Can go away and come back at the same port; the log goes on."""

    def __init__(self, log: MailLog, pace: float, troubles: Sequence[Trouble] = ()) -> None:
        self._arguments = [str(log.path), str(pace), *map(str, troubles)]
        self._port = 0
        self.come_back()

    def url(self, user: str) -> str:
        return f"smtp://{user}:secret@127.0.0.1:{self._port}"

    def come_back(self) -> None:
        program = [sys.executable, "-m", "tests.journeys.crash.mail_server", str(self._port)]
        self._process = subprocess.Popen([*program, *self._arguments], stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self._port = int(self._process.stdout.readline())

    def go_away(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


@contextmanager
def mail_server(
    log: MailLog, pace: float, troubles: Sequence[Trouble] = ()
) -> Iterator[MailServer]:
    server = MailServer(log, pace, troubles)
    try:
        yield server
    finally:
        server.go_away()


@dataclass
class Outreach:
    """How the program is started: with a folder, a database and a carrier of its own."""

    folder: Path
    database_url: str
    server: MailServer | None  # without one, the outbox takes the mails
    _count: int = 0

    def start(self, *arguments: str) -> "Running":
        """Each process signs in under a name of its own: the log tells who sent what."""
        self._count += 1
        name = f"{arguments[0]}-{self._count}"
        with (self.folder / "processes.log").open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "outreach", *arguments],
                env=self._environment(name),
                stdout=output,
                stderr=output,
            )
        return Running(name, process)

    def tick(self, at: datetime) -> None:
        """One pass as if it were that moment; what could not be done shows in the account.

        Nothing kills it: in this process it takes a fraction of what starting another does.
        """
        self._count += 1
        environment = self._environment(f"tick-{self._count}")
        with patch.dict(os.environ, environment, clear=True):
            CliRunner().invoke(cli, ["tick", "--at", at.isoformat()])

    def _environment(self, name: str) -> dict[str, str]:
        inherited = {key: value for key, value in os.environ.items() if "OUTREACH_" not in key}
        carrier = {"OUTREACH_CARRIER": "outbox"}
        if self.server:
            carrier = {"OUTREACH_CARRIER": "smtp", "OUTREACH_SMTP_URL": self.server.url(name)}
        return {
            **inherited,
            **carrier,
            "OUTREACH_VAR_DIR": str(self.folder / "var"),
            "OUTREACH_DATABASE_URL": self.database_url,
            "OUTREACH_SECRET_KEY": SECRET,
        }


@dataclass
class Running:
    name: str
    process: subprocess.Popen[bytes]
    started: float = field(default_factory=time.monotonic)

    def kill(self) -> None:
        assert self.process.poll() is None, f"{self.name} ended by itself"
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """As an operator does: it finishes what it has begun, or has not begun and ends."""
        self.process.terminate()
        ended = self.process.wait(PATIENCE)
        assert ended in (0, -signal.SIGTERM), f"{self.name} ended with {ended}"


class Workers:
    """So many workers, each started anew when it was killed."""

    def __init__(self, outreach: Outreach, number: int) -> None:
        self._outreach = outreach
        self._running = [outreach.start("worker") for _ in range(number)]

    def __len__(self) -> int:
        return len(self._running)

    def __iter__(self) -> Iterator[Running]:
        return iter(self._running)

    def __getitem__(self, index: int) -> Running:
        return self._running[index]

    def kill(self, index: int) -> None:
        self._running[index].kill()
        self._running[index] = self._outreach.start("worker")

    def stop(self) -> None:
        for running in self._running:
            running.stop()

    def put_down(self) -> None:
        """Whatever state they are in: the journey is over, or has failed."""
        for running in self._running:
            running.process.kill()
            running.process.wait()


@contextmanager
def workers(outreach: Outreach, number: int) -> Iterator[Workers]:
    started = Workers(outreach, number)
    try:
        yield started
    finally:
        started.put_down()
