"""Planning, approving, trying, pausing, resuming and cancelling, as far as pages do it."""

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from outreach.accounts.tables import AuditEntry, Organizer, Role
from outreach.campaigns.tables import CampaignState
from outreach.contacts.tables import ContactList
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.wiring import Outreach
from tests.web.campaigning import (
    PAGE,
    a_loaded_campaign,
    a_planned_campaign,
    approved,
    fulfil,
    problem,
)
from tests.web.conftest import SignedIn
from tests.web.forms import fill
from tests.web.reading import text

# What the database does with it is the room's matter.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

LOOKS_AGAIN = {"HX-Request": "true", "HX-Trigger": "work"}


def address_of(outreach: Outreach, role: Role) -> str:
    with outreach.database.reading() as session:
        return session.exec(select(Organizer.address).where(Organizer.role == role)).one()


def test_a_plan_is_asked_for_and_the_page_looks_again_until_it_is_there(
    organizer: FlaskClient, outreach: Outreach
) -> None:
    a_loaded_campaign(outreach)
    asked = fill(organizer, PAGE, f"{PAGE}/plan")
    assert "The plan is being made" in text(asked.text)
    assert '<noscript><meta http-equiv="refresh"' in asked.text
    assert "script-src 'self'" in asked.headers["Content-Security-Policy"]
    assert "hx-get" not in organizer.get(f"{PAGE}/plan?still=yes").text
    progress = organizer.get(f"{PAGE}/plan", headers=LOOKS_AGAIN)
    assert progress.headers["HX-Retarget"] == "#work"
    assert "<h1" not in progress.text
    again = fill(organizer, "/schedules", f"{PAGE}/plan")
    assert again.status_code == 409
    fulfil(outreach)
    page = organizer.get(f"{PAGE}/plan")
    assert "<script" not in page.text
    ended = organizer.get(f"{PAGE}/plan", headers=LOOKS_AGAIN)
    assert "Offices: planned" in text(ended.text)  # which is read out
    assert "HX-Retarget" not in ended.headers
    assert "Contacts on the lists 3 Get the letter 2 Held back 1" in text(page.text)


def test_a_plan_that_cannot_be_made_says_why(organizer: FlaskClient, outreach: Outreach) -> None:
    a_loaded_campaign(outreach)
    fill(organizer, PAGE, f"{PAGE}/plan")
    with outreach.database.transaction() as session:
        session.exec(select(ContactList)).one().slug = "others"
    fulfil(outreach)
    assert "There is no contact list missions" in text(organizer.get(PAGE).text)


def test_a_second_person_approves_what_was_shown(signed_in: SignedIn, outreach: Outreach) -> None:
    approver = signed_in(Role.approver)
    a_planned_campaign(outreach)
    page = approver.get(f"{PAGE}/plan").text
    assert "4 copies leave as their time comes: 2 of step 1, 2 of step 2" in text(page)
    asked = fill(approver, f"{PAGE}/plan", f"{PAGE}/approve", shown="another")
    assert asked.status_code == 409
    shown = a_planned_digest(outreach)
    asked = fill(approver, f"{PAGE}/plan", f"{PAGE}/approve", shown=shown)
    assert "Every copy is being compared with what was shown" in text(asked.text)
    campaign = fulfil(outreach)
    assert campaign.state is CampaignState.running
    assert campaign.approved_by == address_of(outreach, Role.approver)


def a_planned_digest(outreach: Outreach) -> str:
    return fulfil(outreach).plan_digest or ""


def test_nobody_approves_what_they_loaded(signed_in: SignedIn, outreach: Outreach) -> None:
    approver = signed_in(Role.approver)
    campaign = a_planned_campaign(outreach, by=address_of(outreach, Role.approver))
    page = approver.get(f"{PAGE}/plan").text
    assert "You loaded it, so somebody else has to approve it" in text(page)
    assert f"{PAGE}/approve" not in page
    asked = fill(approver, "/schedules", f"{PAGE}/approve", shown=campaign.plan_digest or "")
    assert asked.status_code == 409
    assert problem(outreach) is None


def test_a_test_copy_goes_to_oneself_alone_and_counts_nowhere(
    organizer: FlaskClient, outreach: Outreach
) -> None:
    a_planned_campaign(outreach)
    with outreach.database.reading() as session:
        copy = session.exec(select(Delivery).where(Delivery.step == 1)).first()
    assert copy
    page = fill(organizer, f"{PAGE}/plan", f"{PAGE}/test", copy=str(copy.id))
    assert "Nobody else gets it" in text(page.text)
    with outreach.database.reading() as session:
        sent = session.exec(select(Delivery).where(Delivery.purpose == Purpose.notice)).one()
    assert sent.recipient_address == address_of(outreach, Role.organizer)
    assert (sent.skeleton_id, sent.slots) == (copy.skeleton_id, copy.slots)
    assert (sent.campaign_id, sent.contact_id, sent.due_at) == (None, None, outreach.clock())
    other = fill(organizer, f"{PAGE}/plan", f"{PAGE}/test", copy=str(sent.id))
    assert other.status_code == 404


def test_numbers_come_before_the_act_and_the_audit_keeps_who_did_it(
    organizer: FlaskClient, outreach: Outreach
) -> None:
    a_planned_campaign(outreach)
    approved(outreach)
    asked = text(organizer.get(f"{PAGE}/pause").text)
    assert "4 copies have not left and wait until the campaign is resumed. 0 copies went" in asked
    page = fill(organizer, f"{PAGE}/pause", because="a mistake in it")
    assert "is paused. Nothing more leaves." in text(page.text)
    assert "a mistake in it" in text(page.text)
    assert "4 copies wait. They go on" in text(organizer.get(f"{PAGE}/resume").text)
    fill(organizer, f"{PAGE}/resume")
    asked = text(organizer.get(f"{PAGE}/cancel").text)
    assert "4 copies have not left and will never leave" in asked
    assert "Step 2, reminder: 2 of 2 not gone" in asked
    page = fill(organizer, f"{PAGE}/cancel", because="the office was closed")
    assert "what has not left is being withdrawn" in text(page.text)
    assert fulfil(outreach).state is CampaignState.cancelled
    with outreach.database.reading() as session:
        by = {one.act: one.actor for one in session.exec(select(AuditEntry))}
        states = set(session.exec(select(Delivery.state)))
    assert {by[f"campaign {act}"] for act in ("paused", "resumed", "cancelled")} == {
        address_of(outreach, Role.organizer)
    }
    assert states == {State.cancelled, State.skipped}


def test_an_act_needs_a_reason_and_its_turn(organizer: FlaskClient, outreach: Outreach) -> None:
    a_planned_campaign(outreach)
    assert organizer.get(f"{PAGE}/pause").status_code == 409
    approved(outreach)
    page = fill(organizer, f"{PAGE}/pause", because=" ")
    assert (page.status_code, "Say why" in text(page.text)) == (400, True)
    assert organizer.get(f"{PAGE}/resume").status_code == 409
    assert fill(organizer, f"{PAGE}/pause", f"{PAGE}/plan").status_code == 409


def test_nothing_leaves_from_the_moment_somebody_cancels(
    organizer: FlaskClient, outreach: Outreach
) -> None:
    a_planned_campaign(outreach)
    approved(outreach)
    fill(organizer, f"{PAGE}/cancel", because="at once")
    with outreach.database.reading() as session:
        moments = set(session.exec(select(Delivery.due_at)))
        assert moments == {None}
    assert "is being withdrawn" in text(organizer.get(PAGE).text)
