"""What came back: threads, the holding pen, and every mail whole."""

from collections.abc import Callable

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.campaigns.tables import Campaign
from outreach.contacts.tables import Mission
from outreach.delivery.tables import Delivery
from outreach.inbox.filing import file_by_hand
from outreach.inbox.processing import try_again
from outreach.inbox.tables import IncomingMail, RawMail, Thread, ThreadState
from outreach.inbox.threads import close, reopen
from outreach.web.access import needs
from outreach.web.current import organizer, parts
from outreach.web.desk import mails, threads

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")


@blueprint.get("")
def show() -> str:
    turn = request.args.get("turn", "")
    wanted = ThreadState(turn) if turn in list(ThreadState) else None
    with parts().database.reading() as session:
        return render_template(
            "desk/inbox.html",
            turn=wanted,
            turns=list(ThreadState),
            page=threads.lines(session, wanted, request.args.get("before", "")),
            holding_pen=threads.holding_pen(session),
            unreadable=threads.unreadable(session),
        )


@blueprint.get("/threads/<row:number>")
def thread(number: int) -> str:
    with parts().database.reading() as session:
        found = session.get(Thread, number) or abort(404)
        return render_template(
            "desk/thread.html",
            thread=found,
            campaign=session.get(Campaign, found.campaign_id),
            mission=session.get(Mission, found.mission_id),
            letters=threads.conversation(session, found),
        )


@blueprint.post("/threads/<row:number>/close")
@needs(Role.organizer)
def close_thread(number: int) -> ResponseReturnValue:
    return _turn(number, close, "thread closed")


@blueprint.post("/threads/<row:number>/reopen")
@needs(Role.organizer)
def reopen_thread(number: int) -> ResponseReturnValue:
    return _turn(number, reopen, "thread reopened")


@blueprint.get("/mail/<row:number>")
def mail(number: int) -> str:
    typed = request.args.get("state", "").strip()
    with parts().database.reading() as session:
        found = _mail(session, number)
        text, is_whole = mails.readable(mails.raw(session, found).content)
        return render_template(
            "desk/mail.html",
            mail=found,
            place=mails.place(session, found),
            raw_text=text,
            raw_is_whole=is_whole,
            typed=typed,
            suggested=mails.suggested(session, found),
            typed_in=mails.typed_in(session, typed, parts().states),
        )


@blueprint.get("/mail/<row:number>.eml")
def eml(number: int) -> Response:
    with parts().database.reading() as session:
        content = mails.raw(session, _mail(session, number)).content
    return _download(content, f"mail-{number}.eml")


@blueprint.post("/mail/<row:number>/file")
@needs(Role.organizer)
def file(number: int) -> ResponseReturnValue:
    """Puts a mail from the holding pen where a person says it belongs."""
    by, now = organizer().address, parts().clock()
    with parts().database.transaction() as session:
        copy = session.get(Delivery, _chosen()) or abort(400)
        file_by_hand(session, _mail(session, number), copy, now)
        audit.note(
            session, actor=by, act="mail filed", subject=str(number), detail=copy.identity, now=now
        )
    return redirect(url_for(".mail", number=number), 303)


@blueprint.get("/raw/<row:number>")
def raw(number: int) -> str:
    """A mail that could not be read, as it came."""
    with parts().database.reading() as session:
        found = session.get(RawMail, number) or abort(404)
    text, is_whole = mails.readable(found.content)
    return render_template("desk/raw.html", raw=found, raw_text=text, raw_is_whole=is_whole)


@blueprint.post("/raw/<row:number>/try-again")
@needs(Role.organizer)
def read_again(number: int) -> ResponseReturnValue:
    """Once the program has learned to read such mail."""
    by, now = organizer().address, parts().clock()
    with parts().database.transaction() as session:
        try_again(session, number)
        audit.note(session, actor=by, act="mail tried again", subject=str(number), now=now)
    return redirect(url_for(".raw", number=number), 303)


@blueprint.get("/raw/<row:number>.eml")
def raw_eml(number: int) -> Response:
    with parts().database.reading() as session:
        found = session.get(RawMail, number) or abort(404)
    return _download(found.content, f"raw-mail-{number}.eml")


def _turn(number: int, change: Callable[[Session, int], None], act: str) -> ResponseReturnValue:
    by, now = organizer().address, parts().clock()
    with parts().database.transaction() as session:
        change(session, number)
        audit.note(session, actor=by, act=act, subject=f"thread {number}", now=now)
    return redirect(url_for(".thread", number=number), 303)


def _mail(session: Session, number: int) -> IncomingMail:
    return session.get(IncomingMail, number) or abort(404)


def _chosen() -> int:
    text = request.form.get("copy", "")
    return int(text) if text.isdecimal() and len(text) < 19 else abort(400)


def _download(content: bytes, name: str) -> Response:
    """As a file, whatever is in it: a stranger's mail is never shown as a page."""
    answer = Response(content, mimetype="message/rfc822")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
