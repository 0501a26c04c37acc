"""What somebody reads when the database is busy or away."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from outreach.contacts.tables import Contact
from outreach.wiring import Outreach
from tests.web.world import World


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_of_two_people_who_wait_for_each_other_one_is_told_to_try_again(
    app: Flask, world: World, outreach: Outreach
) -> None:
    first, second = _two_contacts(outreach)
    both_hold_one = Barrier(2)

    def change(order: list[int]) -> str:
        with outreach.database.transaction() as session:
            _lock(session, order[0])
            both_hold_one.wait(timeout=10)
            _lock(session, order[1])
        return "changed"

    app.add_url_rule("/healthz/there", "health.there", lambda: change([first, second]))
    app.add_url_rule("/healthz/back", "health.back", lambda: change([second, first]))
    with ThreadPoolExecutor(2) as people:
        answers = list(people.map(app.test_client().get, ["/healthz/there", "/healthz/back"]))
    quicker, slower = sorted(answers, key=lambda answer: answer.status_code)
    assert (quicker.status_code, quicker.text) == (200, "changed")
    assert slower.status_code == 503
    assert "Nothing was half done: reload the page, look, and try once more." in slower.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "The database did not answer"), ("fr", "La base de données n’a pas répondu")],
)
def test_where_even_who_asks_cannot_be_looked_up_there_is_a_page_all_the_same(
    viewer: FlaskClient,
    outreach: Outreach,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    language: str,
    title: str,
) -> None:
    def away() -> AbstractContextManager[Session]:
        raise OperationalError("select", {}, Exception("desk@db.example refused"))

    monkeypatch.setattr(outreach.database, "reading", away)
    answer = viewer.get("/", headers={"Accept-Language": language})
    assert answer.status_code == 503
    assert f"<h1>{title}</h1>" in answer.text
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["Retry-After"] == "5"
    assert "db.example" not in answer.text
    assert "home.show [GET]" in caplog.text


def _two_contacts(outreach: Outreach) -> list[int]:
    with outreach.database.reading() as session:
        found = session.exec(select(Contact.id).order_by(col(Contact.id)).limit(2)).all()
    return [number for number in found if number]


def _lock(session: Session, number: int) -> None:
    session.exec(select(Contact).where(Contact.id == number).with_for_update()).one()
