"""Whether the process is alive and can work."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from outreach import migrations
from outreach.db import Database

# What the database does with it is the rooms' and the desk's matter: one kind is enough here.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_a_process_that_answers_is_alive(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"alive": True}


def test_ready_means_that_the_newest_migration_is_there(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "current", lambda database: ("0007", "0007"))
    assert client.get("/readyz").status_code == 200
    monkeypatch.setattr(migrations, "current", lambda database: ("0006", "0007"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "outreach db upgrade" in answer.text


def test_a_database_that_does_not_answer_is_told_without_its_address(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(database: Database) -> None:
        raise OperationalError("select", {}, Exception("password@db.example refused"))

    monkeypatch.setattr(migrations, "current", fails)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "db.example" not in answer.text
