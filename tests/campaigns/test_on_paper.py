"""A campaign's letters in PDF: from what was approved, with the day on which they leave."""

from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlmodel import Session

from outreach.campaigns.on_paper import letter_on_paper, letters_zip
from outreach.campaigns.previewing import made_up_contact, preview_on_paper
from outreach.delivery.tables import Purpose
from outreach.errors import NotFound
from outreach.letters.tables import Skeleton
from tests.campaigns.making import (
    MONDAY,
    ZURICH,
    Rows,
    a_campaign,
    a_contact,
    a_schedule,
    materials,
    planned,
    states,
    was_sent,
)
from tests.typesetting.reading import Pdf


def test_a_letter_on_paper_has_its_sender_its_day_and_its_text(session: Session) -> None:
    a_contact(session, languages=["en"])
    campaign = a_campaign(session)
    planned(session, campaign)
    row = Rows(session, a_campaign(session))[1]
    told = Pdf(letter_on_paper(session, row, ZURICH)).text
    assert told.startswith("The organizers1 Quayletters@example.org1 December 2026letter in en")
    assert "We write to Switzerland" in told


def test_the_place_of_the_sender_stands_before_the_day(session: Session) -> None:
    a_contact(session, languages=["en"])
    text = a_schedule(('postal = "1 Quay"', 'postal = "1 Quay", place = "Geneva"'))
    planned(session, a_campaign(session, text))
    row = Rows(session, a_campaign(session, text))[1]
    assert "Geneva, 1 December 2026" in Pdf(letter_on_paper(session, row, ZURICH)).text


def test_a_copy_that_went_has_the_day_on_which_it_went_by_the_organizers_clock(
    session: Session,
) -> None:
    a_contact(session)
    planned(session, a_campaign(session))
    row = Rows(session, a_campaign(session))[1]
    was_sent(session, row, at=datetime(2026, 12, 2, 23, 30, tzinfo=UTC))
    session.refresh(row)
    assert "3 décembre 2026" in Pdf(letter_on_paper(session, row, ZURICH)).text


def test_a_copy_without_content_says_why(session: Session) -> None:
    a_contact(session, languages=["de"])
    planned(session, a_campaign(session))
    with pytest.raises(NotFound, match="no letter in a language they read"):
        letter_on_paper(session, Rows(session, a_campaign(session))[1], ZURICH)


def test_what_is_no_letter_is_not_put_on_paper(session: Session) -> None:
    a_contact(session)
    planned(session, a_campaign(session))
    row = Rows(session, a_campaign(session))[1]
    row.purpose = Purpose.answer
    with pytest.raises(NotFound, match="Only letters and reminders"):
        letter_on_paper(session, row, ZURICH)


def archive(session: Session, step: int | None = None) -> ZipFile:
    campaign = a_campaign(session)
    return ZipFile(BytesIO(b"".join(letters_zip(session, campaign, states(), ZURICH, step))))


def test_all_letters_come_in_one_zip_that_says_what_is_missing(session: Session) -> None:
    a_contact(session, state="FR")
    a_contact(session, "second", state="FR")
    a_contact(session, "third", state="CI", languages=["de"])
    planned(session, a_campaign(session))
    packed = archive(session)
    assert packed.testzip() is None
    assert packed.namelist() == [
        "FR France - letter.pdf",
        "FR France - letter (2).pdf",
        "FR France - reminder.pdf",
        "FR France - reminder (2).pdf",
        "index.txt",
    ]
    index = packed.read("index.txt").decode().splitlines()
    assert "FR France - letter (2).pdf: queued" in index
    why = "There is no letter: no letter in a language they read (de)."
    assert f"CI Côte d'Ivoire - letter: {why}" in index
    assert "We write to France" in Pdf(packed.read("FR France - letter.pdf")).text


def test_the_letters_of_one_step_come_alone(session: Session) -> None:
    a_contact(session, state="FR")
    planned(session, a_campaign(session))
    assert archive(session, step=2).namelist() == ["FR France - reminder.pdf", "index.txt"]


def test_the_same_letters_give_the_same_zip(session: Session) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    planned(session, campaign)
    first, again = (b"".join(letters_zip(session, campaign, states(), ZURICH)) for _ in range(2))
    assert first == again


def test_a_letter_that_cannot_be_set_stops_no_other(session: Session) -> None:
    a_contact(session, state="CH", languages=["en"])
    a_contact(session, state="FR", languages=["fr"])
    planned(session, a_campaign(session))
    skeleton = Skeleton.of("fr", "Objet", "x", "<body><marquee>x</marquee></body>")
    session.add(skeleton)
    for row in Rows(session, a_campaign(session)).of(1):
        if row.language == "fr":
            row.skeleton_id = skeleton.id
    session.flush()
    packed = archive(session, step=1)
    assert packed.namelist() == ["CH Switzerland - letter.pdf", "index.txt"]
    assert b"FR France - letter: No letter of ours holds <marquee>" in packed.read("index.txt")


def test_a_zip_comes_piece_by_piece(session: Session) -> None:
    for number in range(3):
        a_contact(session, f"number{number}")
    campaign = a_campaign(session)
    planned(session, campaign)
    pieces = list(letters_zip(session, campaign, states(), ZURICH, 1))
    assert len(pieces) == 4
    assert max(map(len, pieces)) < 2 * min(map(len, pieces[:3]))


def test_an_erased_contacts_letter_is_named_and_not_made(session: Session) -> None:
    a_contact(session)
    planned(session, a_campaign(session))
    row = Rows(session, a_campaign(session))[1]
    row.recipient_address = "erased:x"
    session.flush()
    assert archive(session, 1).namelist() == ["index.txt"]
    assert b"has been erased" in archive(session, 1).read("index.txt")


def test_a_preview_on_paper_is_the_same_letter(session: Session) -> None:
    reader = made_up_contact("France", states(), MONDAY)
    told = Pdf(preview_on_paper(materials(), "letter", reader, MONDAY.date())).text
    assert "30 novembre 2026letter in fr" in told
    assert "We write to France" in told
