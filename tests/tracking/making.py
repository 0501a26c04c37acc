"""Rows that tests of tracking and of the inbox start from."""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session, select

from outreach.campaigns.tables import Campaign, CampaignState
from outreach.contacts.tables import Contact, Mission
from outreach.delivery.tables import Delivery, Purpose, State, Suppression
from outreach.tokens import Tokens
from outreach.tracking.tables import Event, EventKind

TOKENS = Tokens("a secret for tests")
NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
SENT_AT = NOW - timedelta(hours=1)

SCHEDULE = """
[campaign]
name = "Offices"
letter = "offices"
lists = ["missions"]
sender = {{ name = "The organizers", address = "letters@example.org" }}
start = 2026-12-01T09:00:00
stop = {{ on = ["reply", "unsubscribe", "bounce"], scope = "{scope}" }}
opens = "{opens}"

[[steps]]
letter = "letter"

[[steps]]
letter = "reminder"
after = "7 days"
"""


def a_campaign(
    session: Session, *, slug: str = "offices", opens: str = "person", scope: str = "mission"
) -> Campaign:
    campaign = Campaign(
        slug=slug,
        name=slug,
        source=SCHEDULE.format(opens=opens, scope=scope),
        state=CampaignState.running,
        loaded_by="a@example.org",
        loaded_at=NOW,
    )
    session.add(campaign)
    session.flush()
    return campaign


def a_contact(session: Session, address: str, *, state: str = "FR") -> Contact:
    mission = session.exec(select(Mission).where(Mission.state == state)).one_or_none()
    if mission is None:
        mission = Mission(state=state, organization="Permanent Mission")
        session.add(mission)
        session.flush()
    assert mission.id is not None
    contact = Contact(mission_id=mission.id, address=address, created_at=NOW, updated_at=NOW)
    session.add(contact)
    session.flush()
    return contact


def a_copy(
    session: Session,
    campaign: Campaign,
    contact: Contact,
    *,
    step: int = 1,
    state: State = State.sent,
    number: int | None = None,
    attempts: int = 1,
) -> Delivery:
    """``number`` takes the contact's place in the identity, so that recorded mails name it."""
    identity = f"campaign:{campaign.slug}:{step}:contact:{number or contact.id}"
    went = state in (State.sent, State.delivered, State.bounced)
    copy = Delivery(
        identity=identity,
        key=TOKENS.key(identity),
        purpose=Purpose.letter if step == 1 else Purpose.reminder,
        state=state,
        campaign_id=campaign.id,
        step=step,
        contact_id=contact.id,
        mission_id=contact.mission_id,
        sender_address="letters@example.org",
        recipient_address=contact.address,
        recipient_domain=contact.address.partition("@")[2],
        tracks_opens=True,
        attempts=attempts,
        sent_at=SENT_AT if went else None,
        created_at=SENT_AT,
    )
    session.add(copy)
    session.flush()
    return copy


def state_of(session: Session, copy: Delivery) -> State:
    session.refresh(copy)
    return copy.state


def events(session: Session, kind: EventKind | None = None) -> list[Event]:
    found = session.exec(select(Event).order_by(Event.id)).all()  # type: ignore[arg-type]
    return [event for event in found if kind in (None, event.kind)]


def suppressed(session: Session) -> dict[str, str]:
    return {row.address: row.reason.value for row in session.exec(select(Suppression))}
