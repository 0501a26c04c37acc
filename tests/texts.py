"""The catalogues of the desk's texts: ``make texts`` brings them up to date with the source.

What is missing then stands empty in ``outreach/translations/fr/LC_MESSAGES/messages.po``: fill it
in and run it once more.
"""

import subprocess
import sys
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from outreach import texts

ROOT = Path(__file__).parents[1]
KEYWORDS = ("_", "gettext", "ngettext:1,2", "mark")


def extract(to: Path) -> Catalog:
    """All that the source says, in English."""
    keywords = [f"--keyword={keyword}" for keyword in KEYWORDS]
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract"]
    where = ["-F", "pyproject.toml", "--no-location", "--no-default-keywords", *keywords]
    subprocess.run([*command, *where, "-o", to, "outreach"], cwd=ROOT, check=True)
    with to.open("rb") as file:
        return read_po(file)


def catalogue(language: str) -> Path:
    return texts.FOLDER / language / "LC_MESSAGES/messages.po"


def read(language: str) -> Catalog:
    with catalogue(language).open("rb") as file:
        return read_po(file, locale=language)


def write(said: Catalog, language: str) -> None:
    """The catalogue as people edit it, and as the program reads it."""
    path = catalogue(language)
    with path.open("wb") as file:
        write_po(file, said, sort_output=True, width=100, ignore_obsolete=True, omit_header=False)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, said)


def missing(said: Catalog) -> list[str]:
    return [
        str(message.id)
        for message in said
        if message.id and (message.fuzzy or not all(_forms(message.string)))
    ]


def _forms(string: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


def main() -> None:
    source = ROOT / "var" / "messages.pot"
    source.parent.mkdir(exist_ok=True)
    template = extract(source)
    for language in set(texts.LANGUAGES) - {"en"}:
        said = read(language)
        template.creation_date = said.creation_date  # or every run would change the file
        said.update(template, no_fuzzy_matching=True)
        write(said, language)
        print(f"{language}: {len(said)} texts, {len(missing(said))} without a translation")


if __name__ == "__main__":
    main()
