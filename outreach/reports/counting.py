"""What the figures count: for each a query of its things, each thing once, at its first moment.

Every query gives rows of ``contact_id, mission_id, at``. What came from outside stands at the
moment it was received, not at the one it tells of: so it falls into exactly one report, and the
weeks add up to "so far" even when a provider reports days later.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Subquery, cast, func, null, or_, select
from sqlmodel import col

from outreach.delivery import states
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.inbox.tables import IncomingMail, MailKind, Thread
from outreach.tracking.events import STATES
from outreach.tracking.tables import Agent, Event, EventKind, OpenCount

Counted = Select[tuple[int | None, int | None, datetime]]
Condition = ColumnElement[bool]


def copies(at: Any, *conditions: Condition) -> Counted:
    """Letters and reminders; reports, notices and answers from the desk are no part of a figure."""
    of_a_campaign = col(Delivery.purpose).in_((Purpose.letter, Purpose.reminder))
    columns = select(col(Delivery.contact_id), col(Delivery.mission_id), at.label("at"))
    return columns.where(of_a_campaign, *conditions)


def held_back() -> Counted:
    return copies(_settled(), states.held_back())


def late() -> Counted:
    return copies(_settled(), col(Delivery.state) == State.skipped, ~states.held_back())


def planned() -> Counted:
    return copies(col(Delivery.planned_at), ~states.held_back())


def everything_planned() -> Counted:
    return copies(col(Delivery.created_at))


def in_state(state: State) -> Counted:
    return copies(_settled(), col(Delivery.state) == state)


def sent(*conditions: Condition) -> Counted:
    """What a carrier took, also when it was refused or came back later."""
    taken = or_(col(Delivery.sent_at).is_not(None), col(Delivery.state).in_(states.TAKEN))
    return copies(_sent(), taken, *conditions)


def delivered() -> Counted:
    """Also what bounced later: it is no contradiction that a relay took it first."""
    return told_of(*(kind for kind, state in STATES.items() if state is State.delivered))


def handed_over(*conditions: Condition) -> Counted:
    """What was sent or may have been: a copy in doubt can be read and answered too."""
    may_have_gone = col(Delivery.state).in_(states.MAY_HAVE_GONE)
    went = or_(col(Delivery.sent_at).is_not(None), may_have_gone)
    return copies(_sent(), went, *conditions)


def reminders() -> Counted:
    return sent(col(Delivery.purpose) == Purpose.reminder)


def with_image() -> Counted:
    """Without the campaigns that keep totals only: they do not tell one copy from another."""
    totals_only = select(col(OpenCount.campaign_id))
    return handed_over(_has_image(), col(Delivery.campaign_id).not_in(totals_only))


def told_of(*kinds: EventKind, by: Agent | None = None) -> Counted:
    """Copies of which at least one event of the kinds is known."""
    right: list[Condition] = [col(Event.kind).in_(kinds)]
    if by:
        right.append(func.coalesce(Event.agent, Agent.unknown) == by)
    return (
        copies(func.min(Event.received_at), *right)
        .join(Event, col(Event.delivery_id) == col(Delivery.id))
        .group_by(col(Delivery.id), col(Delivery.contact_id), col(Delivery.mission_id))
    )


def opened_by(agent: Agent) -> Counted:
    return told_of(EventKind.opened, by=agent).where(_has_image())


def mails(*kinds: MailKind) -> Counted:
    """Incoming mails that were filed; what stands in the holding pen belongs to no campaign yet."""
    mission = func.coalesce(Thread.mission_id, Delivery.mission_id)
    found = (
        select(col(IncomingMail.contact_id), mission.label("mission_id"), _received())
        .join(Thread, col(Thread.id) == col(IncomingMail.thread_id), isouter=True)
        .join(Delivery, col(Delivery.id) == col(IncomingMail.delivery_id), isouter=True)
        .where(mission.is_not(None))
    )
    return found.where(col(IncomingMail.kind).in_(kinds)) if kinds else found


def contacts(among: Counted) -> Counted:
    """The contacts among things, each once, at its first."""
    rows = among.subquery()
    return (
        select(rows.c.contact_id, func.max(rows.c.mission_id).label("mission_id"), _first(rows))
        .where(rows.c.contact_id.is_not(None))
        .group_by(rows.c.contact_id)
    )


def missions(among: Counted) -> Counted:
    """The missions among things, each once, at its first."""
    rows = among.subquery()
    nobody = cast(null(), Integer).label("contact_id")
    return (
        select(nobody, rows.c.mission_id, _first(rows))
        .where(rows.c.mission_id.is_not(None))
        .group_by(rows.c.mission_id)
    )


def contacts_who_answered() -> Counted:
    answered, written = contacts(mails(MailKind.reply)).subquery(), handed_over().subquery()
    return select(answered.c.contact_id, answered.c.mission_id, answered.c.at).where(
        answered.c.contact_id.in_(select(written.c.contact_id))
    )


def missions_that_answered() -> Counted:
    answered, written = missions(mails(MailKind.reply)).subquery(), handed_over().subquery()
    return select(answered.c.contact_id, answered.c.mission_id, answered.c.at).where(
        answered.c.mission_id.in_(select(written.c.mission_id))
    )


def _has_image() -> Condition:
    return col(Delivery.tracks_opens).is_(True)


def _settled() -> Any:
    return func.coalesce(Delivery.settled_at, Delivery.created_at)


def _sent() -> Any:
    # A provider's event may settle a doubtful copy that has no moment of sending.
    return func.coalesce(Delivery.sent_at, Delivery.settled_at)


def _received() -> Any:
    return col(IncomingMail.received_at).label("at")


def _first(rows: Subquery) -> Any:
    return func.min(rows.c.at).label("at")
