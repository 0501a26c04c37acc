"""A database as it is amid a campaign: missions, contacts, and a copy of a letter for each."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, SQLModel, col

from outreach.campaigns.tables import Campaign, CampaignState
from outreach.contacts.tables import Contact, Mission
from outreach.db import Database, insertion
from outreach.delivery.composing import Composer
from outreach.delivery.queue import NewDelivery, enqueue
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.letters.markers import UNSUBSCRIBE, slot
from outreach.letters.tables import Skeleton
from outreach.tokens import Tokens

NOW = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)  # a Tuesday
TOKENS = Tokens("a secret for measuring")
COMPOSER = Composer(
    tokens=TOKENS,
    public_url="https://outreach.example.org",
    reply_address="inbox@in.example.org",
)

_SCHEDULE = """
[campaign]
name = "Offices"
letter = "offices"
lists = ["missions"]
sender = { name = "The organizers", address = "letters@example.org" }
start = 2026-12-01T09:00:00
opens = "person"

[window]
zone = "Europe/Zurich"

[pace]
per_hour = 7200
per_domain_per_hour = 1000000

[[steps]]
letter = "letter"
"""
_APART = timedelta(hours=1) / 7200
_CHUNK = 1_000

_PARAGRAPH = (
    f"We write to you, {slot(0)}, because the budget of the external offices will be before the "
    f"Assemblies when they meet in Geneva, and because {slot(1)} has a voice in it. The office "
    "was opened at a time when much was hoped for from it; what has become of these hopes is told "
    "in the organization’s own evaluation, which we enclose in full. "
)
_STYLE = "margin:0 0 16px;font-family:Georgia,serif;font-size:16px;line-height:1.5;color:#222222"


def a_letter() -> Skeleton:
    """Text and HTML that make a mail of about 8 KB, as long letters with footers are."""
    paragraphs = [_PARAGRAPH] * 8
    closing = f"With our highest consideration, for {slot(2)}"
    text = "\n\n".join([f"{slot(0)},", *paragraphs, closing, UNSUBSCRIBE]) + "\n"
    inner = "".join(f'<p style="{_STYLE}">{each}</p>\n' for each in [*paragraphs, closing])
    html = f'<!DOCTYPE html>\n<html lang="en"><body>\n{inner}<a href="{UNSUBSCRIBE}">Leave</a>'
    return Skeleton.of("en", f"The offices, {slot(1)}", text, f"{html}</body></html>\n")


def fill_queue(database: Database, number: int, *, due: int | None = None) -> None:
    """``number`` copies of a running campaign; those after the first ``due`` wait for a moment."""
    with database.transaction() as session:
        campaign, letter = a_campaign(), a_letter()
        session.add_all([campaign, letter])
        session.flush()
        assert campaign.id is not None
        _insert(session, Mission, _missions(number))
        _insert(session, Contact, _contacts(number))
        copies = _copies(number, number if due is None else due, campaign.id, letter.id)
        enqueue(session, copies, tokens=TOKENS, now=NOW)
    _gather_statistics(database)


def a_campaign() -> Campaign:
    return Campaign(
        slug="bench",
        name="Offices",
        source=_SCHEDULE,
        state=CampaignState.running,
        loaded_by="a@example.org",
        loaded_at=NOW,
        approved_at=NOW,
    )


def count(database: Database, state: State) -> int:
    with database.reading() as session:
        query = select(func.count()).where(col(Delivery.state) == state)
        return int(session.execute(query).scalar_one())


def address(index: int) -> str:
    return f"person{index}@mission{index // 10}.example"


def identity(index: int) -> str:
    return f"campaign:bench:1:contact:{index}"


def _insert(session: Session, kind: type[SQLModel], rows: Iterator[dict[str, Any]]) -> None:
    insert = insertion(session, kind)
    while chunk := list(islice(rows, _CHUNK)):
        session.connection().execute(insert, chunk)


def _missions(number: int) -> Iterator[dict[str, Any]]:
    for index in range(number // 10 + 1):
        yield {"id": index + 1, "state": "CH", "organization": f"Permanent Mission {index}"}


def _contacts(number: int) -> Iterator[dict[str, Any]]:
    somebody = Contact(mission_id=1, address="", created_at=NOW, updated_at=NOW).model_dump()
    for index in range(number):
        place = {"id": index + 1, "mission_id": index // 10 + 1}
        yield {**somebody, **place, "address": address(index)}


def _copies(number: int, due: int, campaign_id: int, letter: str) -> Iterator[NewDelivery]:
    for index in range(number):
        planned_at = NOW + _APART * max(index - due, 0)
        yield NewDelivery(
            identity=identity(index),
            purpose=Purpose.letter,
            sender_name="The organizers",
            sender_address="letters@example.org",
            recipient_name=f"H.E. Alma Abara {index}",
            recipient_address=address(index),
            skeleton_id=letter,
            slots=[f"H.E. Alma Abara {index}", f"Member State {index // 10}", "The organizers"],
            campaign_id=campaign_id,
            step=1,
            contact_id=index + 1,
            mission_id=index // 10 + 1,
            planned_at=planned_at,
            not_before=planned_at,
            due_at=NOW if index < due else None,
            tracks_opens=True,
        )


def _gather_statistics(database: Database) -> None:
    """As Postgres does by itself within a minute; SQLite never does, and must do without."""
    if not database.is_sqlite:
        with database.transaction() as session:
            session.connection().exec_driver_sql("ANALYZE")
