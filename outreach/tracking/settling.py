"""Copies that show up outside, brought to the states that this proves.

The carrier's own answer may still be on its way, or may never come: a proof stands for it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_
from sqlmodel import Session, col, select

from outreach.bulk import among
from outreach.delivery import states
from outreach.delivery.tables import OF_A_PLAN, Delivery, State

# In the order in which a copy comes to them, so that it does not matter how the proofs come.
_ORDER = (State.sending, State.sent, State.delivered, State.bounced, State.failed)


@dataclass(slots=True)
class Held:
    """A row that nobody else changes until this transaction ends.

    ``campaign_id`` is that of its plan; an answer from the desk belongs to none.
    """

    state: State
    campaign_id: int | None


class Proof(NamedTuple):
    """That a copy came to a state; ``reason`` is kept with it.

    ``sure`` reaches even a copy that a person had put back in the queue, which would go twice.
    """

    delivery_id: int
    to: State
    reason: str | None = None
    sure: bool = False

    def changes(self) -> Iterator[tuple[State, str | None]]:
        if self.sure:
            yield State.sending, None
        yield State.sent, None
        if self.to is not State.sent:
            yield self.to, self.reason


def hold(session: Session, ids: Collection[int]) -> dict[int, Held]:
    """Take hold of the rows, in the order of their ids.

    So of two who tell of the same copies at once one waits for the other, and never both.
    """
    rows = (
        select(Delivery.id, Delivery.state, Delivery.campaign_id, Delivery.purpose)
        .where(among(session, col(Delivery.id), ids))
        .order_by(col(Delivery.id))
        .with_for_update(key_share=True)
    )
    return {
        number: Held(state, campaign if purpose in OF_A_PLAN else None)
        for number, state, campaign, purpose in session.execute(rows)
    }


def of_the_same(session: Session, ids: Collection[int]) -> set[int]:
    """The copies to the same addresses, and to the same missions, as these."""
    query = select(Delivery.recipient_address, Delivery.mission_id)
    theirs = session.execute(query.where(among(session, col(Delivery.id), ids))).all()
    to_them = among(session, col(Delivery.recipient_address), {address for address, _ in theirs})
    of_them = among(session, col(Delivery.mission_id), {mission for _, mission in theirs})
    same = select(col(Delivery.id)).where(or_(to_them, of_them))
    return set(session.execute(same).scalars()) if theirs else set()


def campaigns_of(session: Session, ids: Collection[int]) -> set[int]:
    """Those whose plans made the copies."""
    these = among(session, col(Delivery.id), ids) & states.of_a_plan()
    query = select(Delivery.campaign_id).where(these)
    return {number for number in session.execute(query.distinct()).scalars() if number is not None}


def settle(
    session: Session, proofs: Sequence[Proof], held: Mapping[int, Held], *, now: datetime
) -> None:
    """Change the states of the held rows; what many have in common takes one statement."""
    changes: dict[tuple[State, str | None], set[int]] = defaultdict(set)
    for proof in proofs:
        for change in proof.changes():
            changes[change].add(proof.delivery_id)
    for to, reason in sorted(changes, key=lambda change: _ORDER.index(change[0])):
        able = [one for one in changes[to, reason] if to in states.TRANSITIONS[held[one].state]]
        these = among(session, col(Delivery.id), able)
        for moved in states.move_where(session, these, to, now=now, reason=reason):
            held[moved].state = to
