"""A made-up campaign and the people around it."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient
from sqlmodel import Session

from outreach.accounts import sessions
from outreach.accounts.sessions import Client
from outreach.accounts.tables import Organizer, Role
from outreach.campaigns.tables import Campaign, CampaignState
from outreach.contacts.editing import describe
from outreach.contacts.tables import Contact, Mission
from outreach.contacts.terms import terms_of
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import IncomingMail, RawMail, RawState, Thread, ThreadState
from outreach.letters.tables import Enclosure, Skeleton
from outreach.reports.counters import keeping
from outreach.tokens import Tokens
from outreach.tracking.tables import Agent, Event, EventKind

HOSTILE = '<script>alert("x")</script>'
SCHEDULE = """
[campaign]
name = "Close the Russia office"
letter = "wipo-russia-office"
lists = ["geneva-missions"]
sender = { name = "The organizers", address = "letters@example.org" }
start = 2026-12-01T09:00:00
opens = "person"
[[steps]]
letter = "letter"
[[steps]]
letter = "reminder"
after = "7 working days"
"""


@dataclass(frozen=True)
class World:
    """Where to find what was made up."""

    campaign: Campaign
    sent: Delivery
    in_doubt: Delivery
    held: Delivery
    thread: Thread
    reply: IncomingMail
    stray: IncomingMail
    unreadable: RawMail
    missions: dict[str, Mission]
    enclosure: Enclosure


def make_world(session: Session, tokens: Tokens, now: datetime) -> World:
    campaign = a_campaign(session, now)
    france, egypt, japan = (a_contact(session, code, now) for code in ("FR", "EG", "JP"))
    enclosure = _stored(session, Enclosure.of("Pétition.pdf", "application/pdf", b"%PDF- %%EOF"))
    files = [enclosure.id]
    sent = a_copy(session, tokens, now, campaign, france, state=State.delivered, enclosures=files)
    a_copy(
        session, tokens, now, campaign, france,
        step=2, state=State.cancelled, reason="a reply", enclosures=files,
    )  # fmt: skip
    in_doubt = a_copy(
        session, tokens, now, campaign, egypt,
        state=State.unknown, language="ar", enclosures=files,
    )  # fmt: skip
    held = a_copy(
        session, tokens, now, campaign, japan,
        state=State.skipped, reason="contact.family_name has no value", skeleton_id=None,
    )  # fmt: skip
    an_open(session, sent, now)
    thread = a_thread(session, campaign, france, now)
    return World(
        campaign=campaign,
        sent=sent,
        in_doubt=in_doubt,
        held=held,
        thread=thread,
        reply=a_mail(session, now, thread_id=thread.id, delivery_id=sent.id),
        stray=a_mail(session, now, subject=f"Who are you? {HOSTILE}"),
        unreadable=a_raw_mail(
            session, now, b"\xff\xfe", state=RawState.unreadable, problem="no header at all"
        ),
        missions={
            contact.address[:2].upper(): session.get_one(Mission, contact.mission_id)
            for contact in (france, egypt, japan)
        },
        enclosure=enclosure,
    )


def count(session: Session) -> None:
    """As the worker does once a tick."""
    keeping.catch_up(session, ZoneInfo("Europe/Zurich"))


def a_campaign(session: Session, now: datetime, slug: str = "wipo", **values: Any) -> Campaign:
    return _stored(
        session,
        Campaign(
            slug=slug,
            **{
                "name": "Close the Russia office",
                "source": SCHEDULE,
                "state": CampaignState.running,
                "loaded_by": "anna@example.org",
                "loaded_at": now,
                "unreviewed": ["letter.ar"],
                **values,
            },
        ),
    )


def a_contact(session: Session, code: str, now: datetime) -> Contact:
    mission = Mission(state=code, organization=f"Permanent Mission of {code} {HOSTILE}")
    session.add(mission)
    session.flush()
    contact = Contact(
        mission_id=mission.id,
        address=f"{code.lower()}@mission.example",
        name=f"Ambassador of {code}",
        created_at=now,
        updated_at=now,
    )
    contact.terms = terms_of(describe(contact, mission))
    return _stored(session, contact)


def a_skeleton(session: Session, language: str) -> Skeleton:
    text = f"Your Excellency,\n\nplease answer.\n\n{language}"
    html = f'<!doctype html><html lang="{language}"><body><p>Your Excellency,</p></body></html>'
    number = hashlib.sha256(html.encode()).hexdigest()
    found = session.get(Skeleton, number)
    return found or _stored(
        session,
        Skeleton(id=number, language=language, subject="An open letter", text=text, html=html),
    )


def a_copy(
    session: Session,
    tokens: Tokens,
    now: datetime,
    campaign: Campaign,
    contact: Contact,
    **values: Any,
) -> Delivery:
    step, language = values.get("step", 1), values.get("language", "fr")
    identity = f"campaign:{campaign.slug}:{step}:contact:{contact.id}"
    went = values["state"] in {State.sent, State.delivered, State.bounced}
    defaults = {
        "step": step,
        "purpose": Purpose.letter if step == 1 else Purpose.reminder,
        "language": language,
        "skeleton_id": a_skeleton(session, language).id,
        "sent_at": now - timedelta(hours=1) if went else None,
        "settled_at": now,
    }
    return _stored(
        session,
        Delivery(
            identity=identity,
            key=tokens.key(identity),
            campaign_id=campaign.id,
            contact_id=contact.id,
            mission_id=contact.mission_id,
            sender_name="The organizers",
            sender_address="letters@example.org",
            recipient_name=contact.name,
            recipient_address=contact.address,
            recipient_domain="mission.example",
            tracks_opens=True,
            created_at=now - timedelta(days=1),
            **{**defaults, **values},
        ),
    )


def an_open(session: Session, delivery: Delivery, now: datetime) -> Event:
    assert delivery.id is not None
    return _stored(
        session,
        Event(
            delivery_id=delivery.id,
            kind=EventKind.opened,
            agent=Agent.person,
            happened_at=now,
            received_at=now,
            source="image",
            source_key=f"image:{delivery.key}",
        ),
    )


def a_thread(session: Session, campaign: Campaign, contact: Contact, now: datetime) -> Thread:
    return _stored(
        session,
        Thread(
            campaign_id=campaign.id,
            mission_id=contact.mission_id,
            state=ThreadState.waiting_for_us,
            opened_at=now,
            last_mail_at=now,
        ),
    )


def a_raw_mail(session: Session, now: datetime, content: bytes, **values: Any) -> RawMail:
    digest = hashlib.sha256(content).hexdigest()
    defaults = {"digest": digest, "door": "file", "received_at": now, "state": RawState.done}
    return _stored(session, RawMail(content=content, **{**defaults, **values}))


def a_mail(session: Session, now: datetime, **values: Any) -> IncomingMail:
    subject = values.pop("subject", "Re: An open letter")
    content = f"From: fr@mission.example\r\nSubject: {subject}\r\n\r\nGrüße {HOSTILE}".encode()
    raw = a_raw_mail(session, now, content)
    return _stored(
        session,
        IncomingMail(
            raw_id=raw.id,
            message_key=raw.digest,
            received_at=now,
            kind=MailKind.reply,
            from_name=f"An attaché {HOSTILE}",
            from_address="fr@mission.example",
            recipients=["inbox@in.example.org"],
            subject=subject,
            text=f"We thank you. {HOSTILE}",
            quoted="> please answer",
            **values,
        ),
    )


def an_organizer(
    session: Session, now: datetime, role: Role = Role.organizer, **values: Any
) -> Organizer:
    return _stored(
        session,
        Organizer(
            **{
                "address": f"{role}@example.org",
                "name": f"Somebody <{role}>",
                "role": role,
                "created_at": now,
                # Of no use, but there: without one these roles get no further than to set it up.
                "totp_sealed": "sealed" if role.includes(Role.approver) else None,
                **values,
            }
        ),
    )


def sign_in(browser: FlaskClient, organizer: Organizer) -> None:
    """Without the form, whose hashing takes its time; the form has tests of its own."""
    outreach = browser.application.extensions["outreach"]
    with outreach.database.transaction() as writing:
        token = sessions.begin(writing, organizer, Client(), now=outreach.clock())
    with browser.session_transaction() as session:
        session["_user_id"] = token
        session["_fresh"] = True


def csrf_token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def _stored(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row
