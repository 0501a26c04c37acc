"""The versions of a page of a letter, what changed between any two, and going back to one."""

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from outreach.accounts.tables import Role
from outreach.errors import NotAllowed, NotFound
from outreach.letters import drafts, shelf, versions
from outreach.letters.differences import differences
from outreach.letters.source import LetterSource, Page
from outreach.letters.tables import LetterVersion
from outreach.letters.typed import as_typed
from outreach.texts import gettext as _
from outreach.texts import mark
from outreach.web.access import needs
from outreach.web.current import organizer, parts

blueprint = Blueprint("letter_versions", __name__, url_prefix="/letters/<letter:page>/versions")


@blueprint.get("")
def show(page: Page) -> str:
    """``?old=1&new=3`` compares the two; else the newest is compared with the one before."""
    with parts().database.reading() as session:
        every = versions.history(session, page)
        if not every and shelf.find_page(session, parts().settings.templates, page) is None:
            raise NotFound(_("This page is not written yet."))
    texts = [each for each in every if each.text]
    new = _asked("new", texts[0].number if texts else 0)
    old = _asked("old", next((each.number for each in texts if each.number < new), 0))
    return render_template(
        "desk/letter_versions.html",
        page=page,
        every=every,
        old=old,
        new=new,
        changes=differences(_version(texts, old), shelf.parsed(_named(texts, new))) if new else [],
        most=every[0].number if every else 0,
    )


@blueprint.post("/<row:number>/edit")
@needs(Role.organizer)
def take_version(page: Page, number: int) -> ResponseReturnValue:
    with parts().database.transaction() as session:
        old = versions.get(session, page, number)
        if not old.text:
            raise NotFound(_("Version %(number)s says that the page was deleted.", number=number))
        note = mark("begun from version %(number)s") % {"number": number}
        put_into_editor(session, shelf.parsed(old), note)
    return redirect(url_for("letter_editor.edit", page=page), 303)


@blueprint.post("/file/edit")
@needs(Role.organizer)
def take_file(page: Page) -> ResponseReturnValue:
    """What the page's file in the folder says, where the desk says something else."""
    with parts().database.transaction() as session:
        file = shelf.in_folder(parts().settings.templates, page)
        if file is None:
            raise NotFound(_("There is no file of this page."))
        put_into_editor(session, file, mark("begun from the file"))
    return redirect(url_for("letter_editor.edit", page=page), 303)


def put_into_editor(session: Session, source: LetterSource, note: str) -> None:
    """Nothing is saved by that. NotAllowed where something is typed there already."""
    page, by = source.page.checked(), organizer().address
    if drafts.find(session, page, by):
        raise NotAllowed(
            _(
                "You have typed something into %(page)s that is not saved: "
                "save it or throw it away first.",
                page=f"{page.slug}/{page.file}",
            )
        )
    current = shelf.find_page(session, parts().settings.templates, page)
    drafts.keep(
        session,
        page,
        as_typed(source),
        current=current,
        seen=shelf.mark(current),
        by=by,
        now=parts().clock(),
        note=note,
    )


def _asked(name: str, otherwise: int) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise


def _version(every: Sequence[LetterVersion], number: int) -> LetterSource | None:
    """None for the one before the first."""
    return shelf.parsed(_named(every, number)) if number else None


def _named(every: Sequence[LetterVersion], number: int) -> LetterVersion:
    found = next((each for each in every if each.number == number), None)
    if found is None:
        raise NotFound(_("There is no version %(number)s of this page.", number=number))
    return found
