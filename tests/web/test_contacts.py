"""Contacts and lists at the desk: found, changed by two at once, merged, stopped, erased."""

import csv
from io import StringIO

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact
from outreach.db import Database
from outreach.delivery.suppression import suppress
from outreach.delivery.tables import Suppression, SuppressionReason
from outreach.web import paging
from tests.contacts.making import NOW, a_contact
from tests.web.conftest import SignedIn
from tests.web.forms import fill
from tests.web.reading import links, text
from tests.web.world import HOSTILE, SCHEDULE, World

SOMEBODY = {"address": "ann@example.org", "state": "BR", "name": "Ann Lima", "tags": "wipo"}


def add(browser: FlaskClient, **fields: str) -> str:
    """The address of the new contact's page."""
    return fill(browser, "/contacts/new", **{**SOMEBODY, **fields}).request.path


def latest(database: Database) -> tuple[str, str, str]:
    with database.reading() as session:
        entry = audit.latest(session, limit=1)[0]
    return entry.act, entry.subject, entry.detail


def test_a_contact_that_was_added_is_found_by_what_it_is(
    organizer: FlaskClient, database: Database
) -> None:
    page = add(organizer)
    assert latest(database) == ("contact added", "contact 1", "")
    for query in ("q=lima", "q=Brésil", "state=brazil", "tag=wipo", "language=none", "mail=may_go"):
        assert page in links(organizer.get(f"/contacts?{query}").text), query
    for query in ("q=zzz", "state=FR", "tag=x", "language=fr", "mail=stopped"):
        assert "No contact is like that" in organizer.get(f"/contacts?{query}").text, query


def test_a_form_that_cannot_be_used_keeps_what_was_typed(organizer: FlaskClient) -> None:
    answer = fill(organizer, "/contacts/new", **{**SOMEBODY, "address": "ann", "time_zone": "Mars"})
    assert answer.status_code == 400
    assert "2 fields need another look" in text(answer.text)
    assert 'value="Ann Lima"' in answer.text


def test_of_two_who_change_a_contact_at_once_the_second_sees_both(
    organizer: FlaskClient, database: Database
) -> None:
    page = add(organizer)
    form = organizer.get(f"{page}/edit").text
    seen = form.partition('name="seen" value="')[2].partition('"')[0]
    fill(organizer, f"{page}/edit", **SOMEBODY, seen=seen, role="ambassador")
    late = fill(organizer, f"{page}/edit", **{**SOMEBODY, "name": "Ann de Lima"}, seen=seen + "x")
    assert late.status_code == 409
    assert "name: Ann Lima" in text(late.text)
    assert "role: ambassador" in text(late.text)
    assert 'value="Ann de Lima"' in late.text
    again = late.text.partition('name="seen" value="')[2].partition('"')[0]
    done = fill(organizer, f"{page}/edit", **{**SOMEBODY, "name": "Ann de Lima"}, seen=again)
    assert "Ann de Lima" in done.text
    assert latest(database) == ("contact changed", "contact 1", "role, name")


def test_a_page_of_contacts_leads_to_the_next(
    organizer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "ROWS", 1)
    for name in ("a", "b"):
        add(organizer, address=f"{name}@example.org")
    first = organizer.get("/contacts?q=lima").text
    assert ("/contacts/1" in links(first), "/contacts/2" in links(first)) == (True, False)
    following = next(link for link in links(first) if "after=" in link)
    assert "/contacts/2" in links(organizer.get(following).text)


def test_what_the_filter_finds_is_exported_and_noted(
    organizer: FlaskClient, database: Database
) -> None:
    add(organizer)
    add(organizer, address="bo@example.org", state="FR", name="=Bo")
    with organizer.get("/contacts/export.csv?state=FR") as answer:
        rows = list(csv.reader(StringIO(answer.text)))
    assert [row[0] for row in rows[1:]] == ["bo@example.org"]
    assert "'=Bo" in rows[1]  # which no spreadsheet runs
    assert latest(database) == ("contacts exported", "", "1 as CSV")


def test_a_contact_s_page_tells_its_letters_answers_and_loaded_images(
    viewer: FlaskClient, world: World
) -> None:
    page = viewer.get(f"/contacts/{world.sent.contact_id}").text
    told = text(page)
    assert "image loaded by" in told
    assert {f"/deliveries/{world.sent.id}", f"/inbox/threads/{world.thread.id}"} <= links(page)
    assert HOSTILE not in page


@pytest.mark.parametrize(("opens", "told"), [("off", "not asked for"), ("count", "only totals")])
def test_whose_campaign_does_not_keep_who_loaded_an_image_is_not_told_of(
    viewer: FlaskClient, world: World, database: Database, opens: str, told: str
) -> None:
    with database.transaction() as session:
        campaign = session.merge(world.campaign)
        campaign.source = SCHEDULE.replace('opens = "person"', f'opens = "{opens}"')
    page = text(viewer.get(f"/contacts/{world.sent.contact_id}").text)
    assert "image loaded" not in page
    assert told in page


def test_a_merge_says_what_it_does_and_leads_from_the_one_to_the_other(
    organizer: FlaskClient, database: Database
) -> None:
    keep, away = add(organizer), add(organizer, address="ann@other.example", name="ÀNN lima")
    with database.transaction() as session:
        suppress(session, "ann@other.example", SuppressionReason.unsubscribed, now=NOW)
    ask = f"{keep}/merge/2"
    assert ask in links(organizer.get("/contacts/doubles").text)
    page = organizer.get(ask).text
    assert "Nothing is sent to this one any more" in page
    assert "cannot be undone" in page
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    assert fill(organizer, ask, seen="").status_code == 409
    assert "one contact now" in fill(organizer, ask, seen=seen).text
    assert latest(database)[:2] == ("contacts merged", "contact 1")
    assert organizer.get(away).headers["Location"] == keep
    assert "opted out" in organizer.get(keep).text


def test_a_list_is_made_filled_renamed_emptied_and_deleted(
    organizer: FlaskClient, database: Database
) -> None:
    contact = add(organizer)
    assert "Nobody is on it yet" in fill(organizer, "/lists", name="geneva").text
    refused = fill(organizer, "/lists", name="geneva")
    assert (refused.status_code, "There is a list geneva already" in refused.text) == (400, True)
    found = fill(organizer, "/lists/add?q=lima", to="1")
    assert "The one contact is on the list geneva now" in found.text
    assert contact in links(organizer.get("/contacts?list=geneva").text)
    assert "vienna" in fill(organizer, "/lists/1", "/lists/1/rename", name="vienna").text
    assert fill(organizer, contact, "/lists/1/delete").status_code == 409  # somebody is on it
    assert "Off the list vienna" in fill(organizer, contact, f"{contact}/lists", take_off="1").text
    assert "was deleted" in fill(organizer, "/lists/1", "/lists/1/delete").text
    assert latest(database) == ("list deleted", "vienna", "")


def test_what_an_organizer_stopped_may_be_lifted_and_what_the_recipient_said_may_not(
    organizer: FlaskClient, database: Database
) -> None:
    page = "/contacts/suppressed"
    assert "Nothing goes there" in fill(organizer, page, address="x@example.org", note="moved").text
    assert "moved" in organizer.get(f"{page}?q=x@example.org").text
    assert "may go there again" in fill(organizer, page, f"{page}/1/lift").text
    with database.transaction() as session:
        suppress(session, "y@example.org", SuppressionReason.unsubscribed, now=NOW)
        number = session.exec(select(Suppression.id)).one()
    assert "Only they can take that back" in organizer.get(page).text
    assert fill(organizer, page, f"{page}/{number}/lift").status_code == 409


def test_erasing_says_first_what_goes(
    signed_in: SignedIn, database: Database, states: MemberStates
) -> None:
    with database.transaction() as session:
        a_contact(session, states, "ann@example.org", name="Ann Lima")
    approver = signed_in(Role.approver)
    first = approver.get("/contacts/1/erase").text
    assert "Erase for good" not in first
    assert "/contacts/1/erase?counted=yes" in links(first)
    asked = text(approver.get("/contacts/1/erase?counted=yes").text)
    assert "contacts blanked and taken off all lists 1" in asked
    assert "was erased" in fill(approver, "/contacts/1/erase?counted=yes", "/contacts/1/erase").text
    with database.reading() as session:
        assert session.exec(select(Contact.name)).all() == [""]


@pytest.mark.parametrize("page", ["", "/doubles", "/suppressed", "/import", "/new"])
def test_an_empty_desk_says_what_to_do_first(organizer: FlaskClient, page: str) -> None:
    assert organizer.get(f"/contacts{page}").status_code == 200
