"""A copy that goes with itself as PDF: made with the plan, fixed by approval, and nobody else's."""

from contextlib import closing
from datetime import UTC, datetime
from email import message_from_bytes, policy
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlmodel import Session, col, select, update

from outreach.campaigns import approval, papers, planning
from outreach.campaigns.enclosures import enclosures
from outreach.campaigns.on_paper import letter_on_paper, letters_zip
from outreach.campaigns.papers import papers_dated_in
from outreach.campaigns.progress import discard_plan
from outreach.campaigns.schedule import parse, schedule_of
from outreach.campaigns.tables import Campaign
from outreach.contacts.erasing import erase, find_person
from outreach.db import Database
from outreach.delivery.carriers import Carrier
from outreach.delivery.carriers.outbox import Outbox
from outreach.delivery.carriers.smtp import Smtp
from outreach.delivery.composing import Composer
from outreach.delivery.sending import drain
from outreach.delivery.tables import Delivery, State
from outreach.errors import InvalidInput, NotAllowed
from outreach.letters.enclosures import LARGEST_TOGETHER
from outreach.letters.paper import on_paper
from outreach.letters.tables import Enclosure
from tests.campaigns.making import (
    MONDAY,
    TOKENS,
    ZURICH,
    Rows,
    a_campaign,
    a_contact,
    a_letter,
    a_schedule,
    a_source,
    an_approver,
    materials,
    planned,
    release,
    states,
)
from tests.delivery.making import a_composer
from tests.delivery.sendgrid_server import SendGridServer
from tests.delivery.smtp_server import SmtpServer
from tests.typesetting.reading import Pdf

WITH_PDF = a_schedule(('letter = "letter"\n', 'letter = "letter"\npdf = true\n'))
ALL_WITH_PDF = WITH_PDF.replace('letter = "reminder"\n', 'letter = "reminder"\npdf = true\n')
TUESDAY = datetime(2026, 12, 1, 15, tzinfo=UTC)  # when all letters are due
A_FILE = Enclosure.of("Petition.pdf", "application/pdf", b"%PDF-1.7 %%EOF")


@pytest.fixture
def composer() -> Composer:
    return a_composer()


def papers_of(session: Session, campaign: Campaign, step: int = 1) -> dict[str, Enclosure]:
    """By address, each the first thing that its copy encloses."""
    return {
        row.recipient_address: session.get_one(Enclosure, row.enclosures[0])
        for row in Rows(session, campaign).of(step)
        if row.enclosures
    }


def stored(session: Session) -> int:
    return len(session.exec(select(Enclosure.id)).all())


def test_each_copy_of_the_step_has_its_own_and_then_what_goes_to_all(session: Session) -> None:
    a_contact(session, state="CH", languages=["en"])
    a_contact(session, state="FR", languages=["fr"])
    campaign = a_campaign(session, WITH_PDF)
    summary = planned(session, campaign, enclosures=[A_FILE])
    swiss, french = papers_of(session, campaign).values()
    assert (swiss.name, french.name) == ("letter in en.pdf", "letter in fr.pdf")
    assert "1 December 2026letter in en" in Pdf(swiss.content).text
    assert "We write to Switzerland" in Pdf(swiss.content).text
    assert "We write to France" in Pdf(french.content).text
    for row in Rows(session, campaign).of(1):
        assert row.enclosures[1:] == [A_FILE.id]
    for row in Rows(session, campaign).of(2):
        assert row.enclosures == [A_FILE.id]
    sizes = [len(swiss.content), len(french.content)]
    told = summary.papers
    assert (told.steps, told.copies, told.largest) == ([1], 2, max(sizes))
    assert told.together == sum(sizes)
    assert [each.name for each in summary.enclosures] == ["Petition.pdf"]


def test_the_day_is_the_planned_one_by_the_organizers_calendar(session: Session) -> None:
    """Nine o'clock in Fiji is the evening before in Geneva; in Port Moresby it is midnight."""
    for state in ("FJ", "PG"):
        a_contact(session, state=state, languages=["en"])
    campaign = a_campaign(session, WITH_PDF)
    planned(session, campaign, now=datetime(2026, 11, 20, 9, tzinfo=UTC))
    fiji, papua = (Pdf(each.content).text for each in papers_of(session, campaign).values())
    assert "30 November 2026" in fiji
    assert "1 December 2026" in papua


def test_planning_again_makes_the_same_plan_to_the_byte(session: Session) -> None:
    a_contact(session)
    campaign = a_campaign(session, WITH_PDF)
    planned(session, campaign)
    digest = campaign.plan_digest
    planned(session, campaign)
    assert campaign.plan_digest == digest
    assert stored(session) == 1


def test_a_plan_in_which_two_papers_changed_places_is_not_approved(session: Session) -> None:
    for state in ("CH", "FR"):
        a_contact(session, state=state)
    campaign = a_campaign(session, WITH_PDF)
    planned(session, campaign)
    one, other = Rows(session, campaign).of(1)
    one.enclosures, other.enclosures = other.enclosures, one.enclosures
    session.flush()
    with pytest.raises(NotAllowed, match="has changed since it was shown"):
        approval.approve(session, campaign, by=an_approver(), now=MONDAY)


@pytest.mark.parametrize("way", ["outbox", "smtp", "sendgrid"])
def test_each_mail_that_leaves_carries_exactly_the_approved_bytes(
    database: Database, tmp_path: Path, way: str
) -> None:
    with database.transaction() as session:
        for state in ("CH", "FR", "GH"):
            a_contact(session, state=state)
        campaign = a_campaign(session, WITH_PDF)
        planned(session, campaign, enclosures=[A_FILE])
        approval.approve(session, campaign, by=an_approver(), now=MONDAY)
        release(session)
        approved = papers_of(session, campaign)
    assert len({paper.content for paper in approved.values()}) == 3
    assert attached(database, way, tmp_path) == {
        who: [(paper.name, paper.content), (A_FILE.name, A_FILE.content)]
        for who, paper in approved.items()
    }


def attached(database: Database, way: str, folder: Path) -> dict[str, list[tuple[str, bytes]]]:
    """What is enclosed in the mails as they left, by recipient."""
    with SmtpServer() as smtp, SendGridServer() as sendgrid:
        match way:
            case "outbox":
                carrier: Carrier = Outbox(folder)
            case "smtp":
                carrier = Smtp(smtp.url)
            case _:
                carrier = sendgrid.carrier(clock=lambda: TUESDAY)
        with closing(carrier):
            drain(database, carrier, a_composer(), worker="one", clock=lambda: TUESDAY)
        mails = [each.content for each in smtp.accepted]
        taken = {
            each.address: [(name, content) for name, _, content in each.enclosures]
            for each in sendgrid.arrived
        }
    mails += [path.read_bytes() for path in folder.glob("new/*.eml")]
    read = [message_from_bytes(mail, policy=policy.default) for mail in mails]
    return taken | {
        mail["To"].addresses[0].addr_spec: [
            (str(part.get_filename()), part.get_content()) for part in mail.iter_attachments()
        ]
        for mail in read
    }


def test_who_is_held_back_has_no_paper(session: Session) -> None:
    a_contact(session, languages=["de"])
    campaign = a_campaign(session, WITH_PDF)
    planned(session, campaign)
    assert Rows(session, campaign)[1].enclosures == []
    assert stored(session) == 0


def test_who_cannot_have_a_paper_is_held_back_with_the_reason_and_all_that_follows(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_french_only(skeleton, *given):  # type: ignore[no-untyped-def]
        if skeleton.language == "en":
            raise InvalidInput("No letter of ours holds <marquee>.")
        return on_paper(skeleton, *given)

    monkeypatch.setattr(papers, "on_paper", in_french_only)
    a_contact(session, state="CH", languages=["en"])
    a_contact(session, state="FR", languages=["fr"])
    campaign = a_campaign(session, WITH_PDF)
    summary = planned(session, campaign, enclosures=[A_FILE])
    assert summary.reasons == {"its PDF cannot be enclosed: No letter of ours holds <marquee>.": 1}
    found = [row for step in (1, 2) for row in Rows(session, campaign).of(step)]
    held = [row for row in found if row.language == "en"]
    for row in held:
        assert (row.state, row.planned_at, row.skeleton_id) == (State.skipped, None, None)
        assert row.enclosures == []
    assert [row.state for row in found if row.language == "fr"] == [State.queued] * 2


def test_a_paper_that_is_too_much_beside_the_files_holds_the_copy_back(session: Session) -> None:
    a_contact(session)
    campaign = a_campaign(session, WITH_PDF)
    files = [
        Enclosure.of(f"{number}.pdf", "application/pdf", bytes(LARGEST_TOGETHER // 2))
        for number in (1, 2)
    ]
    summary = planned(session, campaign, enclosures=files)
    assert summary.reasons == {
        "its PDF cannot be enclosed: with what else is enclosed it exceeds 7.0 MB a mail; "
        "enclose less": 1
    }
    assert summary.planned == 0


def test_a_mail_says_what_it_encloses_and_its_paper_does_not_name_itself(
    session: Session, composer: Composer
) -> None:
    a_contact(session)
    body = (
        "Dear {{ contact.name }},{% if enclosed.pdf %} (enclosed as PDF){% endif %}\n\n"
        "{% for file in enclosed.files %}With {{ file }}. {% endfor %}"
    )
    letter = a_letter(a_source(body=body), a_source("reminder", body=body))
    for text, says in ((WITH_PDF, ["letter"]), (ALL_WITH_PDF, ["letter", "reminder"])):
        campaign = a_campaign(session, text)
        planned(session, campaign, letter, enclosures=[A_FILE])
        for step, name in ((1, "letter"), (2, "reminder")):
            mail = composer.compose_stored(session, Rows(session, campaign)[step], MONDAY)
            assert mail
            assert ("(enclosed as PDF)" in mail.copy.text) == (name in says)
            assert "With Petition.pdf." in mail.copy.text
            if name in says:
                [paper] = papers_of(session, campaign, step).values()
                told = Pdf(paper.content).text
                assert "enclosed as PDF" not in told
                assert "With Petition.pdf." in told


def test_what_was_set_beforehand_is_not_set_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_contact(session)
    campaign = a_campaign(session, WITH_PDF)
    with papers_dated_in(ZURICH) as made:
        given = {"materials": materials(), "papers": made, "now": MONDAY}
        told: list[tuple[int, int]] = []
        planning.set_papers(
            session, campaign, progress=lambda *how_far: told.append(how_far), **given
        )
        assert told == [(1, 1)]
        assert stored(session) == 0
        monkeypatch.setattr(papers, "on_paper", None)
        planning.plan(session, campaign, tokens=TOKENS, **given)
    assert [Pdf(each.content).pages for each in papers_of(session, campaign).values()]


def test_names_that_a_paper_shows_as_boxes_are_pointed_out_before_approval(
    session: Session,
) -> None:
    a_contact(session, "fine", family_name="Жуков")
    a_contact(session, "thai", family_name="สมชาย")
    body = "Dear {{ contact.family_name }},"
    letter = a_letter(a_source(body=body), a_source("reminder", body=body))
    [told] = planned(session, a_campaign(session, WITH_PDF), letter).warnings
    assert told.startswith("in the PDF of 1 of the copies something")
    assert planned(session, a_campaign(session), letter).warnings == []


def test_the_desk_and_the_zip_hand_out_the_stored_bytes(session: Session) -> None:
    a_contact(session)
    campaign = a_campaign(session, WITH_PDF)
    planned(session, campaign)
    session.exec(update(Enclosure).values(content=b"%PDF as stored"))
    session.expire_all()
    assert letter_on_paper(session, Rows(session, campaign)[1], ZURICH) == b"%PDF as stored"
    packed = ZipFile(BytesIO(b"".join(letters_zip(session, campaign, states(), ZURICH))))
    assert packed.read("CH Switzerland - letter.pdf") == b"%PDF as stored"
    assert packed.read("CH Switzerland - reminder.pdf").startswith(b"%PDF-1")


def test_papers_go_with_the_plan_that_they_are_of(session: Session) -> None:
    for state in ("CH", "FR"):
        a_contact(session, state=state)
    campaign = a_campaign(session, WITH_PDF)
    planned(session, campaign)
    assert stored(session) == 2
    planned(
        session, campaign, a_letter(a_source(body="Only {{ state.name }}"), a_source("reminder"))
    )
    assert stored(session) == 2
    assert all("Only" in Pdf(each.content).text for each in papers_of(session, campaign).values())
    discard_plan(session, campaign)
    assert stored(session) == 0


def test_an_erased_contacts_paper_goes_and_the_others_stay(session: Session) -> None:
    for state in ("CH", "FR"):
        a_contact(session, state=state)
    campaign = a_campaign(session, WITH_PDF)
    planned(session, campaign, enclosures=[A_FILE])
    theirs = papers_of(session, campaign)["first@ch.example"].id
    erase(session, find_person(session, "first@ch.example", TOKENS), now=MONDAY)
    session.expire_all()
    assert session.get(Enclosure, theirs) is None
    assert list(papers_of(session, campaign)) == ["first@fr.example"]
    assert [each.name for each in enclosures(session, campaign)] == ["Petition.pdf"]
    blank = select(Delivery.enclosures).where(col(Delivery.recipient_domain) == "")
    assert session.exec(blank).all() == [[], []]


@pytest.mark.parametrize("written", ['"yes"', "1"])
def test_a_schedule_says_yes_or_no(written: str) -> None:
    assert schedule_of(a_made_up(WITH_PDF)).steps_with_pdf == [1]
    text = WITH_PDF.replace("pdf = true", f"pdf = {written}")
    with pytest.raises(InvalidInput) as caught:
        parse(text, "offices.toml")
    line = text.splitlines().index(f"pdf = {written}") + 1
    assert (
        f"offices.toml, line {line}, steps[1].pdf: input should be a valid boolean; expected: "
        "true or false"
    ) in str(caught.value)


def test_a_key_that_is_nearly_pdf_is_named_with_its_line() -> None:
    text = WITH_PDF.replace("pdf = true", "pdff = true")
    line = text.splitlines().index("pdff = true") + 1
    with pytest.raises(InvalidInput) as caught:
        parse(text, "offices.toml")
    told = f'offices.toml, line {line}, steps[1].pdff: this key is not known; did you mean "pdf"?'
    assert told in str(caught.value)


def a_made_up(text: str) -> Campaign:
    return Campaign(slug="offices", name="", source=text, loaded_by="", loaded_at=MONDAY)
