"""Versions of a letter's pages: saved, marked as reviewed, loaded from files; none is ever lost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from outreach.db import insert_once
from outreach.errors import InvalidInput, NotAllowed, NotFound
from outreach.letters import shelf
from outreach.letters.markers import one_line
from outreach.letters.source import LetterSource, Page, load_letter, require_size, to_text
from outreach.letters.tables import LetterVersion
from outreach.texts import gettext as _
from outreach.texts import mark

AS_THE_FILE_WAS = mark("as the file was")
FROM_THE_FILE = mark("loaded from the file")
DELETED = mark("deleted")
OF_FILES = (AS_THE_FILE_WAS, FROM_THE_FILE)
_LONGEST_NAME = 200


class Overtaken(NotAllowed):
    """Somebody saved the page after it was opened; nothing was stored."""


def save(
    session: Session,
    templates: Path,
    source: LetterSource,
    *,
    seen: str,
    by: str,
    now: datetime,
    note: str = "",
) -> LetterVersion | None:
    """A new version, which nobody has reviewed yet; None where the page says all of it already.

    ``seen`` is the ``mark`` of what the page said when ``source`` was begun. Raises Overtaken.
    """
    current = _as_seen(session, templates, source.page, seen)
    source = reviewed_as(current, source)
    if current and shelf.mark(source) == shelf.mark(current):
        return None
    return _add(session, current, source, by, now, note)


def reviewed_as(current: LetterSource | None, source: LetterSource) -> LetterSource:
    """``source`` with the review of what is there, if it says the very same; else with none."""
    if current:
        same = replace(source, reviewed_by=current.reviewed_by)
        if shelf.mark(same) == shelf.mark(current):
            return same
    return replace(source, reviewed_by="")


def mark_reviewed(
    session: Session,
    templates: Path,
    page: Page,
    reviewer: str,
    *,
    seen: str,
    by: str,
    now: datetime,
) -> LetterVersion | None:
    """``reviewer`` stands by the page as it is; an empty name takes the mark back.

    None where it says so already. Raises Overtaken, NotFound and InvalidInput.
    """
    if len(reviewer := one_line(reviewer)) > _LONGEST_NAME:
        raise InvalidInput(
            _("The reviewer's name is longer than %(most)s characters.", most=_LONGEST_NAME)
        )
    current = _as_seen(session, templates, page, seen)
    if current is None:
        raise NotFound(_("This page is not written yet."))
    if current.reviewed_by == reviewer:
        return None
    note = mark("the review was taken back")
    if reviewer:
        note = mark("marked as reviewed by %(name)s") % {"name": reviewer}
    return _add(session, current, replace(current, reviewed_by=reviewer), by, now, note[:200])


def delete(session: Session, source: LetterSource, *, by: str, now: datetime) -> LetterVersion:
    """From now on nothing is sent as this page, whatever its file says; its versions stay."""
    if source.path:
        _store(session, source, "", now, AS_THE_FILE_WAS)
    return _store_text(session, source.page, "", by, now, DELETED)


def load(
    session: Session, templates: Path, slug: str, *, by: str, now: datetime
) -> list[LetterVersion]:
    """The letter's files as versions, where they say something else than the newest ones do."""
    return [
        _store(session, file, by, now, FROM_THE_FILE)
        for file in load_letter(templates, slug).sources.values()
        if shelf.mark(file) != _stored_mark(session, file.page)
    ]


def history(session: Session, page: Page) -> Sequence[LetterVersion]:
    """The newest first."""
    query = select(LetterVersion).where(shelf.of_page(page))
    return session.exec(query.order_by(col(LetterVersion.number).desc())).all()


def get(session: Session, page: Page, number: int) -> LetterVersion:
    query = select(LetterVersion).where(shelf.of_page(page), LetterVersion.number == number)
    found = session.exec(query).first()
    if found is None:
        raise NotFound(
            _(
                "%(page)s has no version %(number)s.",
                page=f"{page.slug}/{page.file}",
                number=number,
            )
        )
    return found


def _as_seen(session: Session, templates: Path, page: Page, seen: str) -> LetterSource | None:
    current = shelf.find_page(session, templates, page.checked())
    if shelf.mark(current) != seen:
        raise _overtaken(page)
    return current


def _overtaken(page: Page) -> Overtaken:
    name = f"{page.slug}/{page.file}"
    return Overtaken(_("%(page)s was changed after you opened it: look at it anew.", page=name))


def _stored_mark(session: Session, page: Page) -> str:
    stored = shelf.newest_of(session, page)
    return shelf.mark(shelf.parsed(stored)) if stored and stored.text else ""


def _add(
    session: Session,
    current: LetterSource | None,
    source: LetterSource,
    by: str,
    now: datetime,
    note: str,
) -> LetterVersion:
    """What stood in the file alone until now becomes the first version."""
    if current and current.path:
        _store(session, current, "", now, AS_THE_FILE_WAS)
    return _store(session, source, by, now, note)


def _store(
    session: Session, source: LetterSource, by: str, now: datetime, note: str
) -> LetterVersion:
    text = to_text(source)
    require_size(text)
    return _store_text(session, source.page.checked(), text, by, now, note)


def _store_text(
    session: Session, page: Page, text: str, by: str, now: datetime, note: str
) -> LetterVersion:
    last = shelf.newest_of(session, page)
    version = LetterVersion(
        slug=page.slug,
        step=page.step,
        language=page.language,
        number=last.number + 1 if last else 1,
        text=text,
        note=note,
        saved_by=by,
        saved_at=now,
    )
    version.id = insert_once(session, version)
    if version.id is None:  # somebody else took the number at the same moment
        raise _overtaken(page)
    return version
