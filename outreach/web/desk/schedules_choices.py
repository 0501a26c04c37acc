"""What a schedule may name: the letters, steps and files that there are, lists, and languages."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from outreach.campaigns.form import Form
from outreach.contacts import lists
from outreach.errors import OutreachError
from outreach.letters import shelf
from outreach.letters.languages import UN_LANGUAGES


@dataclass(frozen=True)
class Choices:
    """``steps`` and ``files`` are the chosen letter's; ``lists`` have those that are not there."""

    letters: Sequence[str]
    steps: Sequence[str]
    files: Sequence[str]
    lists: Sequence[str]
    missing_lists: Sequence[str]
    languages: Sequence[str]


def choices(session: Session, templates: Path, form: Form) -> Choices:
    there = lists.names(session)
    letter = "".join(form["campaign.letter"])
    letters = shelf.names(session, templates)
    known = letter in letters
    return Choices(
        letters=letters,
        steps=_steps(session, templates, letter) if known else [],
        files=_files(templates, letter) if known else [],
        lists=there,
        missing_lists=[name for name in form["campaign.lists"] if name not in there],
        languages=list(UN_LANGUAGES),
    )


def _steps(session: Session, templates: Path, letter: str) -> Sequence[str]:
    """None of a letter that cannot be read: the page about letters says what is wrong with it."""
    with suppress(OutreachError):
        return shelf.find_letter(session, templates, letter).steps
    return []


def _files(templates: Path, letter: str) -> list[str]:
    folder = templates / "letters" / letter / "enclosures"
    return sorted(path.name for path in folder.glob("*") if path.is_file())
