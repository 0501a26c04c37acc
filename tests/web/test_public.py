"""What recipients open: the image and the opt-out."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from outreach.db import Database
from outreach.delivery.tables import Delivery, Suppression, SuppressionReason
from outreach.letters.languages import UN_LANGUAGES, direction
from outreach.tokens import Tokens
from outreach.tracking.tables import Event, EventKind
from outreach.web.public.unsubscribing import masked
from outreach.web.public.wording import WORDINGS
from tests.web.world import World

# What the database does with it is the rooms' and the desk's matter: one kind is enough here.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.0"


def image(world: World, tokens: Tokens) -> str:
    return f"/o/{tokens.sign('open', world.in_doubt.key)}.gif"


def opt_out(world: World, tokens: Tokens) -> str:
    return f"/u/{tokens.sign('unsubscribe', world.sent.key)}"


def opens(database: Database, delivery: Delivery) -> list[Event]:
    with database.reading() as session:
        query = select(Event).where(
            Event.delivery_id == delivery.id, Event.kind == EventKind.opened
        )
        return list(session.exec(query))


def suppressions(database: Database) -> list[Suppression]:
    with database.reading() as session:
        return list(session.exec(select(Suppression)))


def assert_is_pixel(answer: TestResponse) -> None:
    assert (answer.status_code, answer.mimetype, len(answer.data)) == (200, "image/gif", 43)
    assert answer.data.startswith(b"GIF89a")
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in answer.headers


def test_loading_the_image_is_noted_without_whence(
    client: FlaskClient, world: World, tokens: Tokens, database: Database
) -> None:
    assert_is_pixel(client.get(image(world, tokens), headers={"User-Agent": BROWSER}))
    (event,) = opens(database, world.in_doubt)
    kept = event.model_dump_json()
    assert "127.0.0.1" not in kept
    assert "Thunderbird" not in kept


def test_asking_for_the_head_of_the_image_is_not_loading_it(
    client: FlaskClient, world: World, tokens: Tokens, database: Database
) -> None:
    assert client.head(image(world, tokens)).status_code == 200
    assert opens(database, world.in_doubt) == []


@pytest.mark.parametrize("token", ["x", "0" * 32, "é" * 32])
def test_a_wrong_token_gets_the_image_too_and_notes_nothing(
    client: FlaskClient, world: World, database: Database, token: str
) -> None:
    assert_is_pixel(client.get(f"/o/{token}.gif"))
    assert opens(database, world.in_doubt) == []


def test_opening_the_opt_out_page_changes_nothing(
    client: FlaskClient, world: World, tokens: Tokens, database: Database
) -> None:
    for _ in range(3):
        answer = client.get(opt_out(world, tokens))
        assert answer.status_code == 200
        assert client.head(opt_out(world, tokens)).status_code == 200
    assert suppressions(database) == []
    assert "Set-Cookie" not in answer.headers
    assert '<html lang="fr" dir="ltr">' in answer.text
    assert WORDINGS["fr"].button in answer.text


def test_the_page_does_not_give_the_whole_address_away(
    client: FlaskClient, world: World, tokens: Tokens
) -> None:
    page = client.get(opt_out(world, tokens)).text
    assert world.sent.recipient_address not in page
    assert masked(world.sent.recipient_address) == "f…@mission.example"
    assert "f…@mission.example" in page


@pytest.mark.parametrize(
    "body",
    [
        {"data": ONE_CLICK},
        {"data": ONE_CLICK, "content_type": "multipart/form-data"},
        {"data": "List-Unsubscribe=One-Click", "content_type": "text/plain"},
        {},
    ],
    ids=["form", "multipart", "odd", "the page's button"],
)
def test_a_post_opts_out_at_once_without_cookie_or_redirect(
    client: FlaskClient, world: World, tokens: Tokens, database: Database, body: dict[str, str]
) -> None:
    answer = client.post(opt_out(world, tokens), **body)  # type: ignore[arg-type]
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert WORDINGS["fr"].done_title in answer.text
    (suppression,) = suppressions(database)
    assert suppression.address == world.sent.recipient_address
    assert suppression.reason is SuppressionReason.unsubscribed


def test_opting_out_twice_is_fine(
    client: FlaskClient, world: World, tokens: Tokens, database: Database
) -> None:
    for _ in range(2):
        assert client.post(opt_out(world, tokens), data=ONE_CLICK).status_code == 200
    assert len(suppressions(database)) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_broken_link_is_told_calmly_and_stops_nobody(
    client: FlaskClient, world: World, tokens: Tokens, database: Database, method: str
) -> None:
    reply_token = tokens.sign("reply", world.sent.key)
    for token in ("x", reply_token, tokens.sign("unsubscribe", tokens.key("of no copy"))):
        answer = client.open(
            f"/u/{token}", method=method, headers={"Accept-Language": "ar, en;q=0.5"}
        )
        assert answer.status_code == 404
        assert '<html lang="ar" dir="rtl">' in answer.text
        assert WORDINGS["ar"].unknown_title in answer.text
    assert suppressions(database) == []


@pytest.mark.parametrize("language", UN_LANGUAGES)
def test_the_page_speaks_the_letters_language(
    client: FlaskClient, world: World, tokens: Tokens, database: Database, language: str
) -> None:
    with database.transaction() as session:
        session.get_one(Delivery, world.sent.id).language = language
    page = client.get(opt_out(world, tokens)).text
    assert f'<html lang="{language}" dir="{direction(language)}">' in page
    visible = re.sub(r"<[^>]+>", "", page)
    assert WORDINGS[language].question.replace("{address}", "f…@mission.example") in visible


def test_a_language_without_wording_falls_back_to_english(
    client: FlaskClient, world: World, tokens: Tokens, database: Database
) -> None:
    with database.transaction() as session:
        session.get_one(Delivery, world.sent.id).language = "de"
    assert WORDINGS["en"].button in client.get(opt_out(world, tokens)).text


def test_when_something_breaks_the_log_names_the_room_and_not_the_token(
    app: Flask,
    world: World,
    tokens: Tokens,
    caplog: pytest.LogCaptureFixture,
) -> None:
    app.testing = False
    app.view_functions["unsubscribing.ask"] = lambda token: 1 / 0
    link = opt_out(world, tokens)
    assert app.test_client().get(link).status_code == 500
    assert "unsubscribing.ask [GET]" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert link.removeprefix("/u/") not in caplog.text
