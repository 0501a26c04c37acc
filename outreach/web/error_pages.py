"""What a person reads when something is not there, not allowed, too large, or broken."""

import logging

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from outreach.errors import InvalidInput, NotAllowed, NotFound, OutreachError

log = logging.getLogger(__name__)

WORDS = {
    400: (
        "This could not be understood",
        "The form may have been open for too long, or something in it is missing. "
        "Go back, reload the page and try once more.",
    ),
    403: (
        "This is not open to you",
        "Your role does not allow it. An admin can change roles on the page “People”.",
    ),
    404: (
        "There is nothing here",
        "The address may be mistyped, or what stood here is gone.",
    ),
    405: ("This cannot be opened like that", "Go back and use the button on the page."),
    409: ("This cannot be done now", "Somebody may have been quicker: reload the page and look."),
    413: ("This is too large", "Send a smaller file or a shorter text."),
    429: ("Too many attempts", "Please wait a quarter of an hour, then try once more."),
    500: (
        "Something broke on our side",
        "It has been written to the log. Nothing was half done: try again, or tell your admin "
        "what you were doing.",
    ),
}
STATUS: dict[type[OutreachError], int] = {InvalidInput: 400, NotFound: 404, NotAllowed: 409}


def install(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OutreachError, _outreach_error)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    title, text = WORDS.get(code) or WORDS[500 if code >= 500 else 400]
    kept = [header for header in error.get_headers() if header[0] in {"Allow", "Retry-After"}]
    return render_template("error.html", title=title, text=text), code, kept


def _outreach_error(error: OutreachError) -> ResponseReturnValue:
    code = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
    title, text = WORDS[code]
    if code == 500:  # about this server, and not for whoever happened to ask
        log.error("%s: %s", type(error).__name__, error)
    else:
        text = str(error)
    return render_template("error.html", title=title, text=text), code
