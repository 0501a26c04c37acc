"""The app with a made-up campaign behind it, and somebody who looks at it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache

from outreach.accounts.tables import Role
from outreach.config import Settings
from outreach.contacts.states import MemberStates, load_states
from outreach.db import Database
from outreach.delivery.carriers.outbox import Outbox
from outreach.delivery.composing import Composer
from outreach.tokens import Tokens
from outreach.web import create_app
from outreach.wiring import Outreach
from tests.web.letter_files import write_templates
from tests.web.world import World, an_organizer, count, make_world, sign_in

SignedIn = Callable[[Role], FlaskClient]


@pytest.fixture(scope="session")
def states() -> MemberStates:
    return load_states()


@pytest.fixture
def outreach(
    database: Database, tokens: Tokens, states: MemberStates, now: datetime, tmp_path: Path
) -> Outreach:
    """The application's parts on an empty database, at a moment that stands still."""
    templates = write_templates(tmp_path / "templates")
    settings = Settings(_env_file=None, var_dir=tmp_path, templates_dir=templates)
    return Outreach(
        settings=settings,
        database=database,
        tokens=tokens,
        composer=Composer(
            tokens=tokens,
            public_url=settings.public_url,
            reply_address=settings.reply_address,
        ),
        carrier=Outbox(tmp_path / "outbox"),
        states=states,
        clock=lambda: now,
    )


@pytest.fixture(scope="session")
def compiled_pages(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """What the templates come to, for the apps of all tests."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("pages")))


@pytest.fixture
def app(outreach: Outreach, compiled_pages: FileSystemBytecodeCache) -> Flask:
    made = create_app(outreach)
    made.testing = True
    made.jinja_env.bytecode_cache = compiled_pages
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that nobody has signed in with."""
    return app.test_client()


@pytest.fixture
def world(outreach: Outreach, now: datetime) -> World:
    """A campaign under way, with everything in it that a page can show, and counted."""
    with outreach.database.transaction() as session:
        made = make_world(session, outreach.tokens, now)
        count(session)
        return made


@pytest.fixture
def signed_in(app: Flask, outreach: Outreach, now: datetime) -> SignedIn:
    """A browser of somebody with the role."""

    def come_in(role: Role) -> FlaskClient:
        with outreach.database.transaction() as session:
            organizer = an_organizer(session, now, role)
        browser = app.test_client()
        sign_in(browser, organizer)
        return browser

    return come_in


@pytest.fixture
def viewer(signed_in: SignedIn) -> FlaskClient:
    return signed_in(Role.viewer)


@pytest.fixture
def organizer(signed_in: SignedIn) -> FlaskClient:
    return signed_in(Role.organizer)
