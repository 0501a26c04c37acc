"""One thread: the conversation with a mission, how it stands, and what is noted about it."""

from datetime import date

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.errors import InvalidInput
from outreach.inbox import threads
from outreach.inbox.tables import Outcome, ThreadState
from outreach.inbox.threads import Standing
from outreach.texts import gettext as _
from outreach.texts import mark
from outreach.web.access import needs
from outreach.web.current import organizer, parts
from outreach.web.desk import live, thread_page
from outreach.web.desk.thread_page import Started

blueprint = Blueprint("thread", __name__, url_prefix="/inbox/threads")


@blueprint.get("/<row:number>")
def show(number: int) -> Response:
    """``to``: the mail that is to be answered."""
    if to := request.args.get("to", ""):
        live.note_writing(number)
    else:
        live.note_reading(number)
    with parts().database.reading() as session:
        return thread_page.render(session, number, to=to, started=Started())


@blueprint.post("/<row:number>/standing")
@needs(Role.organizer)
def change(number: int) -> ResponseReturnValue:
    by, now, standing = organizer().address, parts().clock(), _standing()
    with parts().database.transaction() as session:
        threads.change(session, number, standing, seen=thread_page.seen())
        audit.note(
            session,
            actor=by,
            act=mark("thread changed"),
            subject=f"thread {number}",
            detail=", ".join(f"{name} {value}" for name, value in vars(standing).items() if value),
            now=now,
        )
    return redirect(url_for(".show", number=number), 303)


@blueprint.post("/<row:number>/notes")
@needs(Role.organizer)
def note(number: int) -> ResponseReturnValue:
    by, now, text = organizer(), parts().clock(), request.form.get("text", "")
    with parts().database.transaction() as session:
        threads.write_note(session, number, text, author_id=by.id or 0, now=now)
        audit.note(
            session, actor=by.address, act=mark("note written"), subject=f"thread {number}", now=now
        )
    return redirect(url_for(".show", number=number, _anchor="latest"), 303)


def _standing() -> Standing:
    form = request.form
    state, outcome, owner = (form.get(name, "") for name in ("state", "outcome", "owner"))
    if state not in list(ThreadState) or outcome not in ["", *Outcome]:
        abort(400)
    if not owner.isdecimal() and owner:
        abort(400)
    return Standing(
        state=ThreadState(state),
        outcome=Outcome(outcome) if outcome else None,
        owner_id=int(owner[:9]) if owner else None,
        due_on=_day(form.get("due_on", "").strip()),
    )


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise InvalidInput(_("Write the day as year-month-day, 2026-12-31.")) from None
