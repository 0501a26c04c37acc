"""What the desk says: worded in the reader's language, and complete in French."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, nodes

from outreach import texts
from outreach.texts import gettext, mark, ngettext, retold, speaking
from tests import texts as catalogues

TEMPLATES = Path(texts.__file__).parent / "web/templates"
WORDED = {"_", "gettext", "ngettext"}  # what is said within them is in the catalogue
# Names that are the same in every language, an example to type, and how a month is written.
NAMES = {
    "Outreach",
    "· Outreach",
    "CSV",
    "JSON",
    ".toml",
    "pt",
    "geneva-missions",
    "LLLL y",
    "outreach init",
}
# What a page shows as it is, what nobody reads, and an attribute on its own in a macro.
NOT_READ = r"<!--.*?-->|<!doctype[^>]*>|<(code|style)\b.*?</\1>"


def test_where_nobody_says_who_reads_it_is_english() -> None:
    assert gettext("To the content") == "To the content"
    assert ngettext("%(num)s letter", "%(num)s letters", 1200) == "1,200 letters"
    assert texts.day(date(2026, 11, 23)) == "Mon 23 Nov 2026"


def test_within_a_language_all_is_said_in_it() -> None:
    with speaking("fr"):
        assert gettext("To the content") == "Aller au contenu"
        assert texts.count(1200) == "1\N{NARROW NO-BREAK SPACE}200"
        assert texts.day(date(2026, 11, 23)) == "lun. 23 nov. 2026"
    assert gettext("To the content") == "To the content"


REASON = mark("the address is suppressed: %(why)s")


def test_a_stored_sentence_is_told_again_with_its_values() -> None:
    stored = REASON % {"why": "by hand"}
    with speaking("fr"):
        told = retold(stored)
        assert told != stored
        assert gettext("by hand") in told  # a value that is a message itself
        assert retold("Nobody has ever worded this: so.") == "Nobody has ever worded this: so."
        assert retold("") == ""
    assert retold(stored) == stored


@given(st.text())
def test_whatever_was_stored_can_be_told_again(stored: str) -> None:
    with speaking("fr"):
        assert isinstance(retold(stored), str)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> catalogues.Catalog:
    return catalogues.extract(tmp_path_factory.mktemp("texts") / "messages.pot")


LANGUAGES = sorted(set(texts.LANGUAGES) - {"en"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_source_has_a_translation(
    source: catalogues.Catalog, language: str
) -> None:
    """Fill in what is missing, after ``make texts``."""
    said = catalogues.read(language)
    assert [message.id for message in source if message.id and message.id not in said] == []
    assert catalogues.missing(said) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_same_values_as_the_text(language: str) -> None:
    said = catalogues.read(language)
    wrong = [
        (message.id, string)
        for message in said
        if message.id
        for string in _all(message.string)
        if not _fits(_all(message.id), string)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_program_reads_is_what_people_edit(language: str) -> None:
    compiled = BytesIO()
    write_mo(compiled, catalogues.read(language))
    assert catalogues.catalogue(language).with_suffix(".mo").read_bytes() == compiled.getvalue()


# As it is written where it is noted.
ACT = re.compile(r'\bact ?=(?: ?|mark\()"([^"]+)"')


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_act_of_the_audit_can_be_told_again(language: str) -> None:
    files = Path(texts.__file__).parent.rglob("*.py")
    acts = {act for path in files for act in ACT.findall(path.read_text())}
    said = catalogues.read(language)
    assert len(acts) > 10
    assert {act for act in acts if act not in said} == set()


def _all(said: str | tuple[str, ...] | list[str]) -> list[str]:
    return [said] if isinstance(said, str) else list(said)


def _fits(english: list[str], string: str) -> bool:
    """French says "0 mission" as it says "1 mission", so its singular may need the number."""
    least, most = _values(english[0]), _values(" ".join(english))
    return least <= _values(string) <= most


def _values(said: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[.\d]*[sdf]|</?(?:a|strong|em|code|bdi|span)\b[^>]*>", said))


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=str(path.relative_to(TEMPLATES)))
        for path in sorted(TEMPLATES.rglob("*.html"))
        if path.parent.name != "public"  # worded in the recipient's language: wording.py
    ],
)
def test_no_template_says_anything_past_the_catalogue(path: Path) -> None:
    environment = Environment(extensions=["jinja2.ext.i18n"])
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    tree = environment.parse(path.read_text())
    assert list(unmarked(tree)) == []


def test_a_text_past_the_catalogue_is_seen() -> None:
    wrong = '<p title="Look here">{{ "All of it" if x }}<b>Some</b> {{ _("Fine") }}</p>'
    assert list(unmarked(Environment().parse(wrong))) == ["Look here", "Some", "All of it"]


def unmarked(tree: nodes.Template) -> Iterator[str]:
    page = "".join(data.data for data in tree.find_all(nodes.TemplateData))
    page = re.sub(NOT_READ, " ", page, flags=re.DOTALL)
    for said in re.findall(r'\b(?:aria-label|title|alt|placeholder)="([^"]*)"', page):
        yield from _words(said)
    page = re.sub(r"<[^>]*>", "\0", re.sub(r'"[^"]*"', '""', page))
    yield from _words(re.sub(r'[\w-]+=""', "", page))
    yield from _literals(tree)


def _words(said: str) -> Iterator[str]:
    for part in said.split("\0"):
        text = unescape(part).strip()
        if re.search(r"[^\W\d_]{2}", text) and text not in NAMES:
            yield text


def _literals(node: nodes.Node) -> Iterator[str]:
    """Sentences in expressions: what has a blank or begins with a capital is meant for reading."""
    if isinstance(node, nodes.Call) and _name(node) in WORDED:
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        is_said = re.search(r"[^\W\d_]{2}.* |^[A-Z][a-z]", node.value)
        if is_said and node.value not in NAMES and "{" not in node.value:
            yield node.value.strip()
        return
    for child in node.iter_child_nodes():
        yield from _literals(child)


def _name(call: nodes.Call) -> str:
    return call.node.name if isinstance(call.node, nodes.Name) else ""
