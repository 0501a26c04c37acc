"""A letter that somebody already has, from its file into the editor."""

from contextlib import closing
from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from outreach.accounts.tables import Role
from outreach.errors import InvalidInput, NotAllowed
from outreach.letters.importing import import_letter
from outreach.letters.languages import UN_LANGUAGES
from outreach.letters.source import LetterSource, Page
from outreach.texts import gettext as _
from outreach.texts import mark
from outreach.web.access import needs
from outreach.web.current import parts
from outreach.web.desk.letters_versions import put_into_editor

blueprint = Blueprint("letter_import", __name__, url_prefix="/letters/-/bring-in")

LARGEST = 20_000_000  # bytes of the request; a Word file may hold pictures
_LONGEST_NAME = 100


@blueprint.get("")
@needs(Role.organizer)
def show() -> str:
    return _form()


@blueprint.post("")
@needs(Role.organizer)
def take() -> ResponseReturnValue:
    """Nothing is saved before somebody has read it in the editor."""
    file, form = request.files.get("file"), request.form
    if file is None or not file.filename:
        return _form(_("Choose a file first.")), 400
    names = (form.get(name, "").strip() for name in ("slug", "step", "language"))
    try:
        source = _read(file, Page(*names).checked())
        with parts().database.transaction() as session:
            name = file.filename[-_LONGEST_NAME:]
            put_into_editor(session, source, mark("from the file %(name)s") % {"name": name})
    except (InvalidInput, NotAllowed) as problem:
        return _form(str(problem)), 400
    flash(
        _("This is what the file says. Read it through, put names where they belong, then save it.")
    )
    return redirect(url_for("letter_editor.edit", page=source.page), 303)


def _read(file: FileStorage, page: Page) -> LetterSource:
    with closing(file):
        content = file.read()
    source = import_letter(content, file.filename or "", language=page.language, slug=page.slug)
    return replace(source, step=page.step)


def _form(problem: str = "") -> str:
    return render_template(
        "desk/letter_import.html",
        problem=problem,
        largest=LARGEST,
        languages=UN_LANGUAGES,
        typed=request.values,
    )
