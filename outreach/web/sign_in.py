"""Coming in, by password and second factor, and going out."""

import logging
from datetime import datetime

from flask import (
    Blueprint,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from sqlmodel import Session, col, select

from outreach.accounts import audit, notices, people, second_factor, sessions, throttling
from outreach.accounts.tables import DeskSession, Organizer
from outreach.accounts.throttling import Throttle
from outreach.errors import NotFound
from outreach.texts import gettext as _
from outreach.texts import mark
from outreach.web.access import Visitor
from outreach.web.current import client, parts
from outreach.web.throttle import attempt, check, is_known, recognise, throttle

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
    asked = throttle(throttling.SIGN_IN, address)
    attempt(asked)
    with parts().database.reading() as reading:
        found = people.authenticate(reading, address, request.form.get("password", ""))
    if found is None:
        log.warning("A sign-in was refused: %s.", asked.names)
        return _form(address=address, refused=True), 401
    with parts().database.transaction() as writing:
        asked.forgive(writing)
    return _ask_for_code(found) if found.totp_sealed else let_in(found)


@blueprint.get("/sign-in/code")
def ask_code() -> ResponseReturnValue:
    if _HALFWAY not in session:
        return redirect(url_for(".ask"), 303)
    return _code_form()


@blueprint.post("/sign-in/code")
def enter_code() -> ResponseReturnValue:
    token = session.get(_HALFWAY, "")
    with parts().database.transaction() as writing:
        found = sessions.find(writing, token, now=parts().clock(), awaits_code=True)
        if found is None:
            return redirect(url_for(".ask", next=request.form.get("next")), 303)
        organizer = people.lock(writing, found[1].id)
        taken = _take_code(writing, organizer)
        if taken:
            sessions.end(writing, token)
    if taken is None:
        return _code_form(refused=True), 401
    return let_in(organizer, by_recovery_code=taken == "recovery code")


@demo_blueprint.post("/sign-in/demo")
def enter_demo() -> ResponseReturnValue:
    """As the first organizer there is, who in the demo is made to be looked over the shoulder."""
    enabled = select(Organizer).where(col(Organizer.disabled_at).is_(None))
    with parts().database.reading() as reading:
        found = reading.exec(enabled.order_by(col(Organizer.id))).first()
    if found is None:
        raise NotFound(_("There is no organizer yet: outreach user add"))
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
    act = mark("signed in with a recovery code") if by_recovery_code else mark("signed in")
    now = parts().clock()
    with parts().database.transaction() as writing:
        audit.note(writing, actor=organizer.address, act=act, now=now)
        if by_recovery_code:
            what = f"a recovery code was used; {len(organizer.recovery_codes)} are left"
            notices.tell_of_change(writing, organizer, what, parts().letterhead, now)
        elif not is_known(organizer.address) and not _is_demo():
            _tell_of_browser(writing, organizer, now)
    answer = redirect(_own_path(request.form.get("next")), 303)
    recognise(answer, organizer.address)
    return answer


def begin_session(organizer: Organizer) -> None:
    """A new one for this browser: nothing that somebody planted before stays."""
    token, begun = _begin(organizer)
    session.clear()
    session.permanent = True
    login_user(Visitor(organizer, begun, token))


def _ask_for_code(organizer: Organizer) -> ResponseReturnValue:
    token, _ = _begin(organizer, awaits_code=True)
    session.clear()
    session[_HALFWAY] = token
    wanted = request.form.get("next") or None
    return redirect(url_for(".ask_code", next=wanted), 303)


def _begin(organizer: Organizer, *, awaits_code: bool = False) -> tuple[str, DeskSession]:
    """In place of this browser's last one; 409 if the account was changed since it was read."""
    now = parts().clock()
    with parts().database.transaction() as writing:
        if _keys(people.lock(writing, organizer.id)) != _keys(organizer):
            abort(409)
        if current_user.is_authenticated:
            sessions.end(writing, current_user.get_id())
        token = sessions.begin(writing, organizer, client(), now=now, awaits_code=awaits_code)
        found = sessions.find(writing, token, now=now, awaits_code=awaits_code)
        assert found
    return token, found[0]


def _keys(organizer: Organizer) -> tuple[object, ...]:
    """What somebody who comes in was asked for, or is kept out by."""
    return organizer.password_hash, organizer.totp_sealed, organizer.disabled_at


def _take_code(writing: Session, organizer: Organizer) -> str | None:
    """The count is the account's own: the right password does not set it back."""
    asked, now = throttle(throttling.SECOND_FACTOR, organizer.address), parts().clock()
    check(asked, writing, now)
    asked.count(writing, now)
    code = request.form.get("code", "")
    taken = second_factor.take_code(organizer, code, tokens=parts().tokens, now=now)
    if taken:
        asked.forgive(writing)
    else:
        log.warning("A second factor was refused: %s.", asked.names)
        _warn_of_code(writing, organizer, code, asked, now)
    return taken


def _warn_of_code(
    writing: Session, organizer: Organizer, code: str, asked: Throttle, now: datetime
) -> None:
    """Whoever guesses codes, or looked on when one was typed, knows the password already."""
    if second_factor.was_taken(organizer, code, tokens=parts().tokens, now=now):
        act = mark("typed a code that was used already")
        what = "your right password was followed by a code that had been used already"
    elif asked.wait(writing, now):
        act = mark("typed too many wrong codes")
        what = "your right password was followed by too many wrong codes, which are refused for now"
    else:
        return
    audit.note(writing, actor=organizer.address, act=act, now=now)
    notices.tell_of_change(writing, organizer, what, parts().letterhead, now)


def _tell_of_browser(writing: Session, organizer: Organizer, now: datetime) -> None:
    """Only so often: of a browser that forgets everything, nobody would read it each time."""
    told, where = throttle(throttling.NEW_BROWSER, organizer.address), client()
    if told.wait(writing, now):
        return
    told.count(writing, now)
    seen = f"{where.browser}, network {where.network or 'unknown'}"
    what = f"somebody signed in to your account with a browser that was new to it ({seen})"
    notices.tell_of_change(writing, organizer, what, parts().letterhead, now)


def _is_demo() -> bool:
    return "demo" in current_app.blueprints


def _form(address: str = "", refused: bool = False) -> str:
    return render_template(
        "sign_in.html",
        address=address,
        refused=refused,
        next=request.values.get("next", ""),
        demo=_is_demo(),
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
