"""Sending an answer from a thread's page."""

from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.errors import InvalidInput, NotAllowed
from outreach.inbox import answering, presence, saved_answers
from outreach.inbox.answering import Draft
from outreach.letters import enclosures
from outreach.texts import mark
from outreach.web.access import needs
from outreach.web.current import organizer, parts
from outreach.web.desk import live, thread_page
from outreach.web.desk.thread_page import Started
from outreach.web.error_pages import STATUS
from outreach.web.presentation import home_zone

LARGEST = 16_000_000  # bytes: more than a mail takes, so that we can say how much that is

blueprint = Blueprint("answers", __name__, url_prefix="/inbox/threads")


@blueprint.post("/<row:number>/answer")
@needs(Role.organizer)
def send(number: int) -> ResponseReturnValue:
    """What cannot be sent comes back with its text; a reload of this address sends nothing."""
    try:
        _send(number)
    except (InvalidInput, NotAllowed) as problem:
        return _page(number, request.form.get("text", ""), str(problem)), STATUS[type(problem)]
    return redirect(url_for("thread.show", number=number, _anchor="latest"), 303)


@blueprint.post("/<row:number>/answer/begin")
@needs(Role.organizer)
def begin(number: int) -> Response:
    """The page once more, with a saved answer's text below what is written already."""
    saved = request.form.get("saved", "")
    wanted = int(saved) if saved.isdecimal() and len(saved) < 10 else abort(400)
    with parts().database.reading() as session:
        taken = saved_answers.get(session, wanted).text
    text = "\n\n".join(filter(None, (request.form.get("text", "").strip(), taken)))
    return _page(number, text)


@blueprint.post("/<row:number>/answer/again")
@needs(Role.organizer)
def again(number: int) -> Response:
    """The page as it is by now, with what is written already; ``to`` chooses another mail."""
    return _page(number, request.form.get("text", ""))


def _send(number: int) -> None:
    by, now, draft = organizer(), parts().clock(), _draft()
    with parts().database.transaction() as session:
        is_new = answering.send(
            session,
            number,
            draft,
            by=by,
            composer=parts().composer,
            tokens=parts().tokens,
            zone=ZoneInfo(home_zone()),
            now=now,
        )
        presence.stop(session, number, by.id or 0)
        if is_new:
            subject = f"thread {number}"
            audit.note(session, actor=by.address, act=mark("answer sent"), subject=subject, now=now)


def _draft() -> Draft:
    form, files = request.form, request.files.getlist("files")
    chosen = [(file.filename or "", file.read()) for file in files if file.filename]
    mail = form.get("mail", "")
    return Draft(
        mail_id=int(mail) if mail.isdecimal() and len(mail) < 10 else 0,
        text=form.get("text", ""),
        nonce=form.get("nonce", ""),
        seen=thread_page.seen(),
        enclosures=enclosures.from_files(chosen),
    )


def _page(number: int, text: str, problem: str = "") -> Response:
    live.note_writing(number)
    started = Started(text, request.form.get("nonce", ""), problem)
    to = request.form.get("to") or request.form.get("mail", "")
    with parts().database.reading() as session:
        return thread_page.render(session, number, to=to, started=started)
