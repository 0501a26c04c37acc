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
from outreach.errors import InvalidInput, NotAllowed
from outreach.texts import gettext as _
from outreach.texts import mark
from outreach.web.access import needs
from outreach.web.current import organizer, parts
from outreach.web.desk.account import note_change, reconfirm
from outreach.web.error_pages import STATUS

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
        reconfirm()
        with parts().database.transaction() as session:
            invited = links.invite(
                session, form.get("address", ""), _role(), form.get("name", ""), now
            )
            _note(session, mark("organizer invited"), invited, detail=invited.role)
    except (InvalidInput, NotAllowed) as error:
        return _page(problem=str(error)), STATUS.get(type(error), 400)
    flash(
        _(
            "An invitation to %(address)s is on its way; its link works for seven days.",
            address=invited.address,
        )
    )
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
        act = mark("role set to %(role)s") % {"role": role}
        note_change(session, person, act, f"your role was set to {role}")

    says = _("The role is %(role)s now. Every session of this person ended.", role=_(role.value))
    return _change_if_confirmed(number, change, says)


@blueprint.post("/<row:number>/disable")
@needs(Role.admin)
def disable(number: int) -> ResponseReturnValue:
    def change(session: Session, person: Organizer) -> None:
        people.disable(session, person.address, parts().clock())
        _note(session, mark("organizer disabled"), person)

    says = _("The account is closed. Every session of this person ended.")
    return _change(number, change, says)


@blueprint.post("/<row:number>/enable")
@needs(Role.admin)
def enable(number: int) -> ResponseReturnValue:
    def change(session: Session, person: Organizer) -> None:
        people.enable(session, person.address)
        act, what = mark("organizer enabled"), "your account was opened again"
        note_change(session, person, act, what)

    return _change_if_confirmed(number, change, _("The account is open again."))


@blueprint.post("/<row:number>/reset-second-factor")
@needs(Role.admin)
def reset_second_factor(number: int) -> ResponseReturnValue:
    def change(session: Session, person: Organizer) -> None:
        people.reset_second_factor(session, person.address)
        act, what = mark("second factor reset"), "an admin removed your second factor"
        note_change(session, person, act, what)

    says = _("The second factor is removed. Every session of this person ended.")
    return _change_if_confirmed(number, change, says)


@blueprint.post("/<row:number>/invite")
@needs(Role.admin)
def invite_again(number: int) -> ResponseReturnValue:
    def change(session: Session, person: Organizer) -> None:
        links.invite_again(session, person.address, parts().clock())
        _note(session, mark("organizer invited again"), person)

    says = _("A new invitation is on its way; the one before ends.")
    return _change(number, change, says)


def _change_if_confirmed(number: int, change: Change, says: str) -> ResponseReturnValue:
    try:
        reconfirm()
    except InvalidInput as error:
        return _person(number, problem=str(error)), 400
    return _change(number, change, says)


def _change(number: int, change: Change, says: str) -> ResponseReturnValue:
    with parts().database.transaction() as session:
        change(session, session.get(Organizer, number) or abort(404))
    flash(says)
    return redirect(url_for(".show_one", number=number), 303)


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
