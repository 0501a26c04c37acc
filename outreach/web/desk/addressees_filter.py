"""Which contacts of a campaign a reader asked to see, page by page in the order of the plan."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, false
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from werkzeug.exceptions import BadRequest

from outreach.campaigns.schedule import schedule_of
from outreach.campaigns.tables import Campaign
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact, Mission
from outreach.contacts.terms import found_by, seek
from outreach.delivery.states import MAY_HAVE_GONE, held_back
from outreach.delivery.tables import Delivery, State
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import IncomingMail, Thread
from outreach.tracking.tables import Event, EventKind
from outreach.web.paging import ROWS, read_number

Condition = ColumnElement[bool]

LATE, ANSWERED, SILENT, OPENED = "too_late", "answered", "no_answer", "image_loaded"
CHOICES = (*State, LATE, ANSWERED, SILENT, OPENED)
_OF_A_COPY = (*State, LATE)


@dataclass(frozen=True)
class Filter:
    """What the reader asked to see; empty fields ask for everything."""

    who: str = ""
    stands: str = ""
    language: str = ""


class Place(NamedTuple):
    """Where a contact stands in the table: by the copy it was found by."""

    step: int
    copy_id: int

    @property
    def as_text(self) -> str:
        return f"{self.step}_{self.copy_id}"


def places(
    session: Session, campaign: Campaign, wanted: Filter, after: str, states: MemberStates
) -> Sequence[Place]:
    """One more than a page has, from the one after ``after``: a place as text.

    By their copies of the first step. Who asks for a state gets the contacts that have a copy in
    it, by the first such copy: so no more is read than is shown, however many copies there are.
    """
    first, last = _read(after)
    steps = range(first, len(schedule_of(campaign).steps) + 1) if _is_of_a_copy(wanted) else (1,)
    found = (
        place
        for step in steps
        for place in _of_step(session, campaign, wanted, step, last if step == first else 0, states)
    )
    return list(islice(found, ROWS + 1))


def _read(after: str) -> tuple[int, int]:
    step, mark, copy = after.rpartition("_")
    if (mark and not step.isdecimal()) or len(step) > 3:
        raise BadRequest
    return int(step or 1), read_number(copy)


def _is_of_a_copy(wanted: Filter) -> bool:
    return wanted.stands in _OF_A_COPY


def _of_step(
    session: Session,
    campaign: Campaign,
    wanted: Filter,
    step: int,
    last: int,
    states: MemberStates,
) -> Iterator[Place]:
    query = select(Delivery.id).where(
        Delivery.campaign_id == campaign.id, Delivery.step == step, col(Delivery.id) > last
    )
    if wanted.who:
        query = (
            query.join(Contact, col(Contact.id) == col(Delivery.contact_id))
            .join(Mission, col(Mission.id) == col(Delivery.mission_id))
            .where(_is_who(session, wanted.who, states))
        )
    if wanted.stands:
        query = query.where(_stands(session, campaign, wanted.stands, step))
    if wanted.language:
        query = query.where(col(Delivery.language) == wanted.language)
    by_an_index = (col(Delivery.campaign_id), col(Delivery.step), col(Delivery.id))
    for number in session.exec(query.order_by(*by_an_index).limit(ROWS + 1)):
        yield Place(step, number or 0)


def _is_who(session: Session, text: str, states: MemberStates) -> Condition:
    """By the index of contacts' words, and not by reading all names."""
    if "@" in text:
        return col(Contact.address) == text.casefold()
    if code := states.find(text):
        return col(Mission.state) == code
    sought = seek(text, states)
    return false() if sought.is_empty else found_by(session, sought)


def _stands(session: Session, campaign: Campaign, choice: str, step: int) -> Condition:
    if choice == ANSWERED:
        return _has_answered()
    if choice == SILENT:
        return ~_has_answered()
    if choice == OPENED:
        # Where nothing has gone yet, nobody needs to look for each of all copies.
        return _was_opened(campaign) if _has_begun(session, campaign) else false()
    return _is(choice, Delivery) & ~_was_shown(choice, step)


def _is(choice: str, copy: type[Delivery]) -> Condition:
    if choice == LATE:
        return and_(col(copy.state) == State.skipped, ~held_back(copy))
    return held_back(copy) if choice == State.skipped else col(copy.state) == choice


def _was_shown(choice: str, step: int) -> Condition:
    """The contact has its place by a copy of an earlier step."""
    if step == 1:
        return false()
    earlier = aliased(Delivery)
    return exists().where(
        col(earlier.contact_id) == col(Delivery.contact_id),
        col(earlier.campaign_id) == col(Delivery.campaign_id),
        col(earlier.step) < step,
        _is(choice, earlier),
    )


def _was_opened(campaign: Campaign) -> Condition:
    """A copy of any step, and not only the first step's, by which the table is made."""
    theirs = (
        select(Delivery.contact_id)
        .where(Delivery.campaign_id == campaign.id, col(Delivery.step).is_not(None))
        .where(
            col(Delivery.id).in_(select(Event.delivery_id).where(Event.kind == EventKind.opened))
        )
    )
    return col(Delivery.contact_id).in_(theirs.correlate(None))


def _has_begun(session: Session, campaign: Campaign) -> bool:
    gone = col(Delivery.state).in_(MAY_HAVE_GONE)
    first = select(Delivery.id).where(Delivery.campaign_id == campaign.id, Delivery.step == 1, gone)
    return session.exec(first.limit(1)).first() is not None


def _has_answered() -> Condition:
    return exists().where(
        col(Thread.campaign_id) == col(Delivery.campaign_id),
        col(Thread.mission_id) == col(Delivery.mission_id),
        col(IncomingMail.thread_id) == col(Thread.id),
        col(IncomingMail.kind) == MailKind.reply,
    )
