"""Who may open what: everything needs a sign-in unless it is named here, and some of it a role."""

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Blueprint, Flask, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect

from outreach.accounts.tables import Organizer, Role
from outreach.web.current import organizer, parts

OPEN_TO_ALL = frozenset({"sign_in", "demo", "opens", "unsubscribing", "sendgrid", "health"})

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Visitor:
    """An organizer as Flask-Login wants to see one."""

    organizer: Organizer

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def is_active(self) -> bool:
        return self.organizer.disabled_at is None

    @property
    def is_anonymous(self) -> bool:
        return False

    def get_id(self) -> str:
        """Names the password too, so that a new one ends the sessions begun with the old."""
        secret = (self.organizer.password_hash or "").encode()
        return f"{self.organizer.id}-{hashlib.sha256(secret).hexdigest()[:16]}"


def install(app: Flask, without_cookie: Collection[Blueprint]) -> None:
    """Forms of ``without_cookie`` are not checked for coming from our own pages."""
    manager = LoginManager(app)
    manager.user_loader(_visitor)
    app.before_request(_ask_to_sign_in)
    csrf = CSRFProtect(app)
    for blueprint in without_cookie:
        csrf.exempt(blueprint)


def needs(role: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Refuses a view to whoever has a lesser role."""

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not organizer().role.includes(role):
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return guard


def _visitor(identity: str) -> Visitor | None:
    number = identity.partition("-")[0]
    with parts().database.reading() as session:
        found = session.get(Organizer, int(number)) if number.isdecimal() else None
    if found is None or found.disabled_at:
        return None
    visitor = Visitor(found)
    return visitor if visitor.get_id() == identity else None


def _ask_to_sign_in() -> ResponseReturnValue | None:
    if request.endpoint in {None, "static"} or request.blueprint in OPEN_TO_ALL:
        return None
    if current_user.is_authenticated:
        return None
    wanted = request.full_path.removesuffix("?") if request.method == "GET" else None
    return redirect(url_for("sign_in.ask", next=wanted), 303)
