"""A thread to take away: as its mails in a zip, or as a PDF to read."""

from tempfile import TemporaryFile
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request, send_file

from outreach.accounts import audit
from outreach.inbox import exporting
from outreach.inbox.correspondence import gather
from outreach.texts import mark
from outreach.web.current import organizer, parts
from outreach.web.presentation import home_zone

blueprint = Blueprint("exports", __name__, url_prefix="/inbox/threads")


@blueprint.get("/<row:number>/export.zip")
def eml(number: int) -> Response:
    """By way of a file: strangers decide how much mail a thread holds."""
    with parts().database.reading() as session:
        thread = gather(session, number, parts().composer, parts().states)
        packed = TemporaryFile()  # noqa: SIM115 - closed once it is sent
        exporting.write_zip(thread, ZoneInfo(home_zone()), packed)
    _note(number, "mails")
    packed.seek(0)
    return send_file(
        packed,
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"thread-{number}.zip",
    )


@blueprint.get("/<row:number>/export.pdf")
def pdf(number: int) -> Response:
    """With ``?notes=yes`` the organizers' notes are in it."""
    with parts().database.reading() as session:
        thread = gather(session, number, parts().composer, parts().states)
    made = exporting.as_pdf(thread, ZoneInfo(home_zone()), with_notes="notes" in request.args)
    _note(number, "PDF")
    answer = Response(made, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="thread-{number}.pdf"'
    return answer


def _note(number: int, form: str) -> None:
    by, now = organizer().address, parts().clock()
    with parts().database.transaction() as session:
        audit.note(
            session,
            actor=by,
            act=mark("thread exported"),
            subject=f"thread {number}",
            detail=form,
            now=now,
        )
