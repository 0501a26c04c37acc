"""Draining the queue: claim a group, hand it over, record what became of it."""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlmodel import Session

from outreach.db import Clock, Database
from outreach.delivery.carriers import Carrier, Outcome
from outreach.delivery.composing import Composer
from outreach.delivery.handing_over import HandOver
from outreach.delivery.queue import LEASE, Claimed, claim, expire_leases, skip_expired
from outreach.delivery.recording import Tally, record, remember_senders
from outreach.delivery.suppression import cancel_suppressed
from outreach.delivery.tables import OF_A_PLAN

__all__ = ["Tally", "Watch", "drain"]

# Told what became of the copies of each campaign's plan, in the transaction that records it.
Watch = Callable[[Session, Mapping[int, Sequence[Outcome]], datetime], None]

_AWAY = (OperationalError, InterfaceError, InternalError)  # the database, and not what we asked
_LONGEST_PAUSE = 5.0  # seconds between two tries to record

_log = logging.getLogger(__name__)

T = TypeVar("T")


def drain(
    database: Database,
    carrier: Carrier,
    composer: Composer,
    *,
    worker: str,
    clock: Clock,
    limit: int | None = None,
    watch: Watch | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Tally:
    """Send what is due, at most ``limit`` copies, until nothing is or the carrier asks to wait.

    ``worker`` is a name that no other process uses at the same time. No transaction is open while
    the carrier works; the rows say ``sending`` until the outcome is known. ``stop`` is asked
    before each group.
    """
    hand_over, tally = HandOver(carrier, composer), Tally()
    queue = _Queue(database, hand_over, worker, clock, watch)

    def room(handed: int) -> int:
        left = carrier.group_size if limit is None else limit - handed
        return 0 if stop() else min(carrier.group_size, left)

    group = queue.begin(room(0))
    while group:
        outcomes = hand_over.send(group, clock())
        wait = all(outcome.retry_after for outcome in outcomes)
        size = 0 if wait else room(tally.total + len(group))
        done, group = queue.settle(group, outcomes, then_take=size)
        tally += done
    queue.put_away()
    return tally


@dataclass(frozen=True)
class _Queue:
    """The queue as one worker sees it, who holds one group of copies at a time."""

    database: Database
    hand_over: HandOver
    worker: str
    clock: Clock
    watch: Watch | None
    senders: set[str] = field(default_factory=set)  # of which it is known since when they send

    def begin(self, size: int) -> list[Claimed]:
        with self.database.transaction() as session:
            expire_leases(session, now=self.clock())
            return self._take(session, size)

    def settle(
        self, group: Sequence[Claimed], outcomes: Sequence[Outcome], *, then_take: int
    ) -> tuple[Tally, list[Claimed]]:
        """One transaction for the end of a group and the beginning of the next."""
        senders = _that_sent(group, outcomes)

        def act() -> tuple[Tally, list[Claimed]]:
            with self.database.transaction() as session:
                if self.watch:  # before the copies, as whoever pauses a campaign locks it first
                    self.watch(session, _by_campaign(group, outcomes), self.clock())
                done = record(session, group, outcomes, worker=self.worker, now=self.clock())
                remember_senders(session, senders - self.senders, self.clock())
                return done, self._take(session, then_take)

        done, taken = _persistently(act)
        self.senders.update(senders)
        return done, taken

    def put_away(self) -> None:
        """What was due and may not go any more."""
        with self.database.transaction() as session:
            skip_expired(session, now=self.clock())
            cancel_suppressed(session, now=self.clock())

    def _take(self, session: Session, size: int) -> list[Claimed]:
        if size <= 0:
            return []
        group = claim(session, worker=self.worker, limit=size, now=self.clock())
        self.hand_over.load(session, group)
        return group


def _that_sent(group: Sequence[Claimed], outcomes: Sequence[Outcome]) -> set[str]:
    return {
        copy.sender_address
        for copy, outcome in zip(group, outcomes, strict=True)
        if outcome.verdict == "sent"
    }


def _by_campaign(
    group: Sequence[Claimed], outcomes: Sequence[Outcome]
) -> Mapping[int, Sequence[Outcome]]:
    those: dict[int, list[Outcome]] = defaultdict(list)
    for copy, outcome in zip(group, outcomes, strict=True):
        if copy.campaign_id is not None and copy.purpose in OF_A_PLAN:
            those[copy.campaign_id].append(outcome)
    return those


def _persistently(act: Callable[[], T]) -> T:
    """Try until the lease is over: what a carrier said is known here and nowhere else."""
    until, pause = time.monotonic() + LEASE.total_seconds(), 0.1
    while True:
        try:
            return act()
        except _AWAY as error:
            if time.monotonic() > until:
                raise
            _log.warning("The database is away (%s); trying again", type(error.orig).__name__)
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
