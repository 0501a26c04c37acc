"""The worker: a clock that ticks, and the one pass over everything that is due at a moment.

A tick reads what is due from rows, so a missed, late or doubled tick changes nothing. APScheduler
only ticks, in UTC, in this process and nowhere else.
"""

import logging
import os
import secrets
import signal
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.schedulers.blocking import BlockingScheduler

from outreach.campaigns import progress
from outreach.delivery import sending
from outreach.inbox import processing
from outreach.reports import weekly
from outreach.reports.weeks import Week
from outreach.wiring import Outreach

_log = logging.getLogger(__name__)

INTERVAL = timedelta(seconds=15)


@dataclass(frozen=True)
class Pass:
    """What one tick did."""

    read: processing.Tally
    released: int
    reports: list[str]
    sending: sending.Tally

    @property
    def did_something(self) -> bool:
        return bool(self.read.total or self.released or self.reports or self.sending.total)

    def as_facts(self) -> dict[str, Any]:
        """Counts under the names that organizers see."""
        return {
            "sent": self.sending.sent,
            "refused": self.sending.refused,
            "to_try_again": self.sending.later,
            "in_doubt": self.sending.unknown,
            "mails_read": self.read.total,
            "given_a_time": self.released,
            "reports_made": self.reports,
        }


def tick(outreach: Outreach, now: datetime) -> Pass:
    """One pass as if it were ``now``: read the inbox, follow up, make reports, send.

    The inbox comes first: an answer that is there stops the reminder that is due today.
    """
    read = processing.process_new(outreach.database, tokens=outreach.tokens, clock=lambda: now)
    with outreach.database.transaction() as session:
        released = progress.release(session, now=now, states=outreach.states)
    return Pass(
        read=read,
        released=released,
        reports=[str(week) for week in _make_reports(outreach, now)],
        sending=sending.drain(
            outreach.database,
            outreach.carrier,
            outreach.composer,
            worker=worker_name(),
            clock=lambda: now,
        ),
    )


def run(outreach: Outreach) -> None:
    """Tick until SIGTERM or Ctrl-C; a pass that has begun is finished first."""
    scheduler = BlockingScheduler(timezone=UTC)
    # Late ticks are not skipped (the default grace is one second), and never pile up.
    scheduler.add_job(
        lambda: _tick_and_tell(outreach),
        "interval",
        seconds=INTERVAL.seconds,
        next_run_time=datetime.now(UTC),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: scheduler.shutdown(wait=True))
    scheduler.start()


def worker_name() -> str:
    """A name that no other process uses at the same time."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{_RUN}"


_RUN = secrets.token_hex(4)  # a process number may come again after a restart


def _tick_and_tell(outreach: Outreach) -> None:
    done = tick(outreach, outreach.clock())
    if done.did_something:
        _log.info("%s", done.as_facts())


def _make_reports(outreach: Outreach, now: datetime) -> list[Week]:
    """Make and queue each report that is due, a transaction each: a report made is one queued."""
    zone = ZoneInfo(outreach.settings.timezone)
    with outreach.database.reading() as session:
        weeks = weekly.due_weeks(session, now, zone)
    for week in weeks:
        make_report(outreach, week, now)
    return weeks


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
