"""Coming in and going out."""

import math
from typing import cast

from flask import (
    Blueprint,
    Flask,
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
from werkzeug.exceptions import TooManyRequests

from outreach.accounts import audit, people
from outreach.accounts.tables import Organizer
from outreach.delivery.addresses import canonical
from outreach.errors import InvalidInput, NotFound
from outreach.web.access import Visitor
from outreach.web.current import parts
from outreach.web.throttle import SignInThrottle

blueprint = Blueprint("sign_in", __name__)
demo_blueprint = Blueprint("demo", __name__)

LONGEST_ACCOUNT = 254  # as an organizer's address is stored; made-up ones must not fill the memory


def install(app: Flask) -> None:
    app.extensions["outreach.sign_in_throttle"] = SignInThrottle()


@blueprint.get("/sign-in")
def ask() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(_own_path(request.args.get("next")), 303)
    return _form()


@blueprint.post("/sign-in")
def enter() -> ResponseReturnValue:
    address = request.form.get("address", "").strip()
    account = _account(address)
    network, now = request.remote_addr or "", parts().clock()
    throttle = cast(SignInThrottle, current_app.extensions["outreach.sign_in_throttle"])
    if wait := throttle.wait(account, network, now):
        raise TooManyRequests(retry_after=math.ceil(wait.total_seconds()))
    with parts().database.reading() as reading:
        found = people.authenticate(reading, address, request.form.get("password", ""))
    if found is None:
        throttle.failed(account, network, now)
        return _form(address=address, refused=True), 401
    throttle.succeeded(account)
    return _let_in(found)


@demo_blueprint.post("/sign-in/demo")
def enter_demo() -> ResponseReturnValue:
    """As the first organizer there is, who in the demo is made to be looked over the shoulder."""
    enabled = select(Organizer).where(col(Organizer.disabled_at).is_(None))
    with parts().database.reading() as reading:
        found = reading.exec(enabled.order_by(col(Organizer.id))).first()
    if found is None:
        raise NotFound("There is no organizer yet: outreach user add")
    return _let_in(found)


@blueprint.post("/sign-out")
def leave() -> ResponseReturnValue:
    logout_user()
    session.clear()
    return redirect(url_for("sign_in.ask"), 303)


def _account(address: str) -> str:
    """What attempts are counted under: every spelling that leads to one account is one."""
    try:
        address = canonical(address)
    except InvalidInput:
        address = address.casefold()
    return address[:LONGEST_ACCOUNT]


def _form(address: str = "", refused: bool = False) -> str:
    return render_template(
        "sign_in.html",
        address=address,
        refused=refused,
        next=request.values.get("next", ""),
        demo="demo" in current_app.blueprints,
    )


def _let_in(organizer: Organizer) -> ResponseReturnValue:
    session.clear()  # nothing that somebody planted before the sign-in stays
    session.permanent = True
    login_user(Visitor(organizer))
    with parts().database.transaction() as writing:
        audit.note(writing, actor=organizer.address, act="signed in", now=parts().clock())
    return redirect(_own_path(request.form.get("next")), 303)


def _own_path(wanted: str | None) -> str:
    """``wanted`` when it is a path on this site, else the first page: nobody is sent elsewhere.

    Browsers read a backslash as a slash, and skip control characters.
    """
    path = wanted or ""
    odd = "\\" in path or any(ord(character) < 33 for character in path)
    ours = path.startswith("/") and not path.startswith("//")
    return path if ours and not odd else url_for("home.show")
