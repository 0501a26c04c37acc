"""Going back to a backup loses nothing else and sends nothing twice."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect
from sqlmodel import select

from outreach import migrations
from outreach.accounts import people
from outreach.accounts.tables import Role
from outreach.campaigns.tables import Campaign, CampaignState
from outreach.db import Database
from outreach.delivery.queue import NewDelivery, enqueue
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.errors import InvalidInput, NotAllowed
from outreach.tokens import Tokens
from outreach.upkeep import backups


@pytest.fixture
def made(database: Database, now: datetime) -> Database:
    """A database with an organizer and a running campaign."""
    command.stamp(migrations.config(database), "head")  # its tables are there already
    with database.transaction() as session:
        people.add_organizer(session, "a@example.org", Role.admin, "A", None, now)
        session.add(
            Campaign(
                slug="spring",
                name="Spring",
                source="",
                state=CampaignState.running,
                loaded_by="a@example.org",
                loaded_at=now,
            )
        )
    return database


def organizers(url: str) -> list[str]:
    with closing(Database(url)) as database, database.reading() as session:
        return [each.address for each in people.list_organizers(session)]


@pytest.fixture
def needs_programs(database: Database) -> None:
    if not database.is_sqlite and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is missing: apt-get install postgresql-client")


@pytest.mark.usefixtures("needs_programs")
def test_a_restored_backup_holds_what_was_there_then(
    made: Database, tmp_path: Path, now: datetime, clock: Callable[[], datetime]
) -> None:
    backups.backup(made, tmp_path / "backup")
    with made.transaction() as session:
        people.add_organizer(session, "b@example.org", Role.viewer, "B", None, now)
    made.close()
    paused = backups.restore(made.url, tmp_path / "backup", replace=True, clock=clock)
    assert organizers(made.url) == ["a@example.org"]
    assert paused == ["spring"]


@pytest.mark.usefixtures("needs_programs")
def test_tables_that_came_after_the_backup_do_not_stand_in_the_way(
    made: Database, tmp_path: Path, clock: Callable[[], datetime]
) -> None:
    backups.backup(made, tmp_path / "backup")
    with made.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE later (id INTEGER PRIMARY KEY, of_id INTEGER REFERENCES campaign (id))"
        )
    made.close()
    backups.restore(made.url, tmp_path / "backup", replace=True, clock=clock)
    with closing(Database(made.url)) as database:
        assert "later" not in inspect(database.engine).get_table_names()
    assert organizers(made.url) == ["a@example.org"]


@pytest.mark.usefixtures("needs_programs")
def test_what_ran_is_paused_since_it_may_have_sent_more(
    made: Database, tmp_path: Path, clock: Callable[[], datetime]
) -> None:
    backups.backup(made, tmp_path / "backup")
    made.close()
    backups.restore(made.url, tmp_path / "backup", replace=True, clock=clock)
    with closing(Database(made.url)) as database, database.reading() as session:
        campaign = session.exec(select(Campaign)).one()
    assert campaign.state is CampaignState.paused
    assert campaign.reason == backups.WHY_PAUSED


@pytest.mark.usefixtures("needs_programs")
def test_a_backup_never_writes_over_a_file(made: Database, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    file.write_text("theirs")
    with pytest.raises(NotAllowed, match="exists already"):
        backups.backup(made, file)
    assert file.read_text() == "theirs"


@pytest.mark.usefixtures("needs_programs")
def test_a_broken_backup_leaves_the_database_as_it_is(
    made: Database, tmp_path: Path, clock: Callable[[], datetime]
) -> None:
    broken = tmp_path / "backup"
    broken.write_bytes(b"no backup at all")
    made.close()
    with pytest.raises(InvalidInput):
        backups.restore(made.url, broken, replace=True, clock=clock)
    assert organizers(made.url) == ["a@example.org"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_database_in_use_is_replaced_only_when_asked_to(
    made: Database, tmp_path: Path, clock: Callable[[], datetime]
) -> None:
    backups.backup(made, tmp_path / "backup")
    made.close()
    with pytest.raises(NotAllowed, match="--replace"):
        backups.restore(made.url, tmp_path / "backup", replace=False, clock=clock)
    assert organizers(made.url) == ["a@example.org"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_replaced_is_kept_and_a_foreign_database_replaces_nothing(
    made: Database, tmp_path: Path, clock: Callable[[], datetime]
) -> None:
    foreign = tmp_path / "foreign.db"
    with closing(sqlite3.connect(foreign)) as other:
        other.execute("CREATE TABLE recipes (name)")
    made.close()
    with pytest.raises(InvalidInput, match="Nothing was changed"):
        backups.restore(made.url, foreign, replace=True, clock=clock)
    assert organizers(made.url) == ["a@example.org"]

    backups.backup(made, tmp_path / "backup")
    made.close()
    backups.restore(made.url, tmp_path / "backup", replace=True, clock=clock)
    assert organizers(f"{made.url}.before-restore") == ["a@example.org"]


@pytest.mark.usefixtures("needs_programs")
def test_what_was_planned_or_queued_then_may_have_left_since(
    made: Database, tmp_path: Path, clock: Callable[[], datetime], now: datetime, tokens: Tokens
) -> None:
    report = NewDelivery(
        identity="report:2026-W48:organizer:1",
        purpose=Purpose.report,
        sender_address="inbox@in.example.org",
        recipient_address="a@example.org",
        skeleton_id=None,
        due_at=now,
    )
    with made.transaction() as session:
        campaign = session.exec(select(Campaign)).one()
        campaign.state = CampaignState.planned
        about = {"identity": "answer:1:nonce", "purpose": Purpose.answer}
        answer = replace(report, **about, campaign_id=campaign.id)
        enqueue(session, [report, answer], tokens=tokens, now=now)
    backups.backup(made, tmp_path / "backup")
    made.close()
    assert backups.restore(made.url, tmp_path / "backup", replace=True, clock=clock) == ["spring"]
    with closing(Database(made.url)) as database, database.reading() as session:
        assert session.exec(select(Campaign)).one().state is CampaignState.loaded
        withdrawn = session.exec(select(Delivery)).all()
    came_to = [(each.state, each.reason) for each in withdrawn]
    assert came_to == [(State.cancelled, backups.WHY_WITHDRAWN)] * 2
