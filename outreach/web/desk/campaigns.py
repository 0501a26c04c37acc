"""Campaigns: all of them, and one with its copies by step and its contacts."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request
from sqlmodel import Session

from outreach.accounts import audit
from outreach.campaigns import drafts, progress, records, wishes
from outreach.campaigns.on_paper import letters_zip
from outreach.campaigns.schedule import schedule_of
from outreach.campaigns.tables import Campaign, CampaignState
from outreach.errors import NotFound
from outreach.letters.languages import UN_LANGUAGES
from outreach.texts import gettext as _
from outreach.texts import mark
from outreach.web.current import organizer, parts
from outreach.web.desk import campaigns_live as live
from outreach.web.desk.addressees import addressees
from outreach.web.desk.addressees_filter import CHOICES, Filter
from outreach.web.desk.overview import details, overviews
from outreach.web.desk.pictures import Standings, standings_of
from outreach.wiring import Outreach

blueprint = Blueprint("campaigns", __name__, url_prefix="/campaigns")


@blueprint.get("")
def listing() -> str:
    with parts().database.reading() as session:
        return render_template(
            "desk/campaigns.html",
            overviews=overviews(session),
            drafts=drafts.every(session),
        )


@blueprint.get("/<slug>")
def show(slug: str) -> Response:
    wanted, after = _filter(), request.args.get("after", "")
    with parts().database.reading() as session:
        campaign = found(session, slug)
        wish = wishes.find(session, campaign)
        if part := live.part(session, campaign, wish):
            return part
        goes_on = live.is_busy(wish) or campaign.state is CampaignState.running
        page = render_template(
            "desk/campaign.html",
            overview=details(session, campaign),
            busy=live.is_busy(wish),
            follows=live.follows(goes_on),
            record=records.record_of(session, campaign),
            wish=wish,
            standing=_standing(session, campaign),
            letters=[step.letter for step in schedule_of(campaign).steps],
            wanted=wanted,
            page=addressees(session, campaign, wanted, after, parts().states),
            choices=CHOICES,
            languages=UN_LANGUAGES,
            may_change=drafts.may_change(campaign),
        )
    return live.whole(page, goes_on)


@blueprint.get("/<slug>/letters.zip")
def letters(slug: str) -> Response:
    """All copies as PDF, of one step with ``?step=1``; each is sent on as soon as it is set."""
    by, now = organizer().address, parts().clock()
    with parts().database.transaction() as session:
        about = f"campaign {found(session, slug).slug}"
        audit.note(
            session, actor=by, act=mark("letters exported"), subject=about, detail="PDF", now=now
        )
    step = request.args.get("step", type=int)
    answer = Response(_letters(parts(), slug, step), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}-letters.zip"'
    return answer


def _letters(outreach: Outreach, slug: str, step: int | None) -> Iterator[bytes]:
    """Made while the answer is under way, when no request is at hand any more."""
    zone = ZoneInfo(outreach.settings.timezone)
    with outreach.database.reading() as session:
        yield from letters_zip(session, progress.get(session, slug), outreach.states, zone, step)


def _standing(session: Session, campaign: Campaign) -> Standings | None:
    """Once something may have gone."""
    if campaign.state in (CampaignState.loaded, CampaignState.planned):
        return None
    return standings_of(session, campaign)


def found(session: Session, slug: str) -> Campaign:
    campaign = progress.find(session, slug)
    if campaign is None:
        raise NotFound(_("There is no campaign of this name; /campaigns lists all."))
    return campaign


def _filter() -> Filter:
    stands = request.args.get("stands", "")
    return Filter(
        who=request.args.get("who", "").strip()[:200],
        stands=stands if stands in CHOICES else "",
        language=request.args.get("language", "")[:16],
    )
