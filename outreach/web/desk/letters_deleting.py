"""Deleting a letter, or one page of it: told in numbers first, and never a version of it lost."""

from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from outreach.accounts.tables import Role
from outreach.campaigns import letters_out
from outreach.letters import shelf
from outreach.letters.source import LetterSource, Page
from outreach.texts import gettext as _
from outreach.texts import ngettext
from outreach.web.access import needs
from outreach.web.current import organizer, parts

blueprint = Blueprint("letter_deleting", __name__, url_prefix="/letters")


@blueprint.get("/<letter>/delete")
@needs(Role.organizer)
def ask(letter: str) -> str:
    with parts().database.reading() as session:
        return _question(session, _pages_of(session, letter))


@blueprint.post("/<letter>/delete")
@needs(Role.organizer)
def delete(letter: str) -> ResponseReturnValue:
    with parts().database.transaction() as session:
        _delete(session, _pages_of(session, letter))
    return redirect(url_for("letters.show"), 303)


@blueprint.get("/<letter:page>/delete")
@needs(Role.organizer)
def ask_page(page: Page) -> str:
    with parts().database.reading() as session:
        return _question(session, [_the(session, page)], page)


@blueprint.post("/<letter:page>/delete")
@needs(Role.organizer)
def delete_page(page: Page) -> ResponseReturnValue:
    with parts().database.transaction() as session:
        _delete(session, [_the(session, page)])
        is_left = page.slug in shelf.names(session, parts().settings.templates)
    where = url_for("letters.one", letter=page.slug) if is_left else url_for("letters.show")
    return redirect(where, 303)


def _pages_of(session: Session, slug: str) -> Sequence[LetterSource]:
    found = shelf.find_letter(session, parts().settings.templates, slug)
    return list(found.sources.values())


def _the(session: Session, page: Page) -> LetterSource:
    return shelf.find_page(session, parts().settings.templates, page) or abort(404)


def _question(session: Session, pages: Sequence[LetterSource], page: Page | None = None) -> str:
    return render_template(
        "desk/letter_delete.html",
        slug=pages[0].slug,
        page=page,
        pages=pages,
        marks=[shelf.mark(each) for each in pages],
        stake=letters_out.at_stake(session, parts().settings.templates, pages),
    )


def _delete(session: Session, pages: Sequence[LetterSource]) -> None:
    letters_out.delete(
        session,
        parts().settings.templates,
        pages,
        seen=request.form.getlist("seen"),
        by=organizer().address,
        now=parts().clock(),
    )
    told = ngettext("%(num)s page is deleted.", "%(num)s pages are deleted.", len(pages))
    flash(f"{told} {_('Their versions are kept, and can be put into the editor again.')}")
