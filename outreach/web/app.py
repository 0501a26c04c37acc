"""Puts the web app together from the application's parts."""

import logging
from types import TracebackType
from typing import Any

from flask import Flask, abort, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from outreach.accounts.sessions import LONGEST
from outreach.web import (
    access,
    entering,
    error_pages,
    headers,
    health,
    presentation,
    sign_in,
    speaking,
)
from outreach.web.desk import (
    account,
    answers,
    audit,
    campaigns,
    campaigns_acts,
    campaigns_calendar,
    campaigns_plan,
    contacts,
    contacts_doubles,
    contacts_erasing,
    contacts_form,
    contacts_import,
    contacts_lists,
    contacts_page,
    contacts_stopped,
    deliveries,
    enclosures,
    exports,
    home,
    inbox,
    letters,
    letters_address,
    letters_deleting,
    letters_editor,
    letters_import,
    letters_page,
    letters_versions,
    live,
    mail_pages,
    people,
    pictures,
    raw_pages,
    reports,
    saved_answers,
    schedules,
    second_factor,
    settings,
    thread_pages,
    uploading,
    verdicts,
)
from outreach.web.hooks import sendgrid
from outreach.web.public import feeds, opens, unsubscribing
from outreach.wiring import Outreach

log = logging.getLogger(__name__)

ROOMS = (
    sign_in.blueprint,
    entering.blueprint,
    account.blueprint,
    second_factor.blueprint,
    people.blueprint,
    settings.blueprint,
    audit.blueprint,
    home.blueprint,
    campaigns.blueprint,
    campaigns_acts.blueprint,
    campaigns_plan.blueprint,
    campaigns_calendar.blueprint,
    schedules.blueprint,
    contacts.blueprint,
    contacts_page.blueprint,
    contacts_form.blueprint,
    contacts_erasing.blueprint,
    contacts_doubles.blueprint,
    contacts_import.blueprint,
    contacts_stopped.blueprint,
    contacts_lists.blueprint,
    letters.blueprint,
    letters_import.blueprint,
    letters_page.blueprint,
    letters_editor.blueprint,
    letters_versions.blueprint,
    letters_deleting.blueprint,
    deliveries.blueprint,
    enclosures.blueprint,
    inbox.blueprint,
    live.blueprint,
    thread_pages.blueprint,
    answers.blueprint,
    saved_answers.blueprint,
    exports.blueprint,
    mail_pages.blueprint,
    verdicts.blueprint,
    raw_pages.blueprint,
    uploading.blueprint,
    reports.blueprint,
    pictures.blueprint,
    opens.blueprint,
    unsubscribing.blueprint,
    feeds.blueprint,
    sendgrid.blueprint,
    health.blueprint,
)

# A token in the address, or a signature, says that what is posted here is meant; no cookie does.
WITHOUT_COOKIE = (unsubscribing.blueprint, sendgrid.blueprint)

ExceptionInfo = tuple[type, BaseException, TracebackType] | tuple[None, None, None]

LARGEST_REQUEST = 1_000_000  # bytes; a route that takes more says so itself
# Unless its form is checked for coming from our own pages, which is read before the route is asked.
LARGER_FORMS = {
    "upload.take": uploading.LARGEST,
    "contact_import.take": contacts_import.LARGEST,
    "letter_import.take": letters_import.LARGEST,
    "answers.send": answers.LARGEST,
    "answers.begin": answers.LARGEST,
    "answers.again": answers.LARGEST,
}


FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}


class _WebApp(Flask):
    def log_exception(self, exc_info: ExceptionInfo) -> None:
        """By the endpoint: the path may hold the token of somebody's letter."""
        log.error("Exception in %s [%s]", request.endpoint, request.method, exc_info=exc_info)


class _RowNumber(IntegerConverter):
    """An id as a column holds it: a larger number leads nowhere, and reaches no database."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**31 - 1)


def create_app(outreach: Outreach, demo: bool = False) -> Flask:
    """``demo`` adds a sign-in with one click and no password: never on a database that counts."""
    app = _WebApp("outreach.web")
    app.config.update(_config(outreach))
    app.url_map.converters["row"] = _RowNumber
    app.url_map.converters["letter"] = letters_address.LetterPage
    app.extensions["outreach"] = outreach
    if outreach.settings.public_url.startswith("https:"):
        _trust_the_proxy(app)
    app.before_request(_allow_larger_form)
    app.before_request(_take_forms_only)
    speaking.install(app)
    access.install(app, WITHOUT_COOKIE)
    headers.install(app)
    error_pages.install(app)
    presentation.install(app)
    for blueprint in ROOMS:
        app.register_blueprint(blueprint)
    if demo:
        app.register_blueprint(sign_in.demo_blueprint)
    return app


def _config(outreach: Outreach) -> dict[str, Any]:
    secure = outreach.settings.public_url.startswith("https:")
    return {
        "SECRET_KEY": outreach.tokens.derive("session cookie"),
        "MAX_CONTENT_LENGTH": LARGEST_REQUEST,
        "SESSION_COOKIE_NAME": "__Host-outreach" if secure else "outreach",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",  # Strict would sign out whoever follows a report's link
        "PERMANENT_SESSION_LIFETIME": LONGEST,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session
    }


def _allow_larger_form() -> None:
    if limit := LARGER_FORMS.get(request.endpoint or ""):
        request.max_content_length = limit


def _take_forms_only() -> None:
    """Other kinds would be read as an empty form; what brings no cookie goes by its own rules."""
    if request.method != "POST" or request.blueprint in {each.name for each in WITHOUT_COOKIE}:
        return
    if (request.mimetype or request.content_length) and request.mimetype not in FORMS:
        abort(415)


def _trust_the_proxy(app: Flask) -> None:
    """HTTPS ends at a proxy in front of us; who asks, and how, stands in the headers it sets."""
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
