"""Where a letter is found by its name, whichever door it came by: the desk, or the folder.

A page that has versions in the database says what the newest of them says; any other page is its
file in the folder. See docs/decisions/0011-letters-at-the-desk.md.
"""

import hashlib
from collections.abc import Collection, Sequence
from functools import lru_cache
from pathlib import Path

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from outreach.errors import NotFound
from outreach.letters.source import (
    Letter,
    LetterSource,
    Page,
    list_files,
    list_letters,
    list_pages,
    load_letter,
    load_page,
    parse_source,
    to_text,
)
from outreach.letters.tables import LetterVersion
from outreach.texts import gettext as _


def names(session: Session, templates: Path) -> list[str]:
    """Those of which a page is there, whether or not it can be read."""
    gone = deleted(session)
    stored = {page.slug for page in _stored(session) - gone}
    filed = {
        slug for slug in list_letters(templates) if list_files(templates, slug) - _files(gone, slug)
    }
    return sorted(stored | filed)


def deleted(session: Session) -> set[Page]:
    """Pages that are in no letter any more; their versions stay."""
    gone = _PAGES.where(_is_newest(), LetterVersion.text == "")
    return {Page(*row) for row in session.exec(gone)}


def find_letter(session: Session, templates: Path, slug: str) -> Letter:
    """NotFound says which letters there are; InvalidInput names the page or file and the line."""
    there = names(session, templates)
    if slug not in there:
        raise NotFound(
            _(
                'There is no letter "%(slug)s", neither at the desk nor in %(folder)s; '
                "there are: %(others)s.",
                slug=slug,
                folder=templates / "letters",
                others=", ".join(there) or _("none"),
            )
        )
    filed = load_letter(templates, slug).sources
    stored = {(one.step, one.language): parsed(one) for one in newest(session, slug) if one.text}
    gone = {page[1:] for page in deleted(session) if page.slug == slug}
    there_now = {key: page for key, page in {**filed, **stored}.items() if key not in gone}
    return Letter(slug, dict(sorted(there_now.items())))


def find_page(session: Session, templates: Path, page: Page) -> LetterSource | None:
    """What is sent as this page, or None where it is not written yet."""
    stored = newest_of(session, page)
    if stored is None:
        return in_folder(templates, page)
    return parsed(stored) if stored.text else None


def languages(session: Session, templates: Path, slug: str, step: str) -> set[str]:
    """Those that a step is written in; none of a letter that is not there."""
    pages = {*_stored(session), *list_pages(templates, slug)} - deleted(session)
    return {page.language for page in pages if page[:2] == (slug, step)}


def in_folder(templates: Path, page: Page) -> LetterSource | None:
    """What the page's file says, whether or not it is what is sent."""
    return load_page(templates, page)


def newest(session: Session, slug: str) -> Sequence[LetterVersion]:
    """The newest version of each page of a letter that has any."""
    return session.exec(select(LetterVersion).where(_is_newest(), LetterVersion.slug == slug)).all()


def newest_of(session: Session, page: Page) -> LetterVersion | None:
    newest_first = select(LetterVersion).where(of_page(page)).order_by(
        col(LetterVersion.number).desc()
    )  # fmt: skip
    return session.exec(newest_first.limit(1)).first()


def of_page(page: Page) -> ColumnElement[bool]:
    columns = (LetterVersion.slug, LetterVersion.step, LetterVersion.language)
    slug, step, language = (col(one) == part for one, part in zip(columns, page, strict=True))
    return slug & step & language


def parsed(version: LetterVersion) -> LetterSource:
    return _parsed(version.text, version.slug, version.step, version.language)


def mark(source: LetterSource | None) -> str:
    """Of what a page says, however its file is laid out; empty for a page that is not there."""
    return hashlib.sha256(to_text(source).encode()).hexdigest() if source else ""


def _stored(session: Session) -> set[Page]:
    return {Page(*row) for row in session.exec(_PAGES.distinct())}


def _is_newest() -> ColumnElement[bool]:
    pages = (col(LetterVersion.slug), col(LetterVersion.step), col(LetterVersion.language))
    return col(LetterVersion.id).in_(select(func.max(LetterVersion.id)).group_by(*pages))


def _files(pages: Collection[Page], slug: str) -> set[str]:
    return {page.file for page in pages if page.slug == slug}


_PAGES = select(LetterVersion.slug, LetterVersion.step, LetterVersion.language)
_parsed = lru_cache(maxsize=512)(parse_source)
