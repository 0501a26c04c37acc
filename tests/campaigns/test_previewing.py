from pathlib import Path

import pytest
from sqlmodel import Session

from outreach.campaigns.materials import load_materials
from outreach.campaigns.previewing import (
    made_up_contact,
    planned_copy,
    preview,
    stored_contact,
)
from outreach.delivery.composing import Composer, Outgoing
from outreach.errors import InvalidInput, NotFound
from tests.campaigns.making import (
    MONDAY,
    TOKENS,
    a_campaign,
    a_contact,
    materials,
    planned,
    states,
)
from tests.typesetting.reading import Pdf

COMPOSER = Composer(
    tokens=TOKENS, public_url="https://x.example.org", reply_address="in@x.example.org"
)
TEMPLATES = Path(__file__).parents[2] / "templates"


def seen_by(state: str, step: str = "letter") -> Outgoing:
    reader = made_up_contact(state, states(), MONDAY)
    return preview(materials(), step, reader, composer=COMPOSER, tokens=TOKENS, now=MONDAY)


def test_a_preview_is_the_mail_that_a_mailbox_of_the_state_would_get() -> None:
    mail = seen_by("France")
    assert mail.copy.language == "fr"
    assert mail.copy.subject == "letter in fr"
    assert "We write to France" in mail.copy.text
    assert mail.mime()


def test_a_preview_may_show_any_step() -> None:
    assert seen_by("EG", "reminder").copy.subject == "reminder in ar"


def test_a_preview_says_why_a_contact_would_get_nothing(session: Session) -> None:
    reader = stored_contact(session, a_contact(session, languages=["de"]).id or 0)
    with pytest.raises(InvalidInput, match="no letter in a language they read"):
        preview(materials(), "letter", reader, composer=COMPOSER, tokens=TOKENS, now=MONDAY)


def test_a_preview_goes_with_itself_as_pdf_where_it_is_asked_for() -> None:
    reader = made_up_contact("France", states(), MONDAY)
    mail = preview(
        materials(),
        "letter",
        reader,
        composer=COMPOSER,
        tokens=TOKENS,
        now=MONDAY,
        pdf_dated=MONDAY.date(),
    )
    [paper] = mail.enclosures
    assert paper.name == "letter in fr.pdf"
    assert "30 novembre 2026" in Pdf(paper.content).text


def test_a_planned_copy_is_that_of_the_contact_or_the_first_that_there_is(
    session: Session,
) -> None:
    held, second = a_contact(session, languages=["de"]), a_contact(session, "second")
    campaign = a_campaign(session)
    planned(session, campaign)
    assert planned_copy(session, campaign, 2).contact_id == second.id
    assert planned_copy(session, campaign, 2, second.id).step == 2
    with pytest.raises(NotFound, match="no letter in a language they read"):
        planned_copy(session, campaign, 1, held.id)
    with pytest.raises(NotFound, match="outreach campaign plan offices"):
        planned_copy(session, campaign, 3)


def test_who_is_not_there_has_no_preview(session: Session) -> None:
    with pytest.raises(NotFound, match="no contact 7"):
        stored_contact(session, 7)
    with pytest.raises(NotFound, match="Atlantis is no member state"):
        made_up_contact("Atlantis", states(), MONDAY)


def test_the_shipped_letter_comes_with_a_footer_for_each_of_its_languages(
    session: Session,
) -> None:
    loaded = load_materials(session, TEMPLATES, "wipo-russia-office", states())
    assert set(loaded.footers) == {"en", "fr", "es", "ru", "ar", "zh"}
    assert "letter" in loaded.letter.steps
