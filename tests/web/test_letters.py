"""Letters at the desk: seen, edited, reviewed, compared, brought in."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.campaigns import progress
from outreach.campaigns.materials import load_materials
from outreach.campaigns.tables import ScheduleDraft
from outreach.delivery.suppression import suppress
from outreach.delivery.tables import SuppressionReason
from outreach.errors import NotFound
from outreach.wiring import Outreach
from tests.campaigns.making import a_campaign, a_schedule
from tests.web.conftest import SignedIn
from tests.web.reading import text
from tests.web.world import a_contact, an_organizer, csrf_token, sign_in

PAGE = "/letters/whales/letter/en"
NEW = "/letters/whales/reminder/ar"
LIVE = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _without_tokens(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False  # that forms are checked is another test


def seen(browser: FlaskClient, page: str = PAGE) -> str:
    found = re.search(r'name="seen" value="(\w*)"', browser.get(f"{page}/edit").text)
    assert found
    return found[1]


def typed(body: str, **more: str) -> dict[str, str]:
    return {"subject": "Whales", "body": body, "signatories": "One\r\nof us\r\n\r\nAnother", **more}


def save(browser: FlaskClient, body: str, page: str = PAGE, **more: str) -> TestResponse:
    form = {"seen": seen(browser, page), **typed(body), **more}
    return browser.post(f"{page}/edit", data=form, follow_redirects=True)


def planned(outreach: Outreach, step: str = "letter", language: str = "en") -> str:
    """What a plan would send."""
    with outreach.database.reading() as session:
        made = load_materials(session, outreach.settings.templates, "whales", outreach.states)
    return made.letter.source(step, language).body


def test_a_letter_of_the_folder_is_listed_and_shown(viewer: FlaskClient) -> None:
    assert "whales" in text(viewer.get("/letters").text)
    assert "1 of 2 pages" in text(viewer.get("/letters").text)
    assert "reviewed by A fluent reader" in text(viewer.get("/letters/whales").text)
    page = text(viewer.get(PAGE).text)
    assert "As its file in the folder says" in page
    assert "Please protect the whales." in page
    assert "nothing is wrong" in page
    assert "Please protect" in viewer.get(f"{PAGE}/as/html").text


@pytest.mark.parametrize(
    "page", ["/letters/nothing", "/letters/whales/letter/xx", "/letters/A/b/c"]
)
def test_what_is_not_there_is_told(viewer: FlaskClient, page: str) -> None:
    assert viewer.get(page).status_code == 404


def test_what_is_saved_is_what_is_planned_and_nobody_has_reviewed_it(
    organizer: FlaskClient, outreach: Outreach
) -> None:
    assert "nothing is wrong" in organizer.get(f"{PAGE}/edit").text
    page = text(save(organizer, "{{ salutation }}\r\n\r\nSave the seals.").text)
    assert "Saved as version 2." in page
    assert "not reviewed" in page
    assert planned(outreach) == "{{ salutation }}\n\nSave the seals."


def test_a_new_page_is_begun_from_another_language(
    organizer: FlaskClient, outreach: Outreach
) -> None:
    begun = organizer.get(
        "/letters/-/begin?slug=whales&step=letter&language=ar", follow_redirects=True
    )
    assert "not written yet" in begun.text
    assert "Veuillez protéger" in organizer.get("/letters/whales/letter/ar/edit?from=fr").text
    save(organizer, "السلام", "/letters/whales/letter/ar", subject="حيتان")
    assert planned(outreach, language="ar") == "السلام"
    assert 'dir="rtl"' in organizer.get("/letters/whales/letter/ar/edit").text


def test_saving_what_is_there_already_makes_no_version(organizer: FlaskClient) -> None:
    same = save(organizer, "{{ salutation }}\n\nPlease protect the whales.")
    assert "It says all of that already." in same.text
    assert "reviewed by" in text(same.text)


def test_what_is_typed_is_kept_and_shown_before_it_is_saved(
    organizer: FlaskClient, outreach: Outreach
) -> None:
    form = {"seen": seen(organizer), **typed("{{ salutation }}\n\nSave the seals.")}
    live = organizer.post(f"{PAGE}/draft", data=form, headers=LIVE).text
    assert "Save the seals." in live
    assert "<html" not in live
    assert "Save the seals." in organizer.get(f"{PAGE}/as/html?draft=1").text
    assert "Save the seals." in organizer.get(f"{PAGE}/edit").text
    assert "your draft" in organizer.get("/letters/whales").text
    assert "protect the whales" in planned(outreach)
    assert "is gone" in organizer.post(f"{PAGE}/discard", follow_redirects=True).text
    assert "Save the seals." not in organizer.get(f"{PAGE}/edit").text
    # A frame that was still on its way when the draft was saved or discarded.
    assert "protect the whales" in organizer.get(f"{PAGE}/as/html?draft=1").text


def test_the_preview_button_does_the_same_without_a_script(organizer: FlaskClient) -> None:
    form = {"seen": seen(organizer), "view": "phone", "to": "FR", **typed("Bonjour.")}
    answer = organizer.post(f"{PAGE}/draft", data=form, follow_redirects=True)
    assert answer.request.path == f"{PAGE}/edit"
    assert "Bonjour." in answer.text
    assert 'value="phone" checked' in answer.text
    assert "A made-up mailbox of France" in answer.text


def test_only_the_editor_may_run_a_script_and_only_ours(organizer: FlaskClient) -> None:
    editor = organizer.get(f"{PAGE}/edit")
    assert "script-src 'self';" in editor.headers["Content-Security-Policy"]
    assert "script-src" not in organizer.get(PAGE).headers["Content-Security-Policy"]
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=)", editor.text)
    assert "sandbox" in organizer.get(f"{PAGE}/as/html").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("{{ contact.nmae }}", "did you mean contact.name"),
        ("[x](https://nowhere)", "leads nowhere"),
        ("**bold", "** has no partner"),
        ("", "has no text yet"),
        ("Very short.", "Nobody has reviewed this text."),
    ],
)
def test_checks_are_said_as_one_types(organizer: FlaskClient, body: str, says: str) -> None:
    form = {"seen": "", **typed(body)}
    assert says in text(organizer.post(f"{PAGE}/draft", data=form, headers=LIVE).text)


def test_a_missing_value_is_said_with_those_whom_it_holds_back(
    organizer: FlaskClient, outreach: Outreach
) -> None:
    with outreach.database.transaction() as session:
        number = a_contact(session, "GB", outreach.clock()).id
    form = {"seen": "", **typed("{{ contact.title }}")}
    with outreach.database.transaction() as session:
        other = a_contact(session, "US", outreach.clock())
        suppress(session, other.address, SuppressionReason.by_hand, now=outreach.clock())
    page = organizer.post(f"{PAGE}/draft", data=form, headers=LIVE).text
    assert "contact.title has no value for 1 of the 1 contact" in text(page)
    assert f"/contacts/{number}" in page
    assert "They would not get it: contact.title has no value." in text(page)


def test_a_letter_is_shown_as_a_chosen_contact_gets_it(
    viewer: FlaskClient, outreach: Outreach
) -> None:
    with outreach.database.transaction() as session:
        a_contact(session, "GB", outreach.clock())
        french = a_contact(session, "FR", outreach.clock()).id
    page = text(viewer.get(f"{PAGE}?who=Ambassador&to={french}").text)
    assert "They get letter.fr" in page
    mail = viewer.get(f"{PAGE}/as/eml?to={french}").text
    assert "To: Ambassador of FR <fr@mission.example>" in mail
    assert viewer.get(f"{PAGE}/as/pdf?to={french}").data.startswith(b"%PDF")
    assert viewer.get(f"{PAGE}/as/md").text.startswith("+++")


def test_the_second_to_save_is_told_and_loses_nothing(
    app: Flask, organizer: FlaskClient, outreach: Outreach
) -> None:
    other = app.test_client()
    with outreach.database.transaction() as session:
        ben = an_organizer(session, outreach.clock(), address="ben@example.org")
    sign_in(other, ben)
    before = seen(other)
    save(organizer, "{{ salutation }}\n\nSave the seals.")
    late = other.post(f"{PAGE}/edit", data={"seen": before, **typed("Save the bees.")})
    assert late.status_code == 409
    page = text(late.text)
    assert "organizer@example.org saved version 2" in page
    assert "Save the <del>seals</del><ins>bees</ins>." in late.text
    assert "Save the bees." in other.get(f"{PAGE}/edit").text
    assert "seals" in planned(outreach)
    assert "Saved as version 3." in save(other, "Save the bees.").text
    assert "seals" in text(other.get(f"{PAGE}/versions").text)


def test_a_page_that_cannot_be_stored_is_kept_as_it_was_typed(organizer: FlaskClient) -> None:
    answer = save(organizer, "Save the seals.", subject=" ")
    assert answer.status_code == 400
    assert "It was not saved: The letter has no subject yet." in text(answer.text)
    assert "Save the seals." in organizer.get(f"{PAGE}/edit").text


def test_a_page_is_marked_as_reviewed_until_it_changes(organizer: FlaskClient) -> None:
    mark = save(organizer, "Save the seals.").text
    found = re.search(r'name="seen" value="(\w+)"', mark)
    assert found
    form = {"seen": found[1], "reviewer": "Zoé Été"}
    assert "reviewed by Zoé Été" in text(
        organizer.post(f"{PAGE}/review", data=form, follow_redirects=True).text
    )
    assert organizer.post(f"{PAGE}/review", data=form).status_code == 409
    assert "not reviewed" in text(save(organizer, "Save the bees.").text)
    notes = text(organizer.get(f"{PAGE}/versions").text)
    assert "marked as reviewed by Zoé Été" in notes
    assert "as the file was" in notes


def test_who_enters_a_review_for_somebody_else_is_told_and_written_down(
    organizer: FlaskClient, outreach: Outreach
) -> None:
    save(organizer, "Save the seals.")
    reviewed(organizer, reviewer="Zoé Été")
    entered = "organizer@example.org entered that for them"
    assert entered in text(organizer.get(PAGE).text)
    organizer.post(f"{PAGE}/review", data={"seen": seen(organizer), "take_back": "1"})
    page = text(reviewed(organizer, mine="1").text)
    assert "has read this text and stands by it." in page
    assert entered not in page
    with outreach.database.reading() as session:
        details = [each.detail for each in audit.latest(session, limit=3)]
    assert "reviewed by Zoé Été, which organizer@example.org entered for them" in details[2]
    assert "entered" not in details[0]


def reviewed(browser: FlaskClient, **form: str) -> TestResponse:
    data = {"seen": seen(browser), **form}
    return browser.post(f"{PAGE}/review", data=data, follow_redirects=True)


def test_a_page_that_no_campaign_uses_is_deleted_and_begun_again_from_a_version(
    organizer: FlaskClient, outreach: Outreach
) -> None:
    save(organizer, "Save the seals.")
    question = organizer.get(f"{PAGE}/delete").text
    assert "2 versions that were saved at the desk" in text(question)
    assert "1 file in the folder" in text(question)
    marks = re.findall(r'name="seen" value="(\w+)"', question)
    assert organizer.post(f"{PAGE}/delete", data={"seen": "old"}).status_code == 409
    gone = organizer.post(f"{PAGE}/delete", data={"seen": marks}, follow_redirects=True)
    assert "1 page is deleted." in text(gone.text)
    assert organizer.get(PAGE).status_code == 404
    assert "deleted" in text(organizer.get(f"{PAGE}/versions").text)
    assert organizer.post(f"{PAGE}/versions/3/edit").status_code == 404
    with pytest.raises(NotFound):
        planned(outreach)
    organizer.post(f"{PAGE}/versions/2/edit")
    assert "Saved as version 4." in text(save(organizer, "Save the seals.").text)
    assert planned(outreach) == "Save the seals."


def test_a_schedule_that_is_being_written_is_named_before_its_letter_goes(
    organizer: FlaskClient, outreach: Outreach
) -> None:
    now = outreach.clock()
    with outreach.database.transaction() as session:
        for slug, source in (
            ("spring", '[campaign]\nletter = "whales"\n'),
            ("other", '[campaign]\nletter = "seals"\n'),
            ("wrong", "[campaign"),
            ("empty", "campaign = 3"),
        ):
            session.add(ScheduleDraft(slug=slug, source=source, edited_by="a", edited_at=now))
    asked = text(organizer.get("/letters/whales/delete").text)
    assert "still being written names it, and cannot be loaded then: spring." in asked


def test_a_letter_is_deleted_whole_and_its_versions_stay_within_reach(
    organizer: FlaskClient, outreach: Outreach
) -> None:
    marks = re.findall(r'name="seen" value="(\w+)"', organizer.get("/letters/whales/delete").text)
    gone = organizer.post("/letters/whales/delete", data={"seen": marks}, follow_redirects=True)
    assert "2 pages are deleted." in text(gone.text)
    assert f"{PAGE}/versions" in gone.text
    assert organizer.get("/letters/whales").status_code == 404
    with outreach.database.reading() as session:
        acts = [each.act for each in audit.latest(session, limit=2)]
    assert acts == ["letter page deleted"] * 2


def test_a_letter_that_a_campaign_may_still_send_stays(
    organizer: FlaskClient, outreach: Outreach
) -> None:
    with outreach.database.transaction() as session:
        source = a_schedule(('letter = "offices"', 'letter = "whales"'))
        a_campaign(session, source, "spring")
    assert "a campaign may still send it" in text(organizer.get(f"{PAGE}/delete").text)
    form = {"seen": seen(organizer)}
    assert organizer.post(f"{PAGE}/delete", data=form).status_code == 409
    with outreach.database.transaction() as session:
        progress.cancel(
            session, progress.get(session, "spring"), now=outreach.clock(), reason="over"
        )
    assert "1 campaign that is over" in text(organizer.get(f"{PAGE}/delete").text)
    assert organizer.post(f"{PAGE}/delete", data=form).status_code == 303


def test_any_two_versions_are_compared_and_an_old_one_is_begun_from(organizer: FlaskClient) -> None:
    save(organizer, "Save the seals.")
    save(organizer, "Save the bees.")
    page = organizer.get(f"{PAGE}/versions?old=2&new=3").text
    assert "From version 2 to version 3" in page
    assert "Save the <del>seals</del><ins>bees</ins>." in page
    begun = organizer.post(f"{PAGE}/versions/2/edit", follow_redirects=True)
    assert "Save the seals." in begun.text
    assert organizer.post(f"{PAGE}/versions/1/edit").status_code == 409
    assert organizer.get(f"{PAGE}/versions?new=9").status_code == 404


def test_a_letter_is_brought_in_from_a_file(organizer: FlaskClient, outreach: Outreach) -> None:
    mine = b"Subject: Seals\n\nDear Sir,\n\nSave the seals.\n\nYours faithfully,\n"
    form = {
        "file": (BytesIO(mine), "mine.txt"),
        "slug": "seals",
        "step": "letter",
        "language": "en",
    }
    answer = organizer.post("/letters/-/bring-in", data=form, follow_redirects=True)
    assert "Save the seals." in answer.text
    assert "have begun, and not saved: seals" in text(organizer.get("/letters").text)
    saved = save(organizer, "Dear Sir,\n\nSave the seals.", "/letters/seals/letter/en")
    assert "Saved as version 1." in saved.text
    assert "from the file mine.txt" in organizer.get("/letters/seals/letter/en/versions").text


def test_a_file_that_is_no_letter_is_refused(organizer: FlaskClient) -> None:
    form = {"file": (BytesIO(b"x"), "x.pdf"), "slug": "seals", "step": "letter", "language": "en"}
    answer = organizer.post("/letters/-/bring-in", data=form)
    assert answer.status_code == 400
    assert ".txt, .md or .docx" in text(answer.text)


def test_a_file_that_changed_after_the_desk_did_is_offered(
    organizer: FlaskClient, outreach: Outreach
) -> None:
    save(organizer, "Save the seals.")
    file: Path = outreach.settings.templates / "letters/whales/letter.en.md"
    assert "The file in the folder says something else" in organizer.get(PAGE).text
    begun = organizer.post(f"{PAGE}/versions/file/edit", follow_redirects=True)
    assert "Please protect the whales." in begun.text
    assert "Save the seals." in planned(outreach)
    assert file.exists()


def test_a_letter_that_cannot_be_read_is_named_and_hides_no_other(
    viewer: FlaskClient, outreach: Outreach
) -> None:
    folder = outreach.settings.templates / "letters/broken"
    folder.mkdir()
    (folder / "letter.en.md").write_text("no head")
    page = text(viewer.get("/letters").text)
    assert "a letter begins with a head" in page
    assert "whales" in page


def test_a_viewer_is_offered_nothing_to_change(signed_in: SignedIn) -> None:
    viewer = signed_in(Role.viewer)
    for path in ("/letters", "/letters/whales", PAGE, f"{PAGE}/versions"):
        page = viewer.get(path).text
        assert "/edit" not in page
        assert "Bring in" not in page
    assert viewer.post(f"{PAGE}/edit", data={}).status_code == 403
    assert csrf_token(viewer.get("/letters").text)
