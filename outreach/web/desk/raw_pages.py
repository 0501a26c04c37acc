"""A mail that could not be read, as it came."""

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.inbox.processing import try_again
from outreach.inbox.tables import RawMail
from outreach.texts import mark
from outreach.web.access import needs
from outreach.web.current import organizer, parts
from outreach.web.desk import mails

blueprint = Blueprint("raw", __name__, url_prefix="/inbox/raw")


@blueprint.get("/<row:number>")
def show(number: int) -> str:
    with parts().database.reading() as session:
        found = session.get(RawMail, number) or abort(404)
    text, is_whole = mails.readable(found.content)
    return render_template("desk/raw.html", raw=found, raw_text=text, raw_is_whole=is_whole)


@blueprint.post("/<row:number>/try-again")
@needs(Role.organizer)
def read_again(number: int) -> ResponseReturnValue:
    """Once the program has learned to read such mail."""
    by, now = organizer().address, parts().clock()
    with parts().database.transaction() as session:
        try_again(session, number)
        audit.note(session, actor=by, act=mark("mail tried again"), subject=str(number), now=now)
    return redirect(url_for(".show", number=number), 303)


@blueprint.get("/<row:number>.eml")
def eml(number: int) -> Response:
    with parts().database.reading() as session:
        found = session.get(RawMail, number) or abort(404)
    return mails.download(mails.kept(found), f"raw-mail-{number}.eml")
