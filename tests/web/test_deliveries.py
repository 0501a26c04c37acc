"""One copy, as its recipient sees it."""

from email import message_from_bytes, policy

import pytest
from flask.testing import FlaskClient

from outreach.accounts import audit
from outreach.campaigns.tables import Campaign
from outreach.db import Database
from outreach.delivery.tables import Delivery, Purpose
from outreach.letters.tables import Enclosure
from tests.typesetting.reading import Pdf
from tests.web.reading import text
from tests.web.world import (
    World,
    csrf_token,
)

# What the database does with it is the rooms' and the desk's matter: one kind is enough here.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_a_copy_is_shown_and_downloaded_as_it_was_sent(viewer: FlaskClient, world: World) -> None:
    page = viewer.get(f"/deliveries/{world.sent.id}").text
    assert "Your Excellency," in page
    assert "List-Unsubscribe-Post" in page
    assert f'sandbox src="/deliveries/{world.sent.id}/html"' in page
    for told in ("planned", "sent", "image loaded by a person", "mail came: reply"):
        assert told in text(page)
    answer = viewer.get(f"/deliveries/{world.sent.id}.eml")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    mail = message_from_bytes(answer.data, policy=policy.default)
    assert mail.defects == []
    assert mail["To"].addresses[0].addr_spec == "fr@mission.example"
    assert mail["Message-ID"] == world.sent.message_id


def test_the_letter_in_its_frame_may_do_nothing_and_loads_nothing(
    viewer: FlaskClient, world: World
) -> None:
    answer = viewer.get(f"/deliveries/{world.sent.id}/html")
    rules = answer.headers["Content-Security-Policy"]
    assert "sandbox" in rules.split("; ")
    assert "default-src 'none'" in rules
    assert "img-src data:" in rules
    assert "frame-ancestors 'self'" in rules


def test_a_copy_that_was_held_back_says_why_and_has_nothing_to_show(
    viewer: FlaskClient, world: World
) -> None:
    page = viewer.get(f"/deliveries/{world.held.id}").text
    assert "contact.family_name has no value" in page
    assert "<iframe" not in page
    assert viewer.get(f"/deliveries/{world.held.id}/html").status_code == 404
    assert viewer.get(f"/deliveries/{world.held.id}.eml").status_code == 404
    answer = viewer.get(f"/deliveries/{world.held.id}.pdf")
    assert answer.status_code == 404
    assert "contact.family_name has no value" in answer.text


@pytest.mark.parametrize("verdict", ["sent", "queued"])
def test_an_organizer_settles_a_copy_in_doubt_once(
    organizer: FlaskClient, world: World, database: Database, verdict: str
) -> None:
    path = f"/deliveries/{world.in_doubt.id}"
    form = {"as": verdict, "csrf_token": csrf_token(organizer.get(path).text)}
    assert organizer.post(f"{path}/settle", data=form).headers["Location"] == path
    with database.reading() as session:
        assert session.get_one(Delivery, world.in_doubt.id).state == verdict
        (entry,) = audit.latest(session)
    assert entry.actor == "organizer@example.org"
    # As the command line words it, so that one search finds both.
    assert (entry.act, entry.subject) == (
        f"delivery settled as {verdict}",
        f"delivery {world.in_doubt.id}",
    )
    again = organizer.post(f"{path}/settle", data=form)
    assert again.status_code == 409
    assert "only one that is unknown can be settled" in again.text


def test_a_copy_cannot_be_settled_as_anything_else(organizer: FlaskClient, world: World) -> None:
    path = f"/deliveries/{world.in_doubt.id}"
    form = {"as": "delivered", "csrf_token": csrf_token(organizer.get(path).text)}
    assert organizer.post(f"{path}/settle", data=form).status_code == 400


def test_what_is_enclosed_is_listed_and_saved_as_it_is_stored(
    viewer: FlaskClient, world: World
) -> None:
    path = f"/enclosures/{world.enclosure.id}"
    for page in (f"/deliveries/{world.sent.id}", f"/campaigns/{world.campaign.slug}"):
        shown = viewer.get(page).text
        assert f'href="{path}"' in shown
        assert "Pétition.pdf 11 bytes" in text(shown)
    answer = viewer.get(path)
    assert answer.data == world.enclosure.content
    assert answer.headers["Content-Type"] == "application/pdf"
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert "filename*=UTF-8''P%C3%A9tition.pdf" in disposition
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert viewer.get("/enclosures/nothing").status_code == 404


def test_the_downloaded_message_holds_the_enclosure(viewer: FlaskClient, world: World) -> None:
    answer = viewer.get(f"/deliveries/{world.sent.id}.eml")
    mail = message_from_bytes(answer.data, policy=policy.default)
    (attachment,) = mail.iter_attachments()
    assert attachment.get_filename() == "Pétition.pdf"
    assert attachment.get_content() == world.enclosure.content


def test_copies_that_go_with_themselves_as_pdf_are_one_line_with_their_zip(
    viewer: FlaskClient, database: Database, world: World
) -> None:
    with database.transaction() as session:
        campaign = session.get_one(Campaign, world.campaign.id)
        campaign.source = campaign.source.replace(
            'letter = "letter"', 'letter = "letter"\npdf = true'
        )
        own = Enclosure.of("An open letter.pdf", "application/pdf", b"%PDF of France %%EOF")
        session.add(own)
        for number in (world.sent.id, world.in_doubt.id):
            copy = session.get_one(Delivery, number)
            copy.enclosures = [own.id, *copy.enclosures]
    page = viewer.get("/campaigns/wipo").text
    assert "The letter itself as PDF: step 1 (.zip) Pétition.pdf 11 bytes" in text(page)
    assert page.count('href="/campaigns/wipo/letters.zip?step=1"') == 2
    assert "An open letter.pdf" not in page
    shown = viewer.get(f"/deliveries/{world.sent.id}").text
    assert f'href="/enclosures/{own.id}"' in shown
    assert "An open letter.pdf" in text(shown)
    assert viewer.get(f"/deliveries/{world.sent.id}.pdf").data == own.content


def test_the_letter_is_there_for_paper(viewer: FlaskClient, world: World) -> None:
    path = f"/deliveries/{world.sent.id}.pdf"
    assert f'href="{path}"' in viewer.get(f"/deliveries/{world.sent.id}").text
    answer = viewer.get(path)
    assert answer.mimetype == "application/pdf"
    name = f"letter-{world.sent.id}.pdf"
    assert answer.headers["Content-Disposition"] == f'inline; filename="{name}"'
    assert "Your Excellency," in Pdf(answer.data).text


def test_an_answer_from_the_desk_is_no_letter_for_paper(
    viewer: FlaskClient, world: World, database: Database
) -> None:
    with database.transaction() as session:
        session.get_one(Delivery, world.sent.id).purpose = Purpose.answer
    path = f"/deliveries/{world.sent.id}"
    assert f"{path}.pdf" not in viewer.get(path).text
    assert viewer.get(f"{path}.pdf").status_code == 404
