"""The worker: a clock that ticks, and the one pass over everything that is due at a moment.

A tick reads what is due from rows, so a missed, late or doubled tick changes nothing. APScheduler
only ticks, in UTC, in this process and nowhere else.
"""

import logging
import os
import secrets
import signal
import socket
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler

from outreach.campaigns import notices, progress, refusals
from outreach.db import Clock
from outreach.delivery import sending
from outreach.errors import OutreachError
from outreach.inbox import processing
from outreach.reports import weekly
from outreach.reports.weeks import Week
from outreach.wiring import Outreach

_log = logging.getLogger(__name__)

INTERVAL = timedelta(seconds=15)
# A slow mail server must not keep an answer from being read: then the rest goes in the next pass.
SENDING_SECONDS = 60.0


@dataclass
class Pass:
    """What one tick did; ``failed`` names the stages that broke off, and why.

    ``stop`` says when sending is to leave the rest to the next tick.
    """

    stop: Callable[[], bool] = lambda: False
    read: processing.Tally = field(default_factory=processing.Tally)
    released: int = 0
    reports: list[str] = field(default_factory=list)
    told_of_pauses: list[str] = field(default_factory=list)
    sent: sending.Tally = field(default_factory=sending.Tally)
    failed: list[str] = field(default_factory=list)

    @property
    def did_something(self) -> bool:
        done = (self.read.total, self.released, self.reports, self.told_of_pauses, self.sent.total)
        return any(done)

    def as_facts(self) -> dict[str, Any]:
        """Counts under the names that organizers see."""
        return {
            "sent": self.sent.sent,
            "refused": self.sent.refused,
            "to_try_again": self.sent.later,
            "in_doubt": self.sent.unknown,
            "mails_read": self.read.total,
            "given_a_time": self.released,
            "reports_made": self.reports,
            "told_of_pauses": self.told_of_pauses,
            "failed": self.failed,
        }


def tick(outreach: Outreach, clock: Clock, stop: Callable[[], bool] = lambda: False) -> Pass:
    """One pass over all that is due. A stage that breaks off does not keep the others from work.

    ``clock`` goes on while the pass works, for a lease taken late must not have run out already.
    """
    done = Pass(stop)
    for name, stage in STAGES.items():
        try:
            stage(outreach, clock, done)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            why = str(error) if isinstance(error, OutreachError) else type(error).__name__
            _log.error("%s broke off: %s (%s:%s)", name, why, where.filename, where.lineno)
            done.failed.append(f"{name}: {why}")
    return done


def _read_the_inbox(outreach: Outreach, clock: Clock, done: Pass) -> None:
    done.read = processing.process_new(outreach.database, tokens=outreach.tokens, clock=clock)


def _follow_up(outreach: Outreach, clock: Clock, done: Pass) -> None:
    with outreach.database.transaction() as session:
        done.released = progress.release(session, now=clock(), states=outreach.states)


def _make_reports(outreach: Outreach, clock: Clock, done: Pass) -> None:
    zone = ZoneInfo(outreach.settings.timezone)
    with outreach.database.reading() as session:
        weeks = weekly.due_weeks(session, clock(), zone)
    for week in weeks:
        make_report(outreach, week, clock())
        done.reports.append(str(week))


def _tell_of_pauses(outreach: Outreach, clock: Clock, done: Pass) -> None:
    with outreach.database.transaction() as session:
        done.told_of_pauses = notices.tell_of_pauses(
            session,
            sender_name="Outreach",
            sender_address=outreach.settings.reply_address,
            public_url=outreach.settings.public_url,
            tokens=outreach.tokens,
            now=clock(),
        )


def _send(outreach: Outreach, clock: Clock, done: Pass) -> None:
    done.sent = sending.drain(
        outreach.database,
        outreach.carrier,
        outreach.composer,
        worker=worker_name(),
        clock=clock,
        watch=refusals.watch,
        stop=done.stop,
    )


# The inbox comes first: an answer that is there stops the reminder that is due today.
STAGES: Mapping[str, Callable[[Outreach, Clock, Pass], None]] = {
    "reading the inbox": _read_the_inbox,
    "following up": _follow_up,
    "making reports": _make_reports,
    "telling of pauses": _tell_of_pauses,
    "sending": _send,
}


def run(outreach: Outreach) -> None:
    """Tick until SIGTERM or Ctrl-C; what is in hand then is finished first."""
    stopping = threading.Event()
    stops = {signal.SIGTERM, signal.SIGINT}
    # Waited for and not handled: a handler would run amid the scheduler's own locks.
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    scheduler = BackgroundScheduler(timezone=UTC)
    # Late ticks are not skipped (the default grace is one second), and never pile up.
    scheduler.add_job(
        lambda: _tick_and_tell(outreach, stopping),
        "interval",
        seconds=INTERVAL.seconds,
        next_run_time=datetime.now(UTC),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    scheduler.start()
    signal.sigwait(stops)
    stopping.set()
    scheduler.shutdown(wait=True)


def worker_name() -> str:
    """A name that no other process uses at the same time."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{_RUN}"


_RUN = secrets.token_hex(4)  # a process number may come again after a restart


def _tick_and_tell(outreach: Outreach, stopping: threading.Event) -> None:
    until = time.monotonic() + SENDING_SECONDS
    done = tick(outreach, outreach.clock, lambda: stopping.is_set() or time.monotonic() > until)
    if done.did_something:
        _log.info("%s", done.as_facts())


def make_report(outreach: Outreach, week: Week, now: datetime) -> None:
    """Make the week's report and put a copy for each reader into the queue, each once."""
    zone = ZoneInfo(outreach.settings.timezone)
    with outreach.database.transaction() as session:
        report = weekly.make(session, week, zone=zone, states=outreach.states, now=now)
        weekly.queue_for_sending(
            session,
            report,
            weekly.readers(session),
            sender_name="Outreach",
            sender_address=outreach.settings.reply_address,
            public_url=outreach.settings.public_url,
            tokens=outreach.tokens,
            now=now,
        )
