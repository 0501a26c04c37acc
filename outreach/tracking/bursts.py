"""Images of several copies to one domain, loaded at once: that is its gateway and no person."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select, update

from outreach.bulk import among
from outreach.delivery.tables import Delivery
from outreach.tracking.tables import Agent, Event, EventKind

# A gateway that checks mail loads what it finds in every copy at once; people do not.
_WITHIN = timedelta(seconds=10)
_COPIES = 3

_CHUNK = 1_000  # loads a statement; both databases limit the parameters of one
_LOCK = 7_001  # a number of our own, by which Postgres knows what waits for what

Moment = tuple[datetime, str]  # when an image was loaded, and the domain its copy went to


class _Load(NamedTuple):
    at: datetime
    event_id: int
    delivery_id: int
    agent: Agent | None


def reconsider(session: Session, moments: Iterable[Moment]) -> None:
    """Look again at who loaded the images around the moments; whichever of them came last."""
    for together in _together(sorted(set(moments))):
        _one_after_another(session)
        found = chain.from_iterable(map(_in_bursts, _around(session, together)))
        _by_machine(session, [one.event_id for one in found if one.agent is not Agent.machine])


def _together(moments: Sequence[Moment]) -> Iterator[Sequence[Moment]]:
    """``moments``, given in their order, in portions between which nothing can be near both."""
    start = 0
    for end in range(1, len(moments) + 1):
        far = end == len(moments) or moments[end][0] - moments[end - 1][0] > 4 * _WITHIN
        if far or end - start == _CHUNK:
            yield moments[start:end]
            start = end


def _one_after_another(session: Session) -> None:
    """Two transactions do not see each other's loads: the later one waits, and looks at both."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _around(session: Session, moments: Sequence[Moment]) -> Iterable[list[_Load]]:
    """All loads at the domains of the moments that may be in one burst with them, by domain."""
    first, last = moments[0][0] - 2 * _WITHIN, moments[-1][0] + 2 * _WITHIN
    query = (
        select(Delivery.recipient_domain, Event.happened_at, Event.id, Event.delivery_id)
        .add_columns(col(Event.agent))
        .join(Delivery, col(Delivery.id) == col(Event.delivery_id))
        .where(
            col(Event.kind) == EventKind.opened,
            col(Event.happened_at).between(first, last),
            among(session, col(Delivery.recipient_domain), {domain for _, domain in moments}),
        )
        .order_by(col(Event.happened_at))
    )
    loads: dict[str, list[_Load]] = defaultdict(list)
    for domain, *load in session.execute(query):
        loads[domain].append(_Load._make(load))
    return loads.values()


def _in_bursts(loads: Sequence[_Load]) -> Iterator[_Load]:
    """Those of one domain's loads, given by time, that are near one which others are near too."""
    near: Counter[int] = Counter()
    start = end = done = 0
    for centre in loads:
        while end < len(loads) and loads[end].at <= centre.at + _WITHIN:
            near[loads[end].delivery_id] += 1
            end += 1
        while loads[start].at < centre.at - _WITHIN:
            near[loads[start].delivery_id] -= 1
            start += 1
        if len(+near) >= _COPIES:
            yield from loads[max(start, done) : end]
            done = end


def _by_machine(session: Session, events: Collection[int]) -> None:
    these = among(session, col(Event.id), events)
    change = update(Event).where(these).values(agent=Agent.machine)
    session.execute(change, execution_options={"synchronize_session": False})
