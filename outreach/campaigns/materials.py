"""What copies are made of: a letter with its footers and forms of address, and the states."""

from collections.abc import Sequence
from pathlib import Path

from sqlmodel import Session

from outreach.campaigns.drafting import Materials
from outreach.contacts.states import MemberStates
from outreach.letters.address import load_forms
from outreach.letters.compiling import Compiler
from outreach.letters.enclosures import load_enclosures
from outreach.letters.shelf import find_letter
from outreach.letters.source import Letter, load_footer


def load_materials(
    session: Session,
    templates: Path,
    slug: str,
    states: MemberStates,
    enclosures: Sequence[str] = (),
) -> Materials:
    """The letter ``slug`` as it stands now, and what goes with it from the organizers' folder.

    ``enclosures`` are names of files, as a schedule has them.
    """
    letter = find_letter(session, templates, slug)
    return Materials(
        letter=letter,
        footers={language: load_footer(templates, language) for language in _languages(letter)},
        forms=load_forms(templates),
        states=states,
        compiler=Compiler(),
        enclosures=load_enclosures(templates, slug, enclosures),
    )


def _languages(letter: Letter) -> list[str]:
    return sorted({language for _, language in letter.sources})
