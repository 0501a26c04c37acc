"""Links that let in, and the page for a forgotten password."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, select

from outreach.accounts import audit, links, people, throttling
from outreach.accounts.tables import EntryLink, Role
from outreach.delivery.tables import Delivery, Purpose
from outreach.wiring import Outreach
from tests.web.conftest import SignedIn
from tests.web.forms import fill
from tests.web.reading import text

# What the database does with it is the rooms' and the desk's matter: one kind is enough here.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

ANNA, PASSWORD = "anna@example.org", "four calm words here"


def mailed(outreach: Outreach) -> tuple[int, str]:
    """The number of the last mail that lets somebody in, and the path of its link."""
    now = outreach.clock()
    with outreach.database.transaction() as session:
        links.mail_waiting(session, outreach.letterhead, now)
        newest = select(Delivery).order_by(col(Delivery.id).desc())
        row = session.exec(newest.where(Delivery.purpose == Purpose.entry)).first()
        assert row
        outgoing = outreach.composer.compose_stored(session, row, now)
    assert outgoing
    assert row.id
    url = outreach.settings.public_url
    line = next(each for each in outgoing.copy.text.splitlines() if each.startswith(url))
    return row.id, line.removeprefix(url)


@pytest.fixture
def anna(outreach: Outreach) -> None:
    with outreach.database.transaction() as session:
        people.add_organizer(session, ANNA, Role.organizer, "Anna", PASSWORD, outreach.clock())


def test_who_is_invited_chooses_a_password_once(outreach: Outreach, client: FlaskClient) -> None:
    with outreach.database.transaction() as session:
        links.invite(session, ANNA, Role.viewer, "Anna", outreach.clock())
    _, link = mailed(outreach)
    assert "Choose a password for" in client.get(link).text
    differ = fill(client, link, password=PASSWORD, again="another")
    assert (differ.status_code, "passwords differ" in differ.text) == (400, True)
    short = fill(client, link, password="short", again="short")
    assert (short.status_code, "12 characters" in short.text) == (400, True)
    done = fill(client, link, password=PASSWORD, again=PASSWORD)
    assert "Your password is set" in done.text
    assert client.get(link).status_code == 404
    assert fill(client, "/sign-in", address=ANNA, password=PASSWORD).request.path == "/"
    with outreach.database.reading() as session:
        acts = [(each.actor, each.act) for each in audit.latest(session)]
        # It is the browser in which the password was chosen: there is nothing to tell of it.
        assert session.exec(select(Delivery).where(Delivery.purpose == Purpose.notice)).all() == []
    assert acts == [(ANNA, "signed in"), (ANNA, "invitation accepted")]


@pytest.mark.usefixtures("anna")
def test_asking_for_a_link_tells_nobody_who_has_an_account(
    outreach: Outreach, client: FlaskClient
) -> None:
    known, unknown = (
        fill(client, "/forgotten", address=address) for address in (ANNA, "nobody@example.org")
    )
    assert "If somebody with this address" in known.text
    assert text(known.text) == text(unknown.text)
    with outreach.database.reading() as session:
        assert len(session.exec(select(EntryLink)).all()) == 2
        assert session.exec(select(Delivery)).all() == []


@pytest.mark.usefixtures("anna")
def test_a_new_password_by_link_ends_the_sessions_and_is_told_by_mail(
    outreach: Outreach, app: Flask, client: FlaskClient
) -> None:
    elsewhere = app.test_client()
    fill(elsewhere, "/sign-in", address=ANNA, password=PASSWORD)
    fill(client, "/forgotten", address=ANNA)
    _, link = mailed(outreach)
    fill(client, link, password="another calm sentence", again="another calm sentence")
    assert elsewhere.get("/").status_code == 303
    with outreach.database.reading() as session:
        notices = select(Delivery).where(Delivery.purpose == Purpose.notice)
        told = session.exec(notices.order_by(col(Delivery.id).desc())).first()
    assert told
    assert told.recipient_address == ANNA
    assert "set anew" in told.slots[-2]


@pytest.mark.usefixtures("anna")
def test_links_are_asked_for_only_so_often(client: FlaskClient) -> None:
    for _ in range(throttling.RESET.by_account):
        assert fill(client, "/forgotten", address=ANNA).status_code == 200
    assert fill(client, "/forgotten", address="ANNA@EXAMPLE.org").status_code == 429
    assert fill(client, "/forgotten", address="ben@example.org").status_code == 200


def test_nobody_at_the_desk_reads_a_mail_that_lets_somebody_in(
    outreach: Outreach, signed_in: SignedIn
) -> None:
    with outreach.database.transaction() as session:
        links.invite(session, ANNA, Role.admin, "Anna", outreach.clock())
    number, _ = mailed(outreach)
    admin = signed_in(Role.admin)
    for form in ("", "/html", ".eml", ".pdf"):
        assert admin.get(f"/deliveries/{number}{form}").status_code == 404


def test_the_first_admin_comes_in_and_is_led_to_the_second_factor(
    outreach: Outreach, client: FlaskClient
) -> None:
    with outreach.database.transaction() as session:
        key = links.let_first_in(session, outreach.tokens, outreach.clock())
    link = f"/enter/{outreach.tokens.sign('entry', key)}"
    given = {"address": ANNA, "name": "Anna", "password": PASSWORD, "again": PASSWORD}
    wrong = fill(client, link, **{**given, "address": "no address"})
    assert (wrong.status_code, 'value="Anna"' in wrong.text) == (400, True)
    fill(client, link, **given)
    assert client.get(link).status_code == 404
    page = fill(client, "/sign-in", address=ANNA, password=PASSWORD)
    assert page.request.path == "/account/second-factor"
    assert "Every admin needs one" in page.text


def test_a_link_is_too_old_when_its_time_is_over(outreach: Outreach, client: FlaskClient) -> None:
    with outreach.database.transaction() as session:
        links.invite(session, ANNA, Role.viewer, "Anna", outreach.clock() - timedelta(days=7))
        session.flush()
        session.exec(select(EntryLink)).one().key = outreach.tokens.key("x")
    link = f"/enter/{outreach.tokens.sign('entry', outreach.tokens.key('x'))}"
    assert "leads nowhere" in client.get(link).text
