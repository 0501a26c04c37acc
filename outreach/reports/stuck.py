"""Contacts that letters do not get to: whose addresses came back, and those held back."""

from datetime import datetime

from sqlalchemy import ColumnElement, case, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from outreach.bulk import among
from outreach.campaigns.tables import Campaign
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact, Mission
from outreach.delivery.states import held_back
from outreach.delivery.tables import Delivery, Purpose, State, Suppression
from outreach.reports.missions import mission_name, state_name
from outreach.reports.needs import Need

_CAMPAIGN = (col(Campaign.slug), col(Campaign.name))
_TO_A_MISSION = (Purpose.letter, Purpose.reminder, Purpose.answer)


def stuck(session: Session, states: MemberStates, old: datetime) -> list[Need]:
    """Both; what has waited since before ``old`` is told to be old."""
    return [*unreachable(session, states, old), *contacts_held_back(session, old)]


def unreachable(session: Session, states: MemberStates, old: datetime) -> list[Need]:
    """Missions of which no contact is left whose present address takes mail.

    A corrected address, or a new contact, takes the mission off the list.
    """
    contact = aliased(Contact)
    at = func.max(Delivery.settled_at)
    given_up = session.scalars(select(col(Mission.id)).where(_somebody_alive().is_(None))).all()
    query = (
        select(col(Mission.state), col(Mission.organization), at)
        .join(contact, col(contact.mission_id) == col(Mission.id))
        .join(Delivery, _is_returned_from(Delivery, contact))
        .where(among(session, col(Mission.id), given_up), _is_there(contact))
        .group_by(col(Mission.id), col(Mission.state), col(Mission.organization))
        .order_by(col(Mission.state), col(Mission.organization))
    )
    found = session.execute(query).all()
    if not found:
        return []
    names = [mission_name(name, state_name(states, code)) for code, name, _ in found]
    since = [at for _, _, at in found if at]
    return [
        Need(
            kind="unreachable",
            count=len(names),
            missions=names,
            oldest_at=min(since, default=None),
            older=sum(at < old for at in since),
        )
    ]


def _is_there(contact: type[Contact]) -> ColumnElement[bool]:
    return col(contact.erased_at).is_(None) & col(contact.merged_into).is_(None)


def _somebody_alive() -> ColumnElement[int | None]:
    """The first such contact of a mission: to look for one ends sooner than to look at all."""
    mate = aliased(Contact)
    return (
        select(col(mate.id))
        .where(col(mate.mission_id) == col(Mission.id), _is_there(mate), ~_came_back(mate))
        .limit(1)
        .correlate(Mission)
        .scalar_subquery()
    )


def _came_back(contact: type[Contact]) -> ColumnElement[bool]:
    return exists().where(_is_returned_from(aliased(Delivery), contact))


def _is_returned_from(copy: type[Delivery], contact: type[Contact]) -> ColumnElement[bool]:
    return (
        (col(copy.recipient_address) == col(contact.address))
        & col(copy.state).in_((State.bounced, State.failed))
        & col(copy.purpose).in_(_TO_A_MISSION)
    )


def contacts_held_back(session: Session, old: datetime) -> list[Need]:
    """Contacts, not copies: whoever mends a contact mends all its steps.

    Those who want no mail, or are erased, are held back for good and need nobody.
    """
    contact, why = Delivery.contact_id, col(Delivery.reason)
    at = func.coalesce(Delivery.settled_at, Delivery.created_at)
    held = func.count(func.distinct(contact))
    older = func.count(func.distinct(case((at < old, contact))))
    query = (
        select(*_CAMPAIGN, why, held, func.min(at), older)
        .join_from(Delivery, Campaign, col(Campaign.id) == col(Delivery.campaign_id))
        .where(
            held_back(),
            ~exists().where(col(Suppression.address) == col(Delivery.recipient_address)),
            ~exists().where(col(Contact.id) == col(contact), ~_is_there(Contact)),
        )
        .group_by(*_CAMPAIGN, why)
        .order_by(col(Campaign.slug), held.desc(), why)
    )
    return [
        Need(
            kind="held_back",
            slug=slug,
            campaign=name,
            reason=reason or "",
            count=count,
            oldest_at=since,
            older=older,
        )
        for slug, name, reason, count, since, older in session.execute(query)
    ]
