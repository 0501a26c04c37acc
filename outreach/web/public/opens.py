"""The open image of a letter."""

import base64
import logging

from flask import Blueprint, Response, request
from sqlalchemy.exc import SQLAlchemyError

from outreach.tracking.opens import record_open
from outreach.web.current import parts

blueprint = Blueprint("opens", __name__)
log = logging.getLogger(__name__)

# One transparent pixel in 43 bytes.
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")


@blueprint.get("/o/<token>.gif")
def image(token: str) -> Response:
    """The same for a wrong token: whoever guesses learns nothing, and no mail shows a hole."""
    key = parts().tokens.read("open", token)
    if key and request.method == "GET":
        _record(key)
    answer = Response(PIXEL, mimetype="image/gif")
    answer.headers["Cache-Control"] = "no-store, no-cache, must-revalidate, private, max-age=0"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # it is shown in webmail
    return answer


def _record(key: str) -> None:
    user_agent = request.user_agent.string[:500]
    try:
        with parts().database.transaction() as session:
            record_open(session, key, user_agent, parts().clock())
    except SQLAlchemyError as error:
        log.error("An open was not recorded: %s", type(error).__name__)
