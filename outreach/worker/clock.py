"""The clock: what the worker starts, and how often.

APScheduler only ticks, in UTC, in this process and nowhere else.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from outreach.errors import OutreachError
from outreach.inbox import fetching, lmtp
from outreach.wiring import Outreach
from outreach.worker.stages import fulfil_wishes, load_contacts, recount, tick

_log = logging.getLogger(__name__)

INTERVAL = timedelta(seconds=15)
WISHES_INTERVAL = timedelta(seconds=2)  # somebody waits for it at the desk
FETCHING_INTERVAL = timedelta(minutes=1)
LOADING_INTERVAL = timedelta(seconds=1)  # somebody looks at a page and waits
RECOUNTING_INTERVAL = timedelta(days=1)
# A slow mail server must not keep an answer from being read: then the rest goes in the next pass.
SENDING_SECONDS = 60.0


def run(outreach: Outreach) -> None:
    """Tick until SIGTERM or Ctrl-C; what is in hand then is finished first."""
    stopping = threading.Event()
    stops = {signal.SIGTERM, signal.SIGINT}
    # Waited for and not handled: a handler would run amid the scheduler's own locks.
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    scheduler = _scheduler(outreach, stopping)
    with _lmtp(outreach):
        scheduler.start()
        signal.sigwait(stops)
        stopping.set()
        scheduler.shutdown(wait=True)


def _scheduler(outreach: Outreach, stopping: threading.Event) -> BackgroundScheduler:
    """Each job is one of its own: none of them may hold up the ticks."""
    # Late ticks are not skipped (the default grace is one second), and never pile up.
    unhurried = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    scheduler = BackgroundScheduler(timezone=UTC, job_defaults=unhurried)
    at_once = datetime.now(UTC)

    def every(interval: timedelta, work: Callable[[], object], first: datetime = at_once) -> None:
        seconds = int(interval.total_seconds())
        scheduler.add_job(work, "interval", seconds=seconds, next_run_time=first)

    every(INTERVAL, lambda: _tick_and_tell(outreach, stopping))
    if url := outreach.settings.imap_url:
        fetcher = fetching.Fetcher(outreach.database, url, outreach.clock, stopping.is_set)
        every(FETCHING_INTERVAL, fetcher.fetch)
    every(LOADING_INTERVAL, lambda: load_contacts(outreach, stopping.is_set))
    every(WISHES_INTERVAL, lambda: fulfil_wishes(outreach))
    # It takes minutes where there are millions of copies, and nothing waits for it.
    later = at_once + INTERVAL * 40
    every(RECOUNTING_INTERVAL, lambda: recount(outreach, stopping.is_set), later)
    return scheduler


@contextmanager
def _lmtp(outreach: Outreach) -> Iterator[None]:
    """Where nobody can listen, all else goes on: the mail server in front keeps its mail."""
    with ExitStack() as stack:
        if where := outreach.settings.lmtp_listen:
            try:
                stack.enter_context(lmtp.listening(outreach.database, where, outreach.clock))
            except OutreachError as error:
                _log.error("%s", error)
        yield


def _tick_and_tell(outreach: Outreach, stopping: threading.Event) -> None:
    until = time.monotonic() + SENDING_SECONDS
    with outreach.reader:  # which takes memory, and mail comes seldom
        done = tick(outreach, outreach.clock, lambda: stopping.is_set() or time.monotonic() > until)
    if done.did_something:
        _log.info("%s", done.as_facts())
