"""One pass over everything that is due at a moment, stage by stage.

What is due is read from rows, so a missed, late or doubled pass changes nothing.
"""

import logging
import os
import secrets
import socket
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from outreach.accounts import audit, links
from outreach.campaigns import fulfilling, notices, progress, refusals
from outreach.contacts import uploads
from outreach.contacts.loading import Loader
from outreach.db import Clock
from outreach.delivery import sending
from outreach.errors import OutreachError
from outreach.inbox import fetching, processing, retention
from outreach.reports import stuck_kept, weekly
from outreach.reports.counters import keeping
from outreach.texts import mark
from outreach.wiring import Outreach
from outreach.worker.reporting import make_report

_log = logging.getLogger(__name__)


@dataclass
class Pass:
    """What one tick did; ``failed`` names the stages that broke off, and why.

    ``stop`` says when sending is to leave the rest to the next tick.
    """

    stop: Callable[[], bool] = lambda: False
    fulfilled: list[str] = field(default_factory=list)
    fetched: fetching.Tally = field(default_factory=fetching.Tally)
    read: processing.Tally = field(default_factory=processing.Tally)
    released: int = 0
    reports: list[str] = field(default_factory=list)
    told_of_pauses: list[str] = field(default_factory=list)
    links_mailed: int = 0
    sent: sending.Tally = field(default_factory=sending.Tally)
    counted: int = 0  # missions of which something had changed
    deleted: retention.Tally = field(default_factory=retention.Tally)
    failed: list[str] = field(default_factory=list)

    @property
    def did_something(self) -> bool:
        counts = (self.read.total, self.released, self.sent.total, self.deleted.total)
        return any((*counts, self.reports, self.told_of_pauses))

    def as_facts(self) -> dict[str, Any]:
        """Counts under the names that organizers see."""
        return {
            "wishes_fulfilled": self.fulfilled,
            "sent": self.sent.sent,
            "refused": self.sent.refused,
            "to_try_again": self.sent.later,
            "in_doubt": self.sent.unknown,
            "mails_fetched": self.fetched.total,
            "mails_read": self.read.total,
            "given_a_time": self.released,
            "reports_made": self.reports,
            "told_of_pauses": self.told_of_pauses,
            "links_mailed": self.links_mailed,
            "raw_mails_deleted": self.deleted.raw_mails,
            "held_mails_deleted": self.deleted.held_mails,
            "texts_deleted": self.deleted.texts + self.deleted.notes + self.deleted.answers,
            "failed": self.failed,
        }


def tick(outreach: Outreach, clock: Clock, stop: Callable[[], bool] = lambda: False) -> Pass:
    """One pass over all that is due. A stage that breaks off does not keep the others from work.

    ``clock`` goes on while the pass works, for a lease taken late must not have run out already.
    """
    return _go_through(STAGES, outreach, clock, Pass(stop))


def single_pass(outreach: Outreach, clock: Clock) -> Pass:
    """A tick without a worker, which would do what people wait for beside its ticks."""
    before = {
        "fulfilling wishes": _fulfil_wishes,
        "fetching mail": _fetch_mail,
        "loading contacts": _load_contacts,
    }
    return _go_through({**before, **STAGES}, outreach, clock, Pass())


def load_contacts(outreach: Outreach, stop: Callable[[], bool]) -> None:
    """A pass over the files of contacts that somebody uploaded and waits for."""
    _go_through({"loading contacts": _load_contacts}, outreach, outreach.clock, Pass(stop))


Stages = Mapping[str, Callable[[Outreach, Clock, Pass], None]]


def _go_through(stages: Stages, outreach: Outreach, clock: Clock, done: Pass) -> Pass:
    for name, stage in stages.items():
        try:
            stage(outreach, clock, done)
        except Exception as error:
            where, why = traceback.extract_tb(error.__traceback__)[-1], _reason(error)
            _log.error("%s broke off: %s (%s:%s)", name, why, where.filename, where.lineno)
            done.failed.append(f"{name}: {why}")
    return done


def _reason(error: Exception) -> str:
    """In our own words, or only its kind: those of others may hold personal data."""
    return str(error) if isinstance(error, OutreachError) else type(error).__name__


def _fulfil_wishes(outreach: Outreach, clock: Clock, done: Pass) -> None:
    while kind := fulfilling.fulfil_next(replace(outreach.means, clock=clock)):
        done.fulfilled.append(kind)


def _fetch_mail(outreach: Outreach, clock: Clock, done: Pass) -> None:
    if outreach.settings.imap_url:
        done.fetched = fetching.fetch(
            outreach.database, outreach.settings.imap_url, clock, stop=done.stop
        )


def _load_contacts(outreach: Outreach, clock: Clock, done: Pass) -> None:
    Loader(outreach.database, outreach.states, outreach.tokens, clock, done.stop).work()


def _read_the_inbox(outreach: Outreach, clock: Clock, done: Pass) -> None:
    done.read = processing.process_new(
        outreach.database,
        tokens=outreach.tokens,
        clock=clock,
        understand=outreach.reader.understand,
    )


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


def _mail_links(outreach: Outreach, clock: Clock, done: Pass) -> None:
    with outreach.database.transaction() as session:
        done.links_mailed = links.mail_waiting(session, outreach.letterhead, clock())


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


def _count(outreach: Outreach, clock: Clock, done: Pass) -> None:
    zone = ZoneInfo(outreach.settings.timezone)
    done.counted = keeping.keep_up(outreach.database, zone, done.stop)


def _look_what_is_stuck(outreach: Outreach, clock: Clock, _done: Pass) -> None:
    zone = ZoneInfo(outreach.settings.timezone)
    with outreach.database.transaction() as session:
        stuck_kept.keep(session, outreach.states, clock(), zone)


def _delete_old_mail(outreach: Outreach, clock: Clock, done: Pass) -> None:
    done.deleted = retention.delete_old(
        outreach.database,
        raw_mail_days=outreach.settings.keep_raw_mail_days,
        thread_days=outreach.settings.keep_threads_days,
        now=clock(),
    )


def _delete_uploads(outreach: Outreach, clock: Clock, _done: Pass) -> None:
    with outreach.database.transaction() as session:
        uploads.forget_old(session, clock())


# The inbox comes first: an answer that is there stops the reminder that is due today.
STAGES: Stages = {
    "reading the inbox": _read_the_inbox,
    "following up": _follow_up,
    "making reports": _make_reports,
    "telling of pauses": _tell_of_pauses,
    "mailing links": _mail_links,
    "sending": _send,
    "deleting old mail": _delete_old_mail,
    "deleting old uploads": _delete_uploads,
    "counting": _count,
    "looking what is stuck": _look_what_is_stuck,
}


def worker_name() -> str:
    """A name that no other process uses at the same time."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{_RUN}"


_RUN = secrets.token_hex(4)  # a process number may come again after a restart


def fulfil_wishes(outreach: Outreach) -> None:
    """What cannot be done stands beside the wish; what breaks off is told in the log as well."""
    done = _go_through({"fulfilling wishes": _fulfil_wishes}, outreach, outreach.clock, Pass())
    if done.fulfilled:
        _log.info("Fulfilled: %s", ", ".join(done.fulfilled))


def recount(outreach: Outreach, stop: Callable[[], bool]) -> None:
    """Check the counters of the reports; that they were wrong is told in the log and the audit."""
    zone = ZoneInfo(outreach.settings.timezone)
    drift = keeping.recount(outreach.database, zone, stop)
    if drift:
        told = f"{drift.missions} missions, {drift.counters} sums of all missions"
        _log.warning("Counters were wrong and are put right: %s", told)
        with outreach.database.transaction() as session:
            act = mark("counters put right")
            audit.note(session, actor="worker", act=act, detail=told, now=outreach.clock())
