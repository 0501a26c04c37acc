"""A file of contacts: uploaded, looked at with everything that is wrong in it, and stored."""

from contextlib import closing

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.contacts import lists, uploads
from outreach.contacts.columns import LEFT_OUT, OWN, own_field
from outreach.contacts.headers import HEADERS
from outreach.errors import InvalidInput
from outreach.web.access import needs
from outreach.web.current import organizer, parts

blueprint = Blueprint("contact_import", __name__, url_prefix="/contacts/import")

LARGEST = uploads.LARGEST + 100_000  # bytes of the request, with what the form adds


@blueprint.get("")
@needs(Role.organizer)
def show() -> str:
    return _form()


@blueprint.post("")
@needs(Role.organizer)
def take() -> ResponseReturnValue:
    file = request.files.get("file")
    if file is None or not file.filename:
        return _form("Choose a file first."), 400
    with closing(file):
        content = file.read(uploads.LARGEST + 1)
    if len(content) > uploads.LARGEST:
        return _form(f"The file is larger than {uploads.LARGEST:,} bytes."), 400
    try:
        with parts().database.transaction() as session:
            upload = uploads.keep(session, file.filename, content, parts().clock())
    except InvalidInput as problem:
        return _form(str(problem)), 400
    return redirect(url_for(".preview", number=upload.id), 303)


@blueprint.get("/<row:number>")
@needs(Role.organizer)
def preview(number: int) -> str:
    return _preview(number)


@blueprint.post("/<row:number>/columns")
@needs(Role.organizer)
def choose(number: int) -> ResponseReturnValue:
    fields = request.form.getlist("field")
    with parts().database.transaction() as session:
        uploads.choose(session, uploads.get(session, number), fields)
    return redirect(url_for(".preview", number=number), 303)


@blueprint.post("/<row:number>/store")
@needs(Role.organizer)
def store(number: int) -> ResponseReturnValue:
    form, by, now = request.form, organizer().address, parts().clock()
    slug = form.get("new_list", "").strip() or form.get("list", "")
    try:
        with parts().database.transaction() as session:
            result = uploads.store(
                session,
                uploads.get(session, number),
                parts().states,
                tokens=parts().tokens,
                now=now,
                list_slug=slug or None,
                skip_bad="skip_bad" in form,
                seen=form.get("seen", ""),
            )
            told = f"{result.added} new, {result.updated} updated"
            audit.note(
                session, actor=by, act="contacts imported", subject=slug, detail=told, now=now
            )
    except InvalidInput as problem:
        return _preview(number, str(problem)), 400
    flash(f"Stored: {told}, {result.unchanged} unchanged. The uploaded file was deleted.")
    return redirect(url_for("contacts.show", list=slug or None), 303)


@blueprint.post("/<row:number>/discard")
@needs(Role.organizer)
def discard(number: int) -> ResponseReturnValue:
    with parts().database.transaction() as session:
        uploads.forget(session, uploads.get(session, number))
    flash("The file was deleted. Nothing of it was stored.")
    return redirect(url_for(".show"), 303)


def _form(problem: str = "") -> str:
    return render_template(
        "desk/contact_import.html",
        problem=problem,
        largest=uploads.LARGEST,
        most=uploads.MOST_ROWS,
        fields={name: every[0] for name, every in HEADERS.items()},
    )


def _preview(number: int, problem: str = "") -> str:
    with parts().database.reading() as session:
        upload = uploads.get(session, number)
        seen = uploads.preview(
            session, upload, parts().states, tokens=parts().tokens, now=parts().clock()
        )
        return render_template(
            "desk/contact_preview.html",
            upload=upload,
            seen=seen,
            problem=problem,
            lists=lists.every(session),
            fields={name: every[0] for name, every in HEADERS.items()},
            own_field=own_field,
            own=OWN,
            left_out=LEFT_OUT,
        )
