"""Two contacts that are one: what one of them has goes to the other, and nothing is sent twice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, delete, func, literal, select, update
from sqlmodel import Session, SQLModel, col

from outreach.contacts.editing import describe
from outreach.contacts.stopping import carry_over
from outreach.contacts.tables import Contact, ListMembership, Mission
from outreach.contacts.terms import terms_of
from outreach.contacts.upserting import insert_new_from
from outreach.delivery.states import MAY_HAVE_GONE, move
from outreach.delivery.tables import Delivery, State
from outreach.errors import NotAllowed
from outreach.texts import gettext as _
from outreach.texts import mark

WHY = mark("the contact was merged with another that gets this mail")

_TEXTS = ("name", "given_name", "family_name", "title", "role", "salutation", "time_zone")
_BLANK = {**dict.fromkeys((*_TEXTS, "terms"), ""), "languages": [], "tags": [], "extra": {}}
_WENT = MAY_HAVE_GONE | {State.sending}


@dataclass(frozen=True)
class Merged:
    """What a merging did, or would do: copies and mails that changed hands, copies withdrawn,
    lists that the contact came on, and whether its address is stopped now as the other's was.
    """

    copies: int
    withdrawn: int
    mails: int
    lists: int
    stopped: bool


def merge(session: Session, keep: Contact, away: Contact, *, now: datetime) -> Merged:
    """``away`` goes into ``keep``. Only its address stays, so that no import brings it back.

    Of two copies of one step, ``keep`` has the one that went; the other is withdrawn if it waits,
    and stays with ``away``. Raises NotAllowed for contacts of two missions.
    """
    if keep.id == away.id or keep.mission_id != away.mission_id:
        raise NotAllowed(_("Only contacts of the same mission can be merged."))
    assert keep.id
    assert away.id
    withdrawn = _settle_doubled(session, keep.id, away.id, now)
    copies = _hand_over_copies(session, keep.id, away.id)
    lists = _hand_over_lists(session, keep.id, away.id)
    mails = sum(_hand_over(session, each, keep.id, away.id) for each in _pointing_at_contacts())
    stopped = carry_over(session, away.address, keep.address, now=now)
    _fill_gaps(session, keep, away, now)
    _empty(session, away, keep.id, now)
    return Merged(copies, withdrawn, mails, lists, stopped)


def _settle_doubled(session: Session, keep: int, away: int, now: datetime) -> int:
    """Leave each of the two one copy of a step; the number withdrawn."""
    ours, theirs = _plan_copies(session, keep), _plan_copies(session, away)
    lesser = []
    for step in ours.keys() & theirs.keys():
        better, other = sorted((ours[step], theirs[step]), key=_rank)
        better.contact_id, other.contact_id = keep, away
        lesser.append(other.id or 0)
    session.flush()
    waiting = move(session, lesser, State.cancelled, now=now, reason=WHY, only_from={State.queued})
    return len(waiting)


def _rank(copy: Delivery) -> int:
    """What went comes first, then what will go; of two alike the one that is there stays."""
    return 0 if copy.state in _WENT else 1 if copy.state is State.queued else 2


def _plan_copies(session: Session, contact: int) -> dict[tuple[int, int], Delivery]:
    """Held until the transaction ends: none of them is handed to a carrier meanwhile."""
    query = (
        select(Delivery)
        .where(col(Delivery.contact_id) == contact, col(Delivery.step).is_not(None))
        .order_by(col(Delivery.id))
        .with_for_update()
    )
    found = session.execute(query).scalars()
    return {(copy.campaign_id or 0, copy.step or 0): copy for copy in found}


def _hand_over_copies(session: Session, keep: int, away: int) -> int:
    """All of which ``keep`` has none, with their names: so no plan makes them once more."""
    ours, theirs = _plan_copies(session, keep), _plan_copies(session, away)
    only_theirs = [copy for step, copy in theirs.items() if step not in ours]
    for copy in only_theirs:
        copy.identity = copy.identity.removesuffix(f"contact:{away}") + f"contact:{keep}"
        copy.contact_id = keep
    session.flush()
    beside_plans = col(Delivery.step).is_(None) & (col(Delivery.contact_id) == away)
    moved = session.execute(update(Delivery).where(beside_plans).values(contact_id=keep))
    return len(only_theirs) + int(moved.rowcount)  # type: ignore[attr-defined]


def _hand_over_lists(session: Session, keep: int, away: int) -> int:
    """The number of lists that are new to ``keep``."""
    before = _on(session, keep)
    members = select(col(ListMembership.list_id), literal(keep))
    theirs = members.where(col(ListMembership.contact_id) == away)
    insert_new_from(session, ListMembership, ["list_id", "contact_id"], theirs)
    session.execute(delete(ListMembership).where(col(ListMembership.contact_id) == away))
    return _on(session, keep) - before


def _on(session: Session, contact: int) -> int:
    query = select(func.count()).where(col(ListMembership.contact_id) == contact)
    count: int = session.execute(query).scalar_one()
    return count


def _pointing_at_contacts() -> Iterator[Column[Any]]:
    """Whatever room they are in; copies and lists have rules of their own."""
    contact: Any = Contact.__table__  # type: ignore[attr-defined]
    apart = {"delivery", "list_membership"}
    for table in SQLModel.metadata.sorted_tables:
        columns = table.columns if table.name not in apart else ()
        yield from (column for column in columns if column.references(contact.c.id))


def _hand_over(session: Session, column: Column[Any], keep: int, away: int) -> int:
    change = update(column.table).where(column == away).values({column.name: keep})
    changed: int = session.execute(change).rowcount  # type: ignore[attr-defined]
    return changed


def _fill_gaps(session: Session, keep: Contact, away: Contact, now: datetime) -> None:
    ours, theirs = keep.model_dump(), away.model_dump()
    texts = {name: ours[name] or theirs[name] for name in _TEXTS}
    keep.sqlmodel_update(
        {
            **texts,
            "languages": keep.languages or away.languages,
            "tags": list(dict.fromkeys([*keep.tags, *away.tags])),
            "extra": {**away.extra, **_written(keep.extra)},
            "updated_at": now,
        }
    )
    keep.terms = terms_of(describe(keep, session.get_one(Mission, keep.mission_id)))
    session.add(keep)
    session.flush()


def _written(extra: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in extra.items() if value}


def _empty(session: Session, away: Contact, keep: int, now: datetime) -> None:
    """What was merged into it before belongs to ``keep`` too."""
    session.execute(
        update(Contact).where(col(Contact.merged_into) == away.id).values(merged_into=keep)
    )
    away.sqlmodel_update({**_BLANK, "merged_into": keep, "updated_at": now})
    session.add(away)
    session.flush()
