"""SendGrid's events taken in, a request of a thousand at a time."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import func, select, update
from sqlmodel import col

from outreach.db import Database
from outreach.delivery.tables import Delivery, State
from outreach.tracking.sendgrid import apply_events
from outreach.tracking.tables import Event
from tests.bench.bench import Bench
from tests.bench.figures import Goal, Sample
from tests.bench.rows import NOW, TOKENS, address, fill_queue, identity
from tests.bench.yardsticks import plain_inserts

_A_REQUEST = 1_000
_LATER = NOW + timedelta(days=2)  # when the last of them is told
_BOUNCES = 33  # one copy of so many


def measure(bench: Bench) -> Iterator[Sample]:
    number = bench.sizes.events
    yardstick = plain_inserts(bench, number)
    with bench.fresh() as database:
        send_all(database, number)
        told = list(islice(mixed(), number))
        bodies = [orjson.dumps(told[at : at + _A_REQUEST]) for at in range(0, number, _A_REQUEST)]
        seconds = bench.seconds(take_in, database, bodies)
        stored = count(database)
    assert stored == number, f"{stored} of {number} events were stored"
    what = f"take in {number:,} events, {_A_REQUEST:,} a request"
    yield Sample(what, number / seconds, "events/s", yardstick, Goal(least=10_000))


def send_all(database: Database, events: int) -> None:
    """As many copies as the events are about, with a carrier since a moment."""
    fill_queue(database, events // 2)  # each has two at least
    with database.transaction() as session:
        session.execute(update(Delivery).values(state=State.sent, sent_at=NOW))


def take_in(database: Database, bodies: Iterable[bytes]) -> None:
    for body in bodies:
        with database.transaction() as session:
            apply_events(session, body, _LATER)


def count(database: Database) -> int:
    with database.reading() as session:
        return int(session.execute(select(func.count(col(Event.id)))).scalar_one())


def mixed() -> Iterator[dict[str, Any]]:
    """What is told of copies one after the other: some bounce, half of the others are opened."""
    index = 0
    while True:
        yield _event(index, "processed", 1)
        if index % _BOUNCES == 0:
            yield _event(index, "bounce", 20, type="bounce", status="5.1.1", reason="550 no such")
        else:
            yield _event(index, "delivered", 10, response="250 2.0.0 OK")
            if index % 2:
                yield _event(index, "open", 3_600 + index % 7_200, useragent="Mozilla/5.0 (X11)")
        index += 1


def _event(index: int, kind: str, after: int, **more: str) -> dict[str, Any]:
    key = TOKENS.key(identity(index))
    return {
        "email": address(index),
        "timestamp": int(NOW.timestamp()) + index // 2 + after,
        "smtp-id": f"<{key}@example.org>",
        "event": kind,
        "sg_event_id": f"bench-{kind}-{index}",
        "sg_message_id": f"message-{index}.filter",
        "delivery": key,
        **more,
    }
