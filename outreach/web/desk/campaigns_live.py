"""Pages about a campaign that look again by themselves, as long as something goes on there."""

from flask import Response, make_response, render_template, request
from sqlmodel import Session

from outreach.campaigns.tables import Campaign, CampaignState, CampaignWish
from outreach.web.desk.overview import details
from outreach.web.headers import LIVE_POLICY


def is_busy(wish: CampaignWish | None) -> bool:
    """Whether the worker has, or will have, something to do."""
    return wish is not None and not wish.problem


def follows(goes_on: bool) -> bool:
    """Whether the page looks again; a reader may have it keep still."""
    return goes_on and "still" not in request.args


def part(session: Session, campaign: Campaign, wish: CampaignWish | None) -> Response | None:
    """What an open page wants anew of itself; None where it is to be shown as a whole.

    That is when what went on has come to its end.
    """
    asking = request.headers.get("HX-Trigger")
    if asking == "work" and is_busy(wish):
        return _alone("work", render_template("desk/campaign_work.html", wish=wish, follows=True))
    if asking == "figures" and not is_busy(wish) and campaign.state is CampaignState.running:
        figures = details(session, campaign)
        page = render_template("desk/campaign_figures.html", overview=figures, follows=True)
        return _alone("figures", page)
    return None


def _alone(place: str, text: str) -> Response:
    answer = make_response(text)
    answer.headers.update({"HX-Retarget": f"#{place}", "HX-Reselect": f"#{place}"})
    return answer


def whole(page: str, goes_on: bool) -> Response:
    answer = make_response(page)
    if follows(goes_on):
        answer.headers["Content-Security-Policy"] = LIVE_POLICY
    return answer
