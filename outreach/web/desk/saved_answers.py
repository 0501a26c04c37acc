"""Saved answers: texts that organizers begin an answer with."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.errors import InvalidInput
from outreach.inbox import saved_answers
from outreach.inbox.tables import SavedAnswer
from outreach.texts import mark
from outreach.web.access import needs
from outreach.web.current import organizer, parts

blueprint = Blueprint("saved_answers", __name__, url_prefix="/inbox/saved-answers")


@blueprint.get("")
@needs(Role.organizer)
def show() -> str:
    return _page(None)


@blueprint.get("/<row:number>")
@needs(Role.organizer)
def edit(number: int) -> str:
    with parts().database.reading() as session:
        return _page(saved_answers.get(session, number))


@blueprint.post("")
@needs(Role.organizer)
def add() -> ResponseReturnValue:
    return _save(None)


@blueprint.post("/<row:number>")
@needs(Role.organizer)
def change(number: int) -> ResponseReturnValue:
    return _save(number)


@blueprint.post("/<row:number>/delete")
@needs(Role.organizer)
def delete(number: int) -> ResponseReturnValue:
    by, now = organizer().address, parts().clock()
    with parts().database.transaction() as session:
        saved_answers.delete(session, number)
        audit.note(
            session, actor=by, act=mark("saved answer deleted"), subject=str(number), now=now
        )
    return redirect(url_for(".show"), 303)


def _save(number: int | None) -> ResponseReturnValue:
    title, text = request.form.get("title", ""), request.form.get("text", "")
    by, now = organizer().address, parts().clock()
    try:
        with parts().database.transaction() as session:
            saved = saved_answers.save(session, title, text, now=now, number=number)
            audit.note(
                session, actor=by, act=mark("saved answer kept"), subject=str(saved.id), now=now
            )
    except InvalidInput as problem:
        typed = SavedAnswer(id=number, title=title, text=text, changed_at=now)
        return _page(typed, str(problem)), 400
    return redirect(url_for(".show"), 303)


def _page(shown: SavedAnswer | None, problem: str = "") -> str:
    """``shown``: what stands in the form, stored or typed."""
    with parts().database.reading() as session:
        every = saved_answers.every(session)
    return render_template("desk/saved_answers.html", every=every, shown=shown, problem=problem)
