"""The people who work at the desk; admins invite them, give roles and close accounts.

What lets somebody in, or further, needs the admin's password once more.
"""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session
from werkzeug.exceptions import BadRequest

from outreach.accounts import audit, links, people, sessions
from outreach.accounts.tables import Organizer, Role
from outreach.errors import InvalidInput
from outreach.web.access import needs
from outreach.web.current import organizer, parts
from outreach.web.desk.account import confirm_password, note_change

blueprint = Blueprint("people", __name__, url_prefix="/people")

Change = Callable[[Session, Organizer], None]


@blueprint.get("")
def show() -> str:
    return _page()


@blueprint.post("")
@needs(Role.admin)
def invite() -> ResponseReturnValue:
    form, now = request.form, parts().clock()
    try:
        _confirm()
        with parts().database.transaction() as session:
            invited = links.invite(
                session, form.get("address", ""), _role(), form.get("name", ""), now
            )
            _note(session, "organizer invited", invited, detail=invited.role)
    except InvalidInput as error:
        return _page(problem=str(error)), 400
    flash(f"An invitation to {invited.address} is on its way; its link works for seven days.")
    return redirect(url_for(".show"), 303)


@blueprint.get("/<row:number>")
@needs(Role.admin)
def show_one(number: int) -> str:
    return _person(number)


@blueprint.post("/<row:number>/role")
@needs(Role.admin)
def set_role(number: int) -> ResponseReturnValue:
    role = _role()

    def change(session: Session, person: Organizer) -> None:
        people.set_role(session, person.address, role)
        what = f"your role was set to {role}"
        note_change(session, person, f"role set to {role}", what)

    says = f"The role is {role} now. Every session of this person ended."
    return _change_if_confirmed(number, change, says)


@blueprint.post("/<row:number>/disable")
@needs(Role.admin)
def disable(number: int) -> ResponseReturnValue:
    def change(session: Session, person: Organizer) -> None:
        people.disable(session, person.address, parts().clock())
        _note(session, "organizer disabled", person)

    return _change(number, change, "The account is closed. Every session of this person ended.")


@blueprint.post("/<row:number>/enable")
@needs(Role.admin)
def enable(number: int) -> ResponseReturnValue:
    def change(session: Session, person: Organizer) -> None:
        people.enable(session, person.address)
        note_change(session, person, "organizer enabled", "your account was opened again")

    return _change_if_confirmed(number, change, "The account is open again.")


@blueprint.post("/<row:number>/reset-second-factor")
@needs(Role.admin)
def reset_second_factor(number: int) -> ResponseReturnValue:
    def change(session: Session, person: Organizer) -> None:
        people.reset_second_factor(session, person.address)
        what = "an admin removed your second factor"
        note_change(session, person, "second factor reset", what)

    return _change_if_confirmed(
        number, change, "The second factor is removed. Every session of this person ended."
    )


@blueprint.post("/<row:number>/invite")
@needs(Role.admin)
def invite_again(number: int) -> ResponseReturnValue:
    def change(session: Session, person: Organizer) -> None:
        links.invite_again(session, person.address, parts().clock())
        _note(session, "organizer invited again", person)

    return _change(number, change, "A new invitation is on its way; the one before ends.")


def _change_if_confirmed(number: int, change: Change, says: str) -> ResponseReturnValue:
    try:
        _confirm()
    except InvalidInput as error:
        return _person(number, problem=str(error)), 400
    return _change(number, change, says)


def _change(number: int, change: Change, says: str) -> ResponseReturnValue:
    with parts().database.transaction() as session:
        change(session, session.get(Organizer, number) or abort(404))
    flash(says)
    return redirect(url_for(".show_one", number=number), 303)


def _confirm() -> None:
    """Whoever has no password came in by the demo's one click."""
    if organizer().password_hash:
        confirm_password(request.form.get("password", ""))


def _note(session: Session, act: str, person: Organizer, detail: str = "") -> None:
    by, now = organizer().address, parts().clock()
    audit.note(session, actor=by, act=act, subject=person.address, detail=detail, now=now)


def _role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        raise BadRequest from None


def _person(number: int, problem: str = "") -> str:
    with parts().database.reading() as session:
        person = session.get(Organizer, number) or abort(404)
        open_sessions = sessions.of(session, number, parts().clock())
    return render_template(
        "desk/person.html",
        person=person,
        sessions=open_sessions,
        roles=list(Role),
        problem=problem,
    )


def _page(problem: str = "") -> str:
    with parts().database.reading() as session:
        every = people.list_organizers(session)
    return render_template(
        "desk/people.html", every=every, roles=list(Role), problem=problem, given=request.form
    )
