"""The weekly reports for a feed reader: the token in the address is an organizer's own."""

from flask import Blueprint, Response, abort, request

from outreach.accounts.feeds import find_reader
from outreach.reports import weekly
from outreach.reports.feed import LONGEST, MEDIA_TYPE, as_atom
from outreach.reports.rendering import Links
from outreach.texts import speaking
from outreach.web.current import parts

blueprint = Blueprint("feeds", __name__)


@blueprint.get("/feed/<token>.atom")
def reports(token: str) -> Response:
    """Readers ask every hour or so: what has not changed is not sent again."""
    with parts().database.reading() as session:
        reader = find_reader(session, token, parts().tokens) or abort(404)
        made = weekly.latest(session, LONGEST)
    links = Links(parts().settings.public_url)
    with speaking("en"):  # as the reports were made; whoever fetches a feed is a program
        feed = as_atom(made, links, address=links.feed(token), begun_at=reader.created_at)
    answer = Response(feed, content_type=f"{MEDIA_TYPE}; charset=utf-8")
    answer.headers["Cache-Control"] = "private, max-age=900"
    answer.add_etag()
    answer.make_conditional(request)
    return answer
