"""A real campaign of made-up contacts: imported, planned, approved and released."""

import csv
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from outreach.accounts.tables import Organizer, Role
from outreach.campaigns import approval, planning, progress
from outreach.campaigns.materials import load_materials
from outreach.campaigns.papers import papers_dated_in
from outreach.config import shipped
from outreach.contacts.importing import import_contacts
from outreach.contacts.states import load_states
from outreach.db import Database, utcnow
from outreach.delivery.tables import Delivery, State
from outreach.migrations import upgrade
from outreach.tokens import Tokens
from tests.journeys.crash.account import Copy
from tests.journeys.crash.processes import SECRET

_STATES = load_states()
_SLUG = "crash"
_LETTER = "wipo-russia-office"
_SENDER = "letters@example.org"
_SCHEDULE = """\
[campaign]
name = "Crash"
letter = "{letter}"
lists = ["crash"]
sender = {{ name = "The organizers", address = "{sender}", postal = "1 Quay" }}
start = 2026-01-01T00:00:00

[window]
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
from = "00:00"
until = "23:59"
zone = "{zone}"
holidays = "send"

[pace]
per_hour = 1000000
per_domain_per_hour = 1000000
ramp_up = 0
latest_after = "30 days"

[[steps]]
letter = "letter"
"""


def prepare(url: str, copies: int) -> None:
    """A new database with an approved plan of so many copies, none of which has its moment yet."""
    tokens, now = Tokens(SECRET), utcnow() - timedelta(minutes=5)  # no plan begins in the past
    with _opened(url) as database:
        upgrade(database)
        with database.transaction() as session:
            _bring_in(session, copies, tokens, now)
            _plan(session, tokens, now)


def release(url: str) -> None:
    """Everything is due at once."""
    with _opened(url) as database:
        with database.transaction() as session:
            lately = utcnow() - timedelta(minutes=2)
            progress.release(session, now=lately, states=_STATES)
        with database.reading() as session:
            waiting = session.exec(select(func.count(col(Delivery.id))).where(~_due())).one()
    assert not waiting, f"{waiting} copies have not become due"


def due(url: str) -> int:
    """How many copies could go now."""
    with _opened(url) as database, database.reading() as session:
        return session.exec(select(func.count(col(Delivery.id))).where(_due())).one()


def copies(url: str) -> list[Copy]:
    with _opened(url) as database, database.reading() as session:
        rows = session.exec(select(Delivery).order_by(col(Delivery.id)))
        return [
            Copy(row.message_id, row.state.value, row.reason or "", row.recipient_address)
            for row in rows
        ]


def _due() -> ColumnElement[bool]:
    return (col(Delivery.state) == State.queued) & (col(Delivery.due_at) <= utcnow())


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


def _bring_in(session: Session, number: int, tokens: Tokens, now: datetime) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contacts.csv"
        _write_contacts(path, number)
        import_contacts(session, path, _STATES, tokens=tokens, now=now, list_slug=_SLUG)


def _write_contacts(path: Path, number: int) -> None:
    codes = [state.code for state in _STATES]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["e-mail", "state", "organization", "family name"])
        for index in range(number):
            code = codes[index % len(codes)]
            address = f"person{index}@{code.lower()}.example"
            writer.writerow([address, code, "Permanent Mission", f"Abara {index}"])


def _plan(session: Session, tokens: Tokens, now: datetime) -> None:
    text = _SCHEDULE.format(letter=_LETTER, sender=_SENDER, zone=_where_it_is_noon(now))
    campaign = progress.load_campaign(session, text, _SLUG, "loader@example.org", now)
    materials = load_materials(session, shipped("templates"), _LETTER, _STATES)
    with papers_dated_in(ZoneInfo("UTC")) as papers:
        planning.plan(session, campaign, materials=materials, tokens=tokens, papers=papers, now=now)
    approver = Organizer(address="approver@example.org", role=Role.approver, created_at=now)
    approval.approve(session, campaign, by=approver, now=now)


def _where_it_is_noon(now: datetime) -> str:
    """A zone in which no journey comes to the minute at midnight when the window is closed."""
    ahead = 12 - now.hour
    return f"Etc/GMT{-ahead:+d}"  # POSIX counts westwards
