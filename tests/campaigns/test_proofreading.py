"""A page of a letter that is being written, as one reader would get it and for whom not."""

from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from outreach.campaigns import proofreading
from outreach.campaigns.previewing import Reader, made_up_contact, stand_in, stored_contact
from outreach.campaigns.proofreading import Proof
from outreach.delivery.tables import Suppression, SuppressionReason
from outreach.errors import InvalidInput
from outreach.letters.compiling import MissingValue
from tests.campaigns.making import MONDAY, a_contact, a_source, states

TEMPLATES = Path(__file__).parents[2] / "templates"


def proof(body: str, language: str = "en", *, pdf: bool = False) -> Proof:
    source = a_source(language=language, body=body)
    return Proof(source, {"en", "fr"}, stand_in("offices", "letter", pdf=pdf), TEMPLATES, states())


def reader(session: Session, **values: Any) -> Reader:
    return stored_contact(session, a_contact(session, **values).id or 0)


def test_a_page_is_filled_in_for_anybody_whatever_they_read(session: Session) -> None:
    arab = reader(session, languages=["ar"], name="Amal")
    made = proof("{{ contact.name }} of {{ state.name }}").compile(arab)
    assert made.slots[:2] == ["Amal Person", "Switzerland"]
    assert made.skeleton.language == "en"


def test_what_is_missing_is_told_with_those_who_would_be_held_back(session: Session) -> None:
    mine = [
        reader(session, address="a@fr.example", languages=["en"], extra={"post": "1"}),
        reader(session, address="b@fr.example", languages=["en"]),
        reader(session, address="c@fr.example", languages=["fr"]),
        reader(session, address="d@fr.example", languages=["en"]),
    ]
    stopped = Suppression(
        address="d@fr.example", reason=SuppressionReason.by_hand, created_at=MONDAY
    )
    tried = proof("{{ own.post }}").try_on(mine, {"d@fr.example": stopped})
    assert (tried.looked_at, len(tried.readers)) == (4, 2)
    (lack,) = tried.lacks
    assert lack.what == "own.post has no value"
    assert [each.contact.address for each in lack.readers] == ["b@fr.example"]
    with pytest.raises(MissingValue):
        proof("{{ own.post }}").compile(mine[1])


def test_who_gets_another_page_or_none_is_told_why() -> None:
    of_france = made_up_contact("FR", states(), MONDAY)
    assert proof("Text.").against(of_france, None) == (
        "They get letter.fr, for that is what they read first."
    )
    assert proof("Text.", "fr").against(of_france, None) is None
    of_france.contact.languages = ["de"]
    assert "no letter in a language they read" in (proof("Text.").against(of_france, None) or "")
    of_france.mission.state = "XX"
    assert "not among the member states" in (proof("Text.").against(of_france, None) or "")
    with pytest.raises(InvalidInput, match="not among the member states"):
        proof("Text.").compile(of_france)


def test_mistakes_and_links_count_the_lines_of_the_text() -> None:
    wrong = a_source(body="One.\n\n{{ nobody }}", body_line=9)
    assert proofreading.mistakes(wrong) == ["line 3: nobody is not known"]
    assert proofreading.dead_links(a_source(body="<https://wipo>"))[0].startswith("line 1")


def test_a_letter_says_what_is_enclosed_but_not_on_its_own_paper() -> None:
    body = "Text.\n\n{% if enclosed.pdf %}\nA PDF is enclosed.\n{% endif %}\n"
    of_france, enclosed = made_up_contact("FR", states(), MONDAY), proof(body, pdf=True)
    assert "enclosed" in enclosed.compile(of_france).skeleton.text
    assert "enclosed" not in enclosed.compile(of_france, for_paper=True).skeleton.text
    assert "enclosed" not in proof(body).compile(of_france).skeleton.text
