"""Going back to a backup loses nothing else and sends nothing twice."""

import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import select

from outreach import migrations
from outreach.accounts import people
from outreach.accounts.tables import Role
from outreach.campaigns.tables import Campaign, CampaignState
from outreach.db import Database
from outreach.errors import InvalidInput, NotAllowed
from outreach.upkeep import backups


@pytest.fixture
def made(database: Database, now: datetime) -> Database:
    """A database with an organizer and a running campaign."""
    migrations.stamp(database)
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
