"""What a person reads when something is not there, not allowed, too large, or broken."""

import logging
import sys

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from sqlalchemy import exc
from werkzeug.exceptions import HTTPException

from outreach.errors import InvalidInput, NotAllowed, NotFound, OutreachError
from outreach.texts import gettext as _
from outreach.texts import mark, speaking

log = logging.getLogger(__name__)

WORDS = {
    400: (
        mark("This could not be understood"),
        mark(
            "The form may have been open for too long, or something in it is missing. "
            "Go back, reload the page and try once more."
        ),
    ),
    403: (
        mark("This is not open to you"),
        mark("Your role does not allow it. An admin can change roles on the page “People”."),
    ),
    404: (
        mark("There is nothing here"),
        mark("The address may be mistyped, or what stood here is gone."),
    ),
    405: (
        mark("This cannot be opened like that"),
        mark("Go back and use the button on the page."),
    ),
    409: (
        mark("This cannot be done now"),
        mark("Somebody may have been quicker: reload the page and look."),
    ),
    413: (mark("This is too large"), mark("Send a smaller file or a shorter text.")),
    415: (
        mark("This is not a form"),
        mark("What was sent is of a kind that is not read here. Use the form on the page."),
    ),
    429: (
        mark("Too many attempts"),
        mark("Please wait a quarter of an hour, then try once more."),
    ),
    500: (
        mark("Something broke on our side"),
        mark(
            "It has been written to the log. Nothing was half done: try again, or tell your admin "
            "what you were doing."
        ),
    ),
    503: (
        mark("The database did not answer"),
        mark(
            "Two people may have changed the same thing at once, or it is away for a moment. "
            "Nothing was half done: reload the page, look, and try once more. If it stays like "
            "this, tell your admin."
        ),
    ),
}
# The database is away or busy, or ended one of two transactions that waited for each other.
AWAY = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError)
AGAIN = 5  # seconds; a provider that brings events comes back by itself
STATUS: dict[type[OutreachError], int] = {InvalidInput: 400, NotFound: 404, NotAllowed: 409}


def install(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OutreachError, _outreach_error)
    for kind in AWAY:
        app.register_error_handler(kind, _database_error)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    title, text = WORDS.get(code) or WORDS[500 if code >= 500 else 400]
    if code == 405:
        log.warning("A method that is not in use was refused: %.10r.", request.method)
    kept = [header for header in error.get_headers() if header[0] in {"Allow", "Retry-After"}]
    return _page(title, _(text)), code, kept


def _outreach_error(error: OutreachError) -> ResponseReturnValue:
    code = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
    title, text = WORDS[code]
    if code == 500:  # about this server, and not for whoever happened to ask
        log.error("%s: %s", type(error).__name__, error)
        return _page(title, _(text)), code
    return _page(title, str(error)), code


def _database_error(_error: exc.SQLAlchemyError) -> ResponseReturnValue:
    current_app.log_exception(sys.exc_info())
    title, text = WORDS[503]
    with speaking(str(get_locale())):  # it may have failed before anybody was known to read
        return _page(title, _(text)), 503, {"Retry-After": str(AGAIN)}


def _page(title: str, text: str) -> str:
    """Not by ``render_template``, which asks the database who is signed in."""
    return current_app.jinja_env.get_template("error.html").render(title=_(title), text=text)
