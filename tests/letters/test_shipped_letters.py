"""The letters that come with the product can be sent, in every language and every branch."""

from itertools import product
from pathlib import Path

import pytest

from outreach.letters.address import ROLES, load_forms, salutation
from outreach.letters.compiling import Compiler, check
from outreach.letters.languages import UN_LANGUAGES
from outreach.letters.source import LetterSource, list_letters, load_footer, load_letter
from tests.letters.factories import KNOWN, a_copy, values
from tests.letters.reading import page_of

TEMPLATES = Path(__file__).parents[2] / "templates"
SHIPPED = {**KNOWN, "state": (*KNOWN["state"], "coordination_committee")}
SOURCES = [
    source
    for slug in list_letters(TEMPLATES)
    for source in load_letter(TEMPLATES, slug).sources.values()
]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: f"{source.step}.{source.language}")
def test_a_shipped_letter_has_no_problems_and_leaves_no_hole(source: LetterSource):
    footer = load_footer(TEMPLATES, source.language)
    assert check(source, SHIPPED) + check(footer, SHIPPED) == []
    compiler = Compiler()
    for title, name, member in product(("", "H.E."), ("", "Awa Diop"), (True, False)):
        given = values(title=title, name=name)
        given["state"]["coordination_committee"] = member
        copy = a_copy(source, given, footer, compiler=compiler)
        assert "zq7" not in copy.subject + copy.text + copy.html
        assert "https://letters.example.org/u/token?a=1&b=2" in copy.text
        assert page_of(copy.html).all("html")[0]["lang"] == source.language


def test_every_step_is_there_in_all_six_languages():
    for slug in list_letters(TEMPLATES):
        letter = load_letter(TEMPLATES, slug)
        for step in letter.steps:
            assert set(letter.languages(step)) == set(UN_LANGUAGES), (slug, step)


def test_the_shipped_forms_greet_every_role_in_all_six_languages():
    forms = load_forms(TEMPLATES)
    for language, role in product(UN_LANGUAGES, (*ROLES, "")):
        assert salutation(forms, language, role)
