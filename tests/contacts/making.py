"""Contacts as an organizer would type them, and copies of letters to them."""

from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from outreach.campaigns.tables import Campaign
from outreach.contacts import editing
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.tokens import Tokens

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
TOKENS = Tokens("a secret for tests")


def typed(address: str, state: str = "FR", **more: str) -> dict[str, str]:
    """A form with everything that is not given left empty."""
    own = {name: value for name, value in more.items() if name not in editing.FIELDS}
    given = {**dict.fromkeys(editing.FIELDS, ""), "address": address, "state": state, **more}
    return {name: value for name, value in given.items() if name not in own} | {
        f"own.{name}": value for name, value in own.items()
    }


def a_contact(
    session: Session, states: MemberStates, address: str, state: str = "FR", **more: str
) -> Contact:
    form = typed(address, state, **more)
    return editing.make(session, form, states, tokens=TOKENS, now=NOW)


def a_campaign(session: Session, slug: str = "wipo") -> Campaign:
    campaign = Campaign(slug=slug, name="WIPO", source="", loaded_by="a@example.org", loaded_at=NOW)
    session.add(campaign)
    session.flush()
    return campaign


def a_copy(
    session: Session, campaign: Campaign, contact: Contact, state: State, step: int = 1, **more: Any
) -> Delivery:
    identity = f"campaign:{campaign.slug}:{step}:contact:{contact.id}"
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
        recipient_domain="mission.example",
        created_at=NOW,
        **more,
    )
    session.add(copy)
    session.flush()
    return copy
