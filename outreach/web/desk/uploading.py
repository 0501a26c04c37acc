"""Mail that organizers have in files, taken in at the desk."""

from contextlib import closing

from flask import (
    Blueprint,
    flash,
    get_flashed_messages,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.errors import InvalidInput
from outreach.inbox.uploads import Given, Taken, take_in
from outreach.texts import mark
from outreach.web.access import needs
from outreach.web.current import organizer, parts

blueprint = Blueprint("upload", __name__, url_prefix="/inbox/upload")

LARGEST = 40_000_000  # bytes of one request
_MOST_NAMED = 5  # files without mail; they travel in a cookie
_LONGEST_NAMED = 140


@blueprint.get("")
@needs(Role.organizer)
def show() -> str:
    """What was taken in last stands here once."""
    last = next(iter(get_flashed_messages()), None)
    return render_template("desk/upload.html", taken=last, largest=LARGEST)


@blueprint.post("")
@needs(Role.organizer)
def take() -> ResponseReturnValue:
    """All files in one transaction; the worker reads the mails."""
    chosen = [_given(each) for each in request.files.getlist("mail") if each.filename]
    by, now = organizer().address, parts().clock()
    try:
        with parts().database.transaction() as session:
            taken = take_in(session, chosen, now)
            if taken.new:
                done = f"{taken.new} new, {taken.known} known"
                audit.note(session, actor=by, act=mark("mail uploaded"), detail=done, now=now)
    except InvalidInput as error:
        page = render_template("desk/upload.html", problem=str(error), largest=LARGEST)
        return page, 400
    flash(_told(taken))  # type: ignore[arg-type]  # any JSON will do
    return redirect(url_for(".show"), 303)


def _given(file: FileStorage) -> Given:
    with closing(file):
        return Given((file.filename or "")[-_LONGEST_NAMED // 2 :], file.read())


def _told(taken: Taken) -> dict[str, object]:
    return {
        "new": taken.new,
        "known": taken.known,
        "without": [each[:_LONGEST_NAMED] for each in taken.without[:_MOST_NAMED]],
        "more": max(0, len(taken.without) - _MOST_NAMED),
    }
