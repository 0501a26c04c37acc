"""Whether this process is alive, and whether it can work."""

import logging

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from outreach import migrations
from outreach.web.current import parts

blueprint = Blueprint("health", __name__)
log = logging.getLogger(__name__)


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    return {"alive": True}


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """The database answers and has the tables that this program was written for."""
    try:
        at, newest = migrations.current(parts().database)
    except SQLAlchemyError as error:
        log.warning("Not ready: the database does not answer (%s)", type(error).__name__)
        return {"ready": False, "why": "the database does not answer"}, 503
    if at != newest:
        return {"ready": False, "why": "the database needs: outreach db upgrade"}, 503
    return {"ready": True}
