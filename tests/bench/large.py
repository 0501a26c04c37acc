"""A Postgres database of the size that the goals are set for, made by statements of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, text

from outreach.campaigns.tables import Campaign, CampaignState
from outreach.db import Database
from tests.bench.contacts import STATE_CODES
from tests.bench.rows import NOW, a_letter

_STATEMENTS = Path(__file__).with_name("large.sql")
_A_MISSION = 130  # contacts: a million of them make some thousands of missions
_A_MISSION_OF_FEW, _FEW = 2, 1_000
_CAMPAIGNS = 10
_BUILT_AFTERWARDS = ("contact", "delivery", "event", "list_membership")

_SCHEDULE = """
[campaign]
name = "Campaign {number}"
letter = "offices"
lists = ["everybody"]
sender = {{ name = "The organizers", address = "letters@example.org" }}
start = 2026-12-01T09:00:00
opens = "person"

[[steps]]
letter = "letter"

[[steps]]
letter = "reminder"
after = "7 working days"
"""


def fill(database: Database, contacts: int) -> None:
    """Five copies and ten events to a contact, about; no counters."""
    letter = a_letter()
    with database.transaction() as session:
        session.add_all([letter, *map(_campaign, range(1, _CAMPAIGNS + 1))])
        session.flush()
        connection = session.connection()
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("SET LOCAL work_mem = '256MB'"))
        a_mission = _A_MISSION if contacts > _FEW else _A_MISSION_OF_FEW
        values = {"contacts": contacts, "a_mission": a_mission, "states": STATE_CODES}
        values |= {"now": NOW, "skeleton": letter.id}
        with _without_indexes(connection):
            for statement in _STATEMENTS.read_text("utf-8").split(";\n"):
                connection.execute(text(statement), values)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


@contextmanager
def _without_indexes(connection: Connection) -> Iterator[None]:
    """To build them at the end takes a fraction of the time."""
    query = text(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY (:tables) AND indexname"
        " NOT IN (SELECT conname FROM pg_constraint)"
    )
    found = connection.execute(query, {"tables": list(_BUILT_AFTERWARDS)}).all()
    for name, _ in found:
        connection.execute(text(f"DROP INDEX {name}"))
    yield
    connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
    for _, definition in found:
        connection.execute(text(definition))


def _campaign(number: int) -> Campaign:
    state = CampaignState.planned if number == _CAMPAIGNS else CampaignState.running
    return Campaign(
        id=number,
        slug=f"campaign-{number}",
        name=f"Campaign {number}",
        source=_SCHEDULE.format(number=number),
        state=state,
        loaded_by="a@example.org",
        loaded_at=NOW,
        approved_at=None if number == _CAMPAIGNS else NOW,
    )
