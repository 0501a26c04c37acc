"""Letters: all of them, and one with its steps and languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from outreach.accounts.tables import Role
from outreach.campaigns.letters_out import campaigns_of
from outreach.campaigns.proofreading import mistakes
from outreach.campaigns.tables import Campaign
from outreach.errors import OutreachError
from outreach.letters import drafts, shelf
from outreach.letters.source import Letter, LetterSource, Page
from outreach.letters.tables import LetterVersion
from outreach.web.access import needs
from outreach.web.current import organizer, parts

blueprint = Blueprint("letters", __name__, url_prefix="/letters")


@dataclass(frozen=True)
class Entry:
    """A letter in the list; ``problem`` says why it cannot be read."""

    slug: str
    letter: Letter | None = None
    problem: str = ""
    campaigns: Sequence[Campaign] = ()

    @property
    def first(self) -> LetterSource | None:
        """The page to name it by: of its first step, in English where there is that."""
        pages = list(self.letter.sources.values()) if self.letter else []
        return next((page for page in pages if page.language == "en"), next(iter(pages), None))

    @property
    def languages(self) -> list[str]:
        pages = self.letter.sources if self.letter else ()
        return list(dict.fromkeys(language for _, language in pages))

    @property
    def unreviewed(self) -> int:
        pages = self.letter.sources.values() if self.letter else ()
        return sum(not page.reviewed_by for page in pages)


@dataclass(frozen=True)
class Standing:
    """A page in the table of its letter; ``saved`` is its newest version at the desk."""

    source: LetterSource
    mistakes: int
    saved: LetterVersion | None
    is_drafted: bool


@dataclass(frozen=True)
class Step:
    name: str
    pages: Sequence[Standing]


@blueprint.get("")
def show() -> str:
    templates = parts().settings.templates
    with parts().database.reading() as session:
        entries = [_entry(session, templates, slug) for slug in shelf.names(session, templates)]
        begun = {page.slug for page in drafts.of(session, organizer().address)}
        gone = sorted(shelf.deleted(session))
    new = sorted(begun - {each.slug for each in entries})
    return render_template("desk/letters.html", entries=entries, begun=new, gone=gone)


@blueprint.get("/<letter>")
def one(letter: str) -> str:
    templates = parts().settings.templates
    with parts().database.reading() as session:
        begun = {each for each in drafts.of(session, organizer().address) if each.slug == letter}
        found = Letter(letter, {})
        if not begun or letter in shelf.names(session, templates):
            found = shelf.find_letter(session, templates, letter)
        return render_template(
            "desk/letter.html",
            slug=letter,
            steps=_steps(session, found, begun),
            begun=sorted(begun - {each.page for each in found.sources.values()}),
            campaigns=campaigns_of(session, letter),
            gone=sorted(page for page in shelf.deleted(session) if page.slug == letter),
        )


@blueprint.get("/-/begin")
@needs(Role.organizer)
def begin() -> ResponseReturnValue:
    """Leads to the editor of a page that is there, or that is not written yet."""
    names = (request.args.get(name, "").strip() for name in ("slug", "step", "language"))
    page = Page(*names).checked()
    return redirect(url_for("letter_editor.edit", page=page), 303)


def _entry(session: Session, templates: Path, slug: str) -> Entry:
    campaigns = campaigns_of(session, slug)
    try:
        letter = shelf.find_letter(session, templates, slug)
    except OutreachError as problem:
        return Entry(slug, problem=str(problem), campaigns=campaigns)
    return Entry(slug, letter, campaigns=campaigns)


def _steps(session: Session, letter: Letter, begun: set[Page]) -> list[Step]:
    saved = {(one.step, one.language): one for one in shelf.newest(session, letter.slug)}
    pages = [
        Standing(source, len(mistakes(source)), saved.get(key), source.page in begun)
        for key, source in letter.sources.items()
    ]
    by_step = groupby(pages, key=lambda each: each.source.step)
    return [Step(name, list(those)) for name, those in by_step]
