"""The pictures, drawn when they are looked at: a report's own, and where a campaign stands now."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, url_for
from sqlmodel import Session, col, select

from outreach.campaigns import progress
from outreach.campaigns.tables import Campaign, CampaignState
from outreach.errors import NotFound
from outreach.reports import retelling, weekly
from outreach.reports.daily import days_up_to
from outreach.reports.pictures import drawing
from outreach.reports.pictures.days import sends_and_answers
from outreach.reports.pictures.finishing import clickable
from outreach.reports.pictures.gallery import pictures_of
from outreach.reports.pictures.picture import Picture
from outreach.reports.pictures.signs import Look
from outreach.reports.pictures.states import grouped, says, told
from outreach.reports.pictures.tiles import grid_title, tile_grid
from outreach.reports.pictures.world import map_title, world_map
from outreach.reports.standing import StateStanding, standings
from outreach.reports.weeks import Week
from outreach.texts import gettext as _
from outreach.web.current import parts
from outreach.web.presentation import today

blueprint = Blueprint("pictures", __name__)

_SVG = "image/svg+xml"
# It stands in a frame of the page, and its links are followed there.
_FRAMED = "default-src 'none'; base-uri 'none'; frame-ancestors 'self'"


@dataclass(frozen=True)
class Standings:
    """Where the states stand with a campaign."""

    slug: str
    states: list[StateStanding]

    @property
    def map_says(self) -> str:
        return says(map_title(self.states), self.states)

    @property
    def grid_says(self) -> str:
        return says(grid_title(self.states), self.states)

    @property
    def groups(self) -> list[tuple[Look, list[StateStanding]]]:
        return grouped(self.states)


def standings_of_newest(session: Session) -> Standings | None:
    """Of the newest of the campaigns that run."""
    running = select(Campaign).where(col(Campaign.state) == CampaignState.running)
    newest = session.exec(running.order_by(col(Campaign.id).desc()).limit(1)).first()
    return standings_of(session, newest) if newest else None


def standings_of(session: Session, campaign: Campaign) -> Standings:
    now = parts().clock()
    found = standings(session, parts().states, before=now, campaign_id=campaign.id)
    return Standings(campaign.slug, retelling.standings(found))


@blueprint.get("/reports/<week>/<name>.svg")
def of_report(week: str, name: str) -> Response:
    with parts().database.reading() as session:
        figures = weekly.stored(session, Week.parse(week))
    for picture in pictures_of(retelling.retold(figures)) if figures else ():
        if picture.name == name:
            return _svg(picture)
    raise NotFound(_("The report for %(week)s has no picture of this name.", week=week))


@blueprint.get("/days.svg")
def days() -> Response:
    """The two weeks up to today."""
    with parts().database.reading() as session:
        picture = sends_and_answers(days_up_to(session, today()))
    if picture is None:
        raise NotFound(_("In the last two weeks nothing left and nobody answered."))
    return _svg(picture)


@blueprint.get("/campaigns/<slug>/states.svg")
def states(slug: str) -> Response:
    return _svg(tile_grid(_standings_of(slug).states))


@blueprint.get("/campaigns/<slug>/world.svg")
def world(slug: str) -> Response:
    """Each state leads to the campaign's copies for it."""
    now = _standings_of(slug)
    copies = url_for("campaigns.show", slug=slug)
    addresses = {
        told(state): f"{copies}?{urlencode({'who': state.name})}#contacts" for state in now.states
    }
    answer = Response(clickable(drawing.svg(world_map(now.states).spec), addresses), mimetype=_SVG)
    answer.headers["Content-Security-Policy"] = _FRAMED
    return answer


def _standings_of(slug: str) -> Standings:
    with parts().database.reading() as session:
        return standings_of(session, progress.get(session, slug))


def _svg(picture: Picture) -> Response:
    return Response(drawing.svg(picture.spec), mimetype=_SVG)
