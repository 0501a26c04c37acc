"""One's own second factor: setting it up, replacing it, switching it off, new recovery codes."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from segno import make_qr
from sqlmodel import Session

from outreach.accounts import people, second_factor, sessions
from outreach.accounts.tables import Organizer
from outreach.errors import InvalidInput
from outreach.web.current import desk_session, organizer, parts
from outreach.web.desk.account import confirm_password, note_change

blueprint = Blueprint("second_factor", __name__, url_prefix="/account/second-factor")


@blueprint.get("")
def show() -> str:
    return _page(second_factor.offer(organizer(), parts().tokens))


@blueprint.post("")
def set_up() -> ResponseReturnValue:
    """One that is there is replaced only by whoever knows the password too."""
    offered, now = request.form.get("offered", ""), parts().clock()
    try:
        if organizer().totp_sealed:
            confirm_password(request.form.get("password", ""))
        with parts().database.transaction() as session:
            changed = people.lock(session, organizer().id)
            code = request.form.get("code", "")
            codes = second_factor.set_up(changed, offered, code, tokens=parts().tokens, now=now)
            _note(session, changed, "second factor set up", "a second factor was set up")
    except InvalidInput as error:
        return _page(_same_or_new(offered), problem=str(error)), 400
    return _show_codes(codes)


@blueprint.post("/recovery-codes")
def renew_codes() -> ResponseReturnValue:
    try:
        confirm_password(request.form.get("password", ""))
    except InvalidInput as error:
        return _page(second_factor.offer(organizer(), parts().tokens), problem=str(error)), 400
    with parts().database.transaction() as session:
        changed = people.lock(session, organizer().id)
        codes = second_factor.renew_recovery_codes(changed, parts().tokens)
        _note(session, changed, "recovery codes made anew", "your recovery codes were made anew")
    return _show_codes(codes)


@blueprint.post("/off")
def switch_off() -> ResponseReturnValue:
    try:
        confirm_password(request.form.get("password", ""))
    except InvalidInput as error:
        return _page(second_factor.offer(organizer(), parts().tokens), problem=str(error)), 400
    with parts().database.transaction() as session:
        changed = people.lock(session, organizer().id)
        second_factor.switch_off(changed)
        _note(session, changed, "second factor switched off", "your second factor was switched off")
    flash("The second factor is off. The password alone signs you in.")
    return redirect(url_for("account.show"), 303)


def _note(session: Session, changed: Organizer, act: str, what: str) -> None:
    """Whoever came in before it was changed, elsewhere, is asked anew."""
    sessions.end_all(session, changed.id, besides=desk_session().id)
    note_change(session, changed, act, what)


def _same_or_new(offered: str) -> str:
    """A mistyped code is typed again, and not set up anew in the app."""
    try:
        second_factor.offered_secret(organizer(), offered, parts().tokens)
    except InvalidInput:
        return second_factor.offer(organizer(), parts().tokens)
    return offered


def _page(offered: str, problem: str = "") -> str:
    secret = second_factor.offered_secret(organizer(), offered, parts().tokens)
    return render_template(
        "desk/second_factor.html",
        me=organizer(),
        offered=offered,
        secret=[secret[at : at + 4] for at in range(0, len(secret), 4)],
        picture=_picture(second_factor.address_for_apps(organizer(), secret)),
        problem=problem,
    )


def _picture(address: str) -> Markup:
    """As SVG within the page: no script, no style, and nothing that is fetched."""
    made = make_qr(address, error="m").svg_inline(
        omitsize=True, border=4, dark="#000", light="#fff", title="QR code for an authenticator app"
    )
    return Markup(made)  # of modules and our own title


def _show_codes(codes: list[str]) -> str:
    return render_template("desk/recovery_codes.html", codes=codes)
