"""A campaign: its copies by step and state, what is held back, and its contacts."""

from flask import Blueprint, abort, render_template, request
from sqlmodel import Session, select

from outreach.campaigns.tables import Campaign
from outreach.letters.languages import UN_LANGUAGES
from outreach.web.current import parts
from outreach.web.desk.addressees import CHOICES, Filter, addressees
from outreach.web.desk.holding_back import held_back
from outreach.web.desk.overview import overview

blueprint = Blueprint("campaigns", __name__, url_prefix="/campaigns")


@blueprint.get("/<slug>")
def show(slug: str) -> str:
    wanted, after = _filter(), request.args.get("after", "")
    with parts().database.reading() as session:
        campaign = _campaign(session, slug)
        return render_template(
            "desk/campaign.html",
            overview=overview(session, campaign),
            held=held_back(session, campaign),
            wanted=wanted,
            page=addressees(session, campaign, wanted, after, parts().states),
            choices=CHOICES,
            languages=UN_LANGUAGES,
        )


def _filter() -> Filter:
    stands = request.args.get("stands", "")
    return Filter(
        who=request.args.get("who", "").strip()[:200],
        stands=stands if stands in CHOICES else "",
        language=request.args.get("language", "")[:16],
    )


def _campaign(session: Session, slug: str) -> Campaign:
    return session.exec(select(Campaign).where(Campaign.slug == slug)).first() or abort(404)
