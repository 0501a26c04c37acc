"""Saved answers: kept, changed and deleted by organizers."""

import pytest
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from outreach.accounts import audit
from outreach.db import Database
from outreach.inbox.tables import SavedAnswer
from tests.web.world import HOSTILE, csrf_token

PATH = "/inbox/saved-answers"
pytestmark = pytest.mark.usefixtures("world")


def post(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    form = {"csrf_token": csrf_token(browser.get(PATH).text), **fields}
    return browser.post(path, data=form)


def kept(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return {each.title: each.text for each in session.exec(select(SavedAnswer))}


def test_one_is_added_changed_and_deleted(organizer: FlaskClient, database: Database) -> None:
    added = post(organizer, PATH, title="  Which   office ", text=f"The one in Moscow. {HOSTILE}\n")
    assert added.headers["Location"] == PATH
    assert kept(database) == {"Which office": f"The one in Moscow. {HOSTILE}"}
    page = organizer.get(f"{PATH}/1").text
    assert f'action="{PATH}/1"' in page
    assert "The one in Moscow. &lt;script&gt;" in page
    post(organizer, f"{PATH}/1", title="Which office", text="The one in Algiers.")
    assert kept(database) == {"Which office": "The one in Algiers."}
    assert post(organizer, f"{PATH}/1/delete").headers["Location"] == PATH
    assert kept(database) == {}
    with database.reading() as session:
        acts = [entry.act for entry in audit.latest(session)]
    assert acts == ["saved answer deleted", "saved answer kept", "saved answer kept"]


@pytest.mark.parametrize(
    ("title", "words", "said"),
    [
        ("", "Text", "needs a title"),
        ("Title", " ", "needs a title"),
        ("x" * 121, "Text", "at most 120"),
        ("Title", "x" * 30_001, "30,000"),
        ("Taken", "Text", "of this title already"),
    ],
)
def test_what_cannot_be_kept_comes_back_with_what_was_typed(
    organizer: FlaskClient, database: Database, title: str, words: str, said: str
) -> None:
    post(organizer, PATH, title="Taken", text="There")
    answer = post(organizer, PATH, title=title, text=words)
    assert answer.status_code == 400
    assert said in answer.text
    assert f'value="{title}"' in answer.text
    assert f">{words}</textarea>" in answer.text
    assert kept(database) == {"Taken": "There"}


def test_one_keeps_its_own_title_and_takes_no_others(
    organizer: FlaskClient, database: Database
) -> None:
    post(organizer, PATH, title="One", text="1")
    post(organizer, PATH, title="Two", text="2")
    assert post(organizer, f"{PATH}/2", title="Two", text="Two!").status_code == 303
    answer = post(organizer, f"{PATH}/2", title="One", text="Two!")
    assert answer.status_code == 400
    assert f'action="{PATH}/2"' in answer.text
    assert kept(database) == {"One": "1", "Two": "Two!"}


def test_what_is_gone_is_not_found(organizer: FlaskClient) -> None:
    assert organizer.get(f"{PATH}/7").status_code == 404
    assert post(organizer, f"{PATH}/7", title="x", text="x").status_code == 404
    assert post(organizer, f"{PATH}/7/delete").status_code == 404
