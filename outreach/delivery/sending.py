"""Draining the queue: claim a group, hand it over, record what became of it."""

import logging
import re
import traceback
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import col, select

from outreach.db import Clock, Database
from outreach.delivery.carriers import Carrier, Outcome
from outreach.delivery.composing import Composer, Outgoing
from outreach.delivery.queue import claim, expire_leases, skip_expired
from outreach.delivery.recording import Tally, record
from outreach.delivery.suppression import cancel_suppressed
from outreach.delivery.tables import Delivery
from outreach.errors import OutreachError
from outreach.letters.tables import Skeleton

__all__ = ["Tally", "drain"]

_log = logging.getLogger(__name__)


def drain(
    database: Database,
    carrier: Carrier,
    composer: Composer,
    *,
    worker: str,
    clock: Clock,
    limit: int | None = None,
) -> Tally:
    """Send what is due, at most ``limit`` copies, until nothing is or the carrier asks to wait.

    ``worker`` is a name that no other process uses at the same time. No transaction is open while
    the carrier works; the rows say ``sending`` until the outcome is known.
    """
    tally = Tally()
    _put_in_order(database, clock())
    while size := _size(carrier, limit, tally):
        deliveries, skeletons = _take(database, worker, size, clock())
        outcomes = _hand_over(deliveries, skeletons, carrier, composer, clock())
        with database.transaction() as session:
            tally += record(session, deliveries, outcomes, worker=worker, now=clock())
        if all(outcome.retry_after for outcome in outcomes):  # also when nothing was due
            break
    return tally


def _size(carrier: Carrier, limit: int | None, tally: Tally) -> int:
    return carrier.group_size if limit is None else min(carrier.group_size, limit - tally.total)


def _put_in_order(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        expire_leases(session, now=now)
        skip_expired(session, now=now)
        cancel_suppressed(session, now=now)


def _take(
    database: Database, worker: str, size: int, now: datetime
) -> tuple[list[Delivery], dict[str, Skeleton]]:
    with database.transaction() as session:
        deliveries = claim(session, worker=worker, limit=size, now=now)
        ids = {delivery.skeleton_id for delivery in deliveries}
        skeletons = session.exec(select(Skeleton).where(col(Skeleton.id).in_(ids)))
        return deliveries, {skeleton.id: skeleton for skeleton in skeletons}


def _hand_over(
    deliveries: Sequence[Delivery],
    skeletons: Mapping[str, Skeleton],
    carrier: Carrier,
    composer: Composer,
    now: datetime,
) -> list[Outcome]:
    composed = [_compose(delivery, skeletons, composer, now) for delivery in deliveries]
    group = [mail for mail in composed if isinstance(mail, Outgoing)]
    outcomes = iter(_send(carrier, group) if group else [])
    return [next(outcomes) if isinstance(mail, Outgoing) else mail for mail in composed]


def _compose(
    delivery: Delivery, skeletons: Mapping[str, Skeleton], composer: Composer, now: datetime
) -> Outgoing | Outcome:
    """The mail, or why there is none: a row that cannot become one fails without the others."""
    skeleton = skeletons.get(delivery.skeleton_id or "")
    if skeleton is None:
        return Outcome("refused", "it could not be composed: its letter is not stored")
    try:
        return composer.compose(delivery, skeleton, now)
    except OutreachError as problem:
        return Outcome("refused", f"it could not be composed: {problem}")
    except Exception as error:
        _log.error("Delivery %s could not be composed: %s", delivery.id, _where(error))
        return Outcome("refused", f"it could not be composed: {type(error).__name__}")


def _send(carrier: Carrier, group: Sequence[Outgoing]) -> list[Outcome]:
    try:
        outcomes = carrier.send(group)
        if len(outcomes) != len(group):
            raise RuntimeError(f"{len(outcomes)} outcomes for {len(group)} mails")
    except Exception as error:
        # Some may have gone, and only the carrier knew which: never again without a decision.
        text = f"{_without_people(str(error), group)} ({_where(error)})"
        _log.error("The %s carrier broke off with %d mails: %s", carrier.name, len(group), text)
        broke_off = f"the {carrier.name} carrier broke off: {type(error).__name__}"
        return [Outcome("unknown", broke_off)] * len(group)
    return outcomes


def _where(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}, {frame.filename}:{frame.lineno}"


def _without_people(text: str, group: Sequence[Outgoing]) -> str:
    for name in (outgoing.recipient.name for outgoing in group if outgoing.recipient.name):
        text = text.replace(name, "[name]")
    return re.sub(r"[^\s<>'\"(]+@[^\s<>'\")]+", "[address]", text)
