"""A file of contacts: uploaded, looked at with everything that is wrong in it, and stored."""

from contextlib import closing
from tempfile import TemporaryFile

from flask import (
    Blueprint,
    Response,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.contacts import inspecting, lists, uploads
from outreach.contacts.columns import LEFT_OUT, OWN, label, own_field
from outreach.contacts.exporting import write_bytes_of_csv
from outreach.contacts.faulty import faulty_rows
from outreach.contacts.headers import HEADERS
from outreach.contacts.loading import LEASE
from outreach.contacts.tables import ContactUpload, UploadStage
from outreach.errors import InvalidInput
from outreach.texts import gettext as _
from outreach.texts import mark
from outreach.web.access import needs
from outreach.web.current import organizer, parts
from outreach.web.headers import live

blueprint = Blueprint("contact_import", __name__, url_prefix="/contacts/import")

LARGEST = uploads.LARGEST + 100_000  # bytes of the request, with what the form adds
_SECONDS = 2  # between two looks at how far the worker is


@blueprint.get("")
@needs(Role.organizer)
def show() -> str:
    return _form()


@blueprint.post("")
@needs(Role.organizer)
def take() -> ResponseReturnValue:
    file = request.files.get("file")
    if file is None or not file.filename:
        return _form(_("Choose a file first.")), 400
    by, now = organizer().address, parts().clock()
    with closing(file):
        content = file.read(uploads.LARGEST + 1)
    try:
        with parts().database.transaction() as session:
            upload = uploads.keep(session, file.filename, content, by, now)
    except InvalidInput as problem:
        return _form(str(problem)), 400
    return redirect(url_for(".one", number=upload.id), 303)


@blueprint.get("/<row:number>")
@needs(Role.organizer)
def one(number: int) -> ResponseReturnValue:
    """What was found in it; or how far the worker is, which htmx asks for over and over."""
    with parts().database.reading() as session:
        upload = uploads.get(session, number)
    if upload.stage is UploadStage.checked and "HX-Request" not in request.headers:
        return _preview(upload)
    at_work = upload.stage in uploads.AT_WORK and not upload.problem
    if "HX-Request" not in request.headers:
        return live(_progress(upload, at_work, "desk/contact_progress.html"))
    if at_work:
        return _progress(upload, at_work, "desk/contact_so_far.html")
    return "", {"HX-Refresh": "true"}


@blueprint.get("/<row:number>/errors.csv")
@needs(Role.organizer)
def faulty(number: int) -> Response:
    """The rows with errors alone, to be mended and brought in again."""
    by, now = organizer().address, parts().clock()
    with parts().database.transaction() as session:
        upload, content = uploads.looked_at(session, number)
        act, about = mark("rows with errors exported"), upload.name
        audit.note(session, actor=by, act=act, subject=about, now=now)
    packed = TemporaryFile()  # noqa: SIM115 - closed once it is sent
    with uploads.as_file(content) as path:
        write_bytes_of_csv(faulty_rows(path, upload.fields or (), parts().states), packed)
    packed.seek(0)
    return send_file(packed, as_attachment=True, download_name="rows-with-errors.csv")


@blueprint.post("/<row:number>/columns")
@needs(Role.organizer)
def choose(number: int) -> ResponseReturnValue:
    with parts().database.transaction() as session:
        uploads.choose(session, number, request.form.getlist("field"))
    return redirect(url_for(".one", number=number), 303)


@blueprint.post("/<row:number>/store")
@needs(Role.organizer)
def store(number: int) -> ResponseReturnValue:
    form, by, now = request.form, organizer().address, parts().clock()
    slug = form.get("new_list", "").strip() or form.get("list", "")
    try:
        with parts().database.transaction() as session:
            upload = uploads.begin_storing(
                session,
                number,
                by=by,
                list_slug=slug,
                skip_bad="skip_bad" in form,
                seen=form.get("seen", ""),
            )
            told = mark("%(count)s rows") % {"count": upload.total}
            audit.note(
                session,
                actor=by,
                act=mark("import of contacts begun"),
                subject=slug,
                detail=told,
                now=now,
            )
    except InvalidInput as problem:
        with parts().database.reading() as session:
            return _preview(uploads.get(session, number), str(problem)), 400
    return redirect(url_for(".one", number=number), 303)


@blueprint.post("/<row:number>/go-on")
@needs(Role.organizer)
def go_on(number: int) -> ResponseReturnValue:
    """After a mistake of ours, from where it was."""
    with parts().database.transaction() as session:
        uploads.go_on(session, number)
    return redirect(url_for(".one", number=number), 303)


@blueprint.post("/<row:number>/discard")
@needs(Role.organizer)
def discard(number: int) -> ResponseReturnValue:
    with parts().database.transaction() as session:
        uploads.forget(session, number)
    flash(_("The file was deleted. Nothing more of it is stored."))
    return redirect(url_for(".show"), 303)


def _form(problem: str = "") -> str:
    with parts().database.reading() as session:
        return render_template(
            "desk/contact_import.html",
            problem=problem,
            uploads=uploads.every(session),
            largest=uploads.LARGEST,
            at_work=uploads.AT_WORK,
            most=inspecting.MOST_ROWS,
            fields=_labels(),
            others=list(_labels().values())[2:],
        )


def _labels() -> dict[str, str]:
    """The fields as people call them; the two that no file may lack come first."""
    return {name: label(name) for name in HEADERS}


def _preview(upload: ContactUpload, problem: str = "") -> str:
    with parts().database.reading() as session:
        return render_template(
            "desk/contact_preview.html",
            upload=upload,
            found=uploads.findings(upload),
            problem=problem or upload.problem,
            lists=lists.every(session),
            fields=_labels(),
            own_field=own_field,
            own=OWN,
            left_out=LEFT_OUT,
        )


def _progress(upload: ContactUpload, at_work: bool, template: str) -> str:
    """A lease that ran out long ago, or was never taken, says that no worker is there."""
    last = upload.leased_until or upload.uploaded_at
    return render_template(
        template,
        upload=upload,
        found=uploads.findings(upload),
        at_work=at_work,
        forsaken=last < parts().clock() - LEASE,
        seconds=_SECONDS,
    )
