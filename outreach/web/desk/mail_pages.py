"""One mail as it was understood: where it belongs, and the whole of it."""

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.delivery.tables import Delivery
from outreach.inbox.attachments import find
from outreach.inbox.filing import file_by_hand
from outreach.inbox.parsing import parse
from outreach.inbox.tables import IncomingMail
from outreach.texts import mark
from outreach.web import headers
from outreach.web.access import needs
from outreach.web.current import organizer, parts
from outreach.web.desk import mails, verdicts
from outreach.web.desk.clocks import clocks_of
from outreach.web.headers import MAIL_POLICY

blueprint = Blueprint("mail", __name__, url_prefix="/inbox/mail")


@blueprint.get("/<row:number>")
def show(number: int) -> Response:
    typed = request.args.get("state", "").strip()
    with parts().database.reading() as session:
        found = _mail(session, number)
        raw = mails.raw(session, found)
        text, is_whole = mails.readable(raw.content)
        place = mails.place(session, found)
        clocks = clocks_of(session, place.mission if place else None, [found.contact_id])
        page = render_template(
            "desk/mail.html",
            mail=found,
            raw=raw,
            contents=mails.contents(found, raw),
            place=place,
            clock=clocks[found.contact_id],
            raw_text=text,
            raw_is_whole=is_whole,
            typed=typed,
            suggested=mails.suggested(session, found),
            typed_in=mails.typed_in(session, typed, parts().states),
            followed=verdicts.followed(session, found),
            consequences=verdicts.CONSEQUENCES,
            names=verdicts.NAMES,
        )
    return headers.live(page)


@blueprint.get("/<row:number>.eml")
def eml(number: int) -> Response:
    return mails.download(_kept(number), f"mail-{number}.eml")


@blueprint.get("/<row:number>/html")
def as_html(number: int) -> Response:
    """For a frame on our own pages, which may show it and follow its links."""
    cleaned = mails.formatted(_kept(number)) or abort(404)
    answer = Response(render_template("desk/formatted.html", cleaned=cleaned))
    answer.headers["Content-Security-Policy"] = MAIL_POLICY
    return answer


@blueprint.get("/<row:number>/attachments/<int(max=99999):at>")
def attachment(number: int, at: int) -> Response:
    """``at`` counts from 0, in the order of ``IncomingMail.attachments``."""
    return mails.save(find(parse(_kept(number)), at) or abort(404), at)


@blueprint.post("/<row:number>/file")
@needs(Role.organizer)
def file(number: int) -> ResponseReturnValue:
    """Puts a mail from the holding pen where a person says it belongs."""
    by, now = organizer().address, parts().clock()
    with parts().database.transaction() as session:
        copy = session.get(Delivery, _chosen()) or abort(400)
        file_by_hand(session, _mail(session, number), copy, now)
        audit.note(
            session,
            actor=by,
            act=mark("mail filed"),
            subject=str(number),
            detail=copy.identity,
            now=now,
        )
    return redirect(url_for(".show", number=number), 303)


def _mail(session: Session, number: int) -> IncomingMail:
    return session.get(IncomingMail, number) or abort(404)


def _kept(number: int) -> bytes:
    with parts().database.reading() as session:
        return mails.kept(mails.raw(session, _mail(session, number)))


def _chosen() -> int:
    text = request.form.get("copy", "")
    return int(text) if text.isdecimal() and len(text) < 10 else abort(400)
