"""The clocks of those we write to, as the plan reads them, for moments on a page."""

from collections.abc import Collection, Mapping
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from outreach.campaigns.eligibility import clock_of
from outreach.contacts.tables import Contact, Mission
from outreach.web.current import parts


def clocks_of(
    session: Session, mission: Mission | None, contacts: Collection[int | None]
) -> Mapping[int | None, ZoneInfo | None]:
    """By contact of the mission; None where nobody knows. One query for all."""
    state = parts().states.get(mission.state) if mission else None
    query = select(Contact.id, Contact.time_zone).where(col(Contact.id).in_({*contacts} - {None}))
    own: dict[int | None, str] = dict(session.exec(query).all())
    return {each: clock_of(own.get(each, ""), state) for each in contacts}
