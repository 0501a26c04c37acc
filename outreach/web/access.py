"""Who may open what: everything needs a sign-in unless it is named here, and some of it a role."""

import logging
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Blueprint, Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect
from sqlalchemy.exc import OperationalError

from outreach.accounts import sessions
from outreach.accounts.tables import DeskSession, Organizer, Role
from outreach.web.current import organizer, parts

OPEN_TO_ALL = frozenset(
    {"sign_in", "demo", "entering", "opens", "unsubscribing", "feeds", "sendgrid", "health"}
)
# What is open to somebody who must set up a second factor before anything else.
BEFORE_SECOND_FACTOR = frozenset({"second_factor.show", "second_factor.set_up"})

# Pages ask for these by themselves: that keeps nobody signed in who has gone away.
ASKED_BY_PAGES = frozenset({"live.inbox", "live.thread"})

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Visitor:
    """An organizer as Flask-Login wants to see one, known by the token of the session."""

    organizer: Organizer
    desk_session: DeskSession
    token: str

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
        return self.token


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
                log.warning("Refused at %s: organizer %s.", request.endpoint, organizer().id)
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return guard


def _visitor(token: str) -> Visitor | None:
    now = parts().clock()
    with parts().database.reading() as reading:
        found = sessions.find(reading, token, now=now)
    if found is None:
        return None
    desk_session, its_organizer = found
    by_itself = request.endpoint in ASKED_BY_PAGES or _looks_again_by_itself()
    if sessions.needs_touch(desk_session, now) and not by_itself:
        _touch(desk_session, now)
    return Visitor(its_organizer, desk_session, token)


def _looks_again_by_itself() -> bool:
    """A page that follows what goes on is no sign that somebody sits before it."""
    return request.method == "GET" and "HX-Request" in request.headers


def _touch(desk_session: DeskSession, now: datetime) -> None:
    """Where something large is being written, it is noted at the next click."""
    with suppress(OperationalError), parts().database.transaction() as writing:
        sessions.touch(writing, desk_session.id or 0, now)


def _ask_to_sign_in() -> ResponseReturnValue | None:
    if request.endpoint in {None, "static"} or request.blueprint in OPEN_TO_ALL:
        return None
    if not current_user.is_authenticated:
        wanted = request.full_path.removesuffix("?") if request.method == "GET" else None
        return redirect(url_for("sign_in.ask", next=wanted), 303)
    if _lacks_second_factor() and request.endpoint not in BEFORE_SECOND_FACTOR:
        return redirect(url_for("second_factor.show"), 303)
    return None


def _lacks_second_factor() -> bool:
    """The demo asks nobody for one: its organizers are looked over the shoulder."""
    if "demo" in current_app.blueprints:
        return False
    return organizer().must_have_second_factor and organizer().totp_sealed is None
