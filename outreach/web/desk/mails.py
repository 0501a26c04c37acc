"""One incoming mail: the whole of it as it came, where it belongs, and where it might."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from outreach.campaigns.tables import Campaign
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Mission
from outreach.delivery.states import MAY_HAVE_GONE
from outreach.delivery.tables import Delivery
from outreach.inbox.tables import IncomingMail, RawMail

LONGEST = 200_000  # bytes of a raw mail on a page; the download is whole
MOST_COPIES = 500


@dataclass(frozen=True)
class Place:
    """The copy that a mail is, or may be, about; ``why`` it may be."""

    copy: Delivery
    campaign: Campaign
    mission: Mission
    why: str = ""


def raw(session: Session, mail: IncomingMail) -> RawMail:
    return session.get_one(RawMail, mail.raw_id)


def readable(content: bytes) -> tuple[str, bool]:
    """The bytes as text, those that are no UTF-8 as escapes, and whether that is all of them."""
    return content[:LONGEST].decode(errors="backslashreplace"), len(content) <= LONGEST


def place(session: Session, mail: IncomingMail) -> Place | None:
    """Where the mail is filed; None in the holding pen."""
    found = _places(session, [mail.delivery_id] if mail.delivery_id else [])
    return found[0] if found else None


def suggested(session: Session, mail: IncomingMail) -> list[Place]:
    """What the inbox thinks likely, the likeliest first."""
    reasons = {int(each["delivery_id"]): str(each["why"]) for each in mail.suggestions}
    places = {each.copy.id: each for each in _places(session, reasons)}
    return [
        Place(found.copy, found.campaign, found.mission, why)
        for number, why in reasons.items()
        if (found := places.get(number))
    ]


def typed_in(session: Session, state: str, states: MemberStates) -> list[Place]:
    """For each mission of the state and each campaign, the copy that went last."""
    code = states.find(state) if state else None
    if code is None:
        return []
    query = (
        select(Delivery.id, Delivery.campaign_id, Delivery.mission_id)
        .join(Mission, col(Mission.id) == col(Delivery.mission_id))
        .where(Mission.state == code, col(Delivery.state).in_(MAY_HAVE_GONE))
        .order_by(col(Delivery.id))
        .limit(MOST_COPIES)
    )
    latest = {(campaign, mission): number for number, campaign, mission in session.exec(query)}
    return _places(session, [number for number in latest.values() if number is not None])


def _places(session: Session, copies: Collection[int]) -> list[Place]:
    query = (
        select(Delivery, Campaign, Mission)
        .join(Campaign, col(Campaign.id) == col(Delivery.campaign_id))
        .join(Mission, col(Mission.id) == col(Delivery.mission_id))
        .where(col(Delivery.id).in_(copies))
        .order_by(col(Campaign.id).desc(), col(Mission.organization))
    )
    return [Place(copy, campaign, mission) for copy, campaign, mission in session.exec(query)]
