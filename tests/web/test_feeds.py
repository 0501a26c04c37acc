"""The feed of the reports, for whoever has the address and nobody else."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from outreach.accounts import people
from outreach.accounts.feeds import feed_token
from outreach.accounts.tables import Organizer, Role
from outreach.wiring import Outreach
from tests.web.reporting import a_report
from tests.web.world import World, an_organizer

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def ann(outreach: Outreach) -> Organizer:
    with outreach.database.transaction() as session:
        return an_organizer(session, outreach.clock())


@pytest.fixture
def address(outreach: Outreach, ann: Organizer) -> str:
    return f"/feed/{feed_token(ann, outreach.tokens)}.atom"


def test_it_is_atom_with_all_that_must_be_in_it(
    client: FlaskClient, outreach: Outreach, world: World, address: str
) -> None:
    weeks = [a_report(outreach), a_report(outreach, timedelta(weeks=1))]
    answer = client.get(address)
    feed = ElementTree.fromstring(answer.data)
    desk = f"{outreach.settings.public_url}/reports"
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    assert answer.headers["Cache-Control"].startswith("private")
    assert feed.tag == f"{ATOM}feed"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Outreach"
    assert links(feed) == {"self": f"{outreach.settings.public_url}{address}", "alternate": desk}
    entries = feed.findall(f"{ATOM}entry")
    assert [links(entry)["alternate"] for entry in entries] == [f"{desk}/{w}" for w in weeks[::-1]]
    for part in (feed, *entries):
        for name in ("id", "title", "updated"):  # RFC 4287, 4.1.1 and 4.1.2: each exactly once
            assert [bool(each.text) for each in part.findall(f"{ATOM}{name}")] == [True]
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == 2
    newest = entries[0].findtext(f"{ATOM}updated") or ""
    assert newest == feed.findtext(f"{ATOM}updated") == "2026-12-15T09:00:00Z"


def test_whoever_fetches_it_has_no_language(
    client: FlaskClient, outreach: Outreach, world: World, address: str
) -> None:
    a_report(outreach)
    french = client.get(address, headers={"Accept-Language": "fr"})
    assert french.data == client.get(address).data


def test_it_tells_counts_and_names_nobody(
    client: FlaskClient, outreach: Outreach, world: World, address: str, ann: Organizer
) -> None:
    a_report(outreach)
    text = client.get(address).text
    assert "Week 49 of 2026: 1 letter left, 1 mission answered" in text
    assert "need a person." in text
    for personal in ("Permanent Mission", "mission.example", "thank you", ann.address, ann.name):
        assert personal not in text


def test_before_the_first_report_it_is_a_feed_without_entries(
    client: FlaskClient, outreach: Outreach, address: str
) -> None:
    feed = ElementTree.fromstring(client.get(address).data)
    assert feed.findtext(f"{ATOM}updated") == f"{outreach.clock():%Y-%m-%dT%H:%M:%SZ}"
    assert feed.findall(f"{ATOM}entry") == []


def test_what_has_not_changed_is_not_sent_again(
    client: FlaskClient, outreach: Outreach, address: str
) -> None:
    tag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    a_report(outreach)
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_it_ends_with_the_account_and_with_the_password(
    client: FlaskClient, outreach: Outreach, address: str, ann: Organizer
) -> None:
    with outreach.database.transaction() as session:
        people.set_password(session, ann.address, "a long sentence to sign in with")
    assert client.get(address).status_code == 404
    with outreach.database.transaction() as session:
        changed = people.get(session, ann.address)
        fresh = f"/feed/{feed_token(changed, outreach.tokens)}.atom"
    assert client.get(fresh).status_code == 200
    with outreach.database.transaction() as session:
        people.get(session, ann.address).disabled_at = outreach.clock()
    assert client.get(fresh).status_code == 404


def test_the_desk_shows_each_organizer_their_own_address(
    viewer: FlaskClient, client: FlaskClient, outreach: Outreach
) -> None:
    with outreach.database.reading() as session:
        mine = people.get(session, f"{Role.viewer}@example.org")
    path = f"/feed/{feed_token(mine, outreach.tokens)}.atom"
    page = viewer.get("/reports").text
    assert f'<a href="{path}">{outreach.settings.public_url}{path}</a>' in page
    assert client.get(path).status_code == 200


def links(part: ElementTree.Element) -> dict[str | None, str | None]:
    return {link.get("rel"): link.get("href") for link in part.findall(f"{ATOM}link")}
