"""Coming in, by password and second factor, and going out."""

import logging

from flask import (
    Blueprint,
    current_app,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from sqlmodel import col, select

from outreach.accounts import audit, notices, people, second_factor, sessions, throttling
from outreach.accounts.tables import Organizer
from outreach.errors import NotFound
from outreach.web.access import Visitor
from outreach.web.current import client, parts
from outreach.web.throttle import check, throttle

blueprint = Blueprint("sign_in", __name__)
demo_blueprint = Blueprint("demo", __name__)

log = logging.getLogger(__name__)

_HALFWAY = "halfway"  # in the cookie: the token of a session whose second factor is still to come


@blueprint.get("/sign-in")
def ask() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(_own_path(request.args.get("next")), 303)
    with parts().database.reading() as reading:
        if not people.anybody(reading):
            return render_template("first_start.html")
    return _form()


@blueprint.post("/sign-in")
def enter() -> ResponseReturnValue:
    address = request.form.get("address", "").strip()
    asked, now = throttle(throttling.SIGN_IN, address), parts().clock()
    with parts().database.reading() as reading:
        check(asked, reading, now)
        found = people.authenticate(reading, address, request.form.get("password", ""))
    with parts().database.transaction() as writing:
        if found is None:
            asked.count(writing, now)
        else:
            asked.forget(writing)
    if found is None:
        log.warning("A sign-in was refused.")
        return _form(address=address, refused=True), 401
    return _ask_for_code(found) if found.totp_sealed else let_in(found)


@blueprint.get("/sign-in/code")
def ask_code() -> ResponseReturnValue:
    if _HALFWAY not in session:
        return redirect(url_for(".ask"), 303)
    return _code_form()


@blueprint.post("/sign-in/code")
def enter_code() -> ResponseReturnValue:
    """The count is the account's own: the right password does not set it back."""
    now, code = parts().clock(), request.form.get("code", "")
    with parts().database.transaction() as writing:
        token = session.get(_HALFWAY, "")
        found = sessions.find(writing, token, now=now, awaits_code=True)
        if found is None:
            return redirect(url_for(".ask", next=request.form.get("next")), 303)
        organizer = people.lock(writing, found[1].id)
        asked = throttle(throttling.SECOND_FACTOR, organizer.address)
        check(asked, writing, now)
        taken = second_factor.take_code(organizer, code, tokens=parts().tokens, now=now)
        if taken is None:
            asked.count(writing, now)
        else:
            asked.forget(writing)
            sessions.end(writing, token)
    if taken is None:
        log.warning("A second factor was refused.")
        return _code_form(refused=True), 401
    return let_in(organizer, by_recovery_code=taken == "recovery code")


@demo_blueprint.post("/sign-in/demo")
def enter_demo() -> ResponseReturnValue:
    """As the first organizer there is, who in the demo is made to be looked over the shoulder."""
    enabled = select(Organizer).where(col(Organizer.disabled_at).is_(None))
    with parts().database.reading() as reading:
        found = reading.exec(enabled.order_by(col(Organizer.id))).first()
    if found is None:
        raise NotFound("There is no organizer yet: outreach user add")
    return let_in(found)


@blueprint.post("/sign-out")
def leave() -> ResponseReturnValue:
    if current_user.is_authenticated:
        with parts().database.transaction() as writing:
            sessions.end(writing, current_user.get_id())
    sign_out()
    return redirect(url_for("sign_in.ask"), 303)


def sign_out() -> None:
    """Out of this browser's cookie; its session in the database is ended apart."""
    logout_user()
    session.clear()


def let_in(organizer: Organizer, *, by_recovery_code: bool = False) -> ResponseReturnValue:
    begin_session(organizer)
    with parts().database.transaction() as writing:
        act = "signed in with a recovery code" if by_recovery_code else "signed in"
        audit.note(writing, actor=organizer.address, act=act, now=parts().clock())
        if by_recovery_code:
            what = f"a recovery code was used; {len(organizer.recovery_codes)} are left"
            notices.tell_of_change(writing, organizer, what, parts().letterhead, parts().clock())
    return redirect(_own_path(request.form.get("next")), 303)


def begin_session(organizer: Organizer) -> None:
    """A new one for this browser: nothing that somebody planted before stays."""
    now = parts().clock()
    with parts().database.transaction() as writing:
        token = sessions.begin(writing, organizer, client(), now=now)
        found = sessions.find(writing, token, now=now)
    assert found
    session.clear()
    session.permanent = True
    login_user(Visitor(organizer, found[0], token))


def _ask_for_code(organizer: Organizer) -> ResponseReturnValue:
    with parts().database.transaction() as writing:
        token = sessions.begin(writing, organizer, client(), now=parts().clock(), awaits_code=True)
    session.clear()
    session[_HALFWAY] = token
    wanted = request.form.get("next") or None
    return redirect(url_for(".ask_code", next=wanted), 303)


def _form(address: str = "", refused: bool = False) -> str:
    return render_template(
        "sign_in.html",
        address=address,
        refused=refused,
        next=request.values.get("next", ""),
        demo="demo" in current_app.blueprints,
    )


def _code_form(refused: bool = False) -> str:
    return render_template("code.html", refused=refused, next=request.values.get("next", ""))


def _own_path(wanted: str | None) -> str:
    """``wanted`` when it is a path on this site, else the first page: nobody is sent elsewhere.

    Browsers read a backslash as a slash, and skip control characters.
    """
    path = wanted or ""
    odd = "\\" in path or any(ord(character) < 33 for character in path)
    ours = path.startswith("/") and not path.startswith("//")
    return path if ours and not odd else url_for("home.show")
