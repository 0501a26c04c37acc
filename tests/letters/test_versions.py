"""A letter is found by its name, whichever door it came by, and none of its versions is lost."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from outreach.errors import InvalidInput, NotFound
from outreach.letters import drafts, shelf, versions
from outreach.letters.source import LetterSource, Page, save, to_text
from outreach.letters.tables import LetterVersion
from outreach.letters.typed import as_typed
from outreach.letters.versions import Overtaken
from tests.letters.factories import a_source

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ANNA = "anna@example.org"
FILE = a_source("We write.", reviewed_by="A reader")
PAGE = FILE.page


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    save(tmp_path, FILE)
    save(tmp_path, replace(FILE, language="fr"))
    return tmp_path


def saved(
    session: Session, templates: Path, body: str, seen: str | None = None, page: Page = PAGE
) -> LetterVersion | None:
    begun = shelf.mark(shelf.find_page(session, templates, page)) if seen is None else seen
    source = LetterSource(*page, subject="Whales", body=body)
    return versions.save(session, templates, source, seen=begun, by=ANNA, now=NOW)


def found(session: Session, templates: Path) -> LetterSource:
    return shelf.find_letter(session, templates, "whales").source("letter", "en")


def told(session: Session, page: Page = PAGE) -> list[tuple[int, str, str]]:
    return [(each.number, each.saved_by, each.note) for each in versions.history(session, page)]


def test_a_letter_is_its_files_until_somebody_saves_a_page(
    session: Session, templates: Path
) -> None:
    assert found(session, templates).path
    assert saved(session, templates, "We wrote.")
    assert found(session, templates).body == "We wrote."
    letter = shelf.find_letter(session, templates, "whales")
    assert letter.source("letter", "fr").body == "We write."
    assert told(session) == [(2, ANNA, ""), (1, "", versions.AS_THE_FILE_WAS)]


def test_a_letter_of_the_desk_alone_is_found_beside_those_of_the_folder(
    session: Session, templates: Path
) -> None:
    page = Page("seals", "letter", "ar")
    saved(session, templates, "أهلا", page=page)
    assert shelf.names(session, templates) == ["seals", "whales"]
    assert shelf.find_letter(session, templates, "seals").languages("letter") == ("ar",)
    assert shelf.languages(session, templates, "seals", "letter") == {"ar"}
    with pytest.raises(NotFound, match="there are: seals, whales"):
        shelf.find_letter(session, templates, "wales")


def test_what_changes_is_reviewed_no_more(session: Session, templates: Path) -> None:
    saved(session, templates, "We wrote.")
    assert found(session, templates).reviewed_by == ""


def test_saving_the_same_stores_nothing_and_keeps_the_review(
    session: Session, templates: Path
) -> None:
    assert saved(session, templates, "We write.") is None
    assert told(session) == []
    assert found(session, templates).reviewed_by == "A reader"


def test_a_reviewer_stands_by_what_was_seen(session: Session, templates: Path) -> None:
    saved(session, templates, "We wrote.")
    seen = shelf.mark(found(session, templates))

    def mark(name: str, seen: str) -> LetterVersion | None:
        return versions.mark_reviewed(session, templates, PAGE, name, seen=seen, by=ANNA, now=NOW)

    assert mark(" Zoé\n", seen)
    assert found(session, templates).reviewed_by == "Zoé"
    with pytest.raises(Overtaken):
        mark("Li", seen)
    assert mark("Zoé", shelf.mark(found(session, templates))) is None
    assert mark("", shelf.mark(found(session, templates)))
    assert [note for _, _, note in told(session)][:2] == [
        "the review was taken back",
        "marked as reviewed by Zoé",
    ]


def test_the_second_to_save_is_told(session: Session, templates: Path) -> None:
    seen = shelf.mark(found(session, templates))
    saved(session, templates, "We wrote.", seen)
    with pytest.raises(Overtaken, match="changed after you opened it"):
        saved(session, templates, "We shall write.", seen)
    assert found(session, templates).body == "We wrote."


def test_a_file_that_changed_meanwhile_is_noticed_too(session: Session, templates: Path) -> None:
    seen = shelf.mark(found(session, templates))
    save(templates, replace(FILE, body="The file wrote."), replace=True)
    with pytest.raises(Overtaken):
        saved(session, templates, "We wrote.", seen)


def test_files_are_loaded_where_they_say_something_else(session: Session, templates: Path) -> None:
    def load() -> list[str]:
        loaded = versions.load(session, templates, "whales", by="command line", now=NOW)
        return [each.language for each in loaded]

    assert load() == ["en", "fr"]
    assert load() == []
    saved(session, templates, "We wrote.")
    assert load() == ["en"]
    assert found(session, templates).reviewed_by == "A reader"
    assert len(told(session)) == 3


@pytest.mark.parametrize("page", [Page("../x", "letter", "en"), Page("x", "letter", "../en")])
def test_no_version_is_called_what_no_file_could_be(
    session: Session, templates: Path, page: Page
) -> None:
    with pytest.raises(InvalidInput, match="small letters"):
        saved(session, templates, "Text.", "", page)


def test_too_long_a_letter_is_refused(session: Session, templates: Path) -> None:
    with pytest.raises(InvalidInput, match="larger than"):
        saved(session, templates, "x" * 200_001)


def test_a_version_can_be_read_again_and_a_wrong_number_is_told(
    session: Session, templates: Path
) -> None:
    saved(session, templates, "We wrote.")
    assert versions.get(session, PAGE, 1).text == to_text(FILE)
    with pytest.raises(NotFound, match="no version 9"):
        versions.get(session, PAGE, 9)


def test_a_draft_is_its_writers_own_until_it_is_thrown_away(
    session: Session, templates: Path
) -> None:
    current, typed = found(session, templates), as_typed(replace(FILE, body="We wr"))
    seen = shelf.mark(current)

    def keep(typed: dict[str, str]) -> None:
        drafts.keep(session, PAGE, typed, current=current, seen=seen, by=ANNA, now=NOW)

    keep(typed)
    draft = drafts.find(session, PAGE, ANNA)
    assert draft
    assert draft.typed == typed
    assert drafts.of(session, ANNA) == {PAGE}
    assert drafts.of(session, "ben@example.org") == set()
    keep(as_typed(FILE))  # what is there already is no draft
    assert drafts.of(session, ANNA) == set()
