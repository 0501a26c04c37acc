"""The files that go with letters, for whoever looks at a plan or a copy."""

from urllib.parse import quote

from flask import Blueprint, Response, abort

from outreach.letters.tables import Enclosure
from outreach.web.current import parts

blueprint = Blueprint("enclosures", __name__, url_prefix="/enclosures")


@blueprint.get("/<digest>")
def download(digest: str) -> Response:
    """Never to be opened in the page: the browser saves it under its own name."""
    with parts().database.reading() as session:
        enclosure = session.get(Enclosure, digest) or abort(404)
    answer = Response(enclosure.content, content_type=enclosure.media_type)
    name = quote(enclosure.name, safe="")  # RFC 8187: headers are in ASCII
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer
