"""A campaign: its copies by step and state, what is held back, and its contacts."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, render_template, request
from sqlmodel import Session, select

from outreach.accounts import audit
from outreach.campaigns import progress
from outreach.campaigns.on_paper import letters_zip
from outreach.campaigns.tables import Campaign
from outreach.letters.languages import UN_LANGUAGES
from outreach.web.current import organizer, parts
from outreach.web.desk.addressees import CHOICES, Filter, addressees
from outreach.web.desk.holding_back import held_back
from outreach.web.desk.overview import overview
from outreach.wiring import Outreach

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


@blueprint.get("/<slug>/letters.zip")
def letters(slug: str) -> Response:
    """All copies as PDF, of one step with ``?step=1``; each is sent on as soon as it is set."""
    by, now = organizer().address, parts().clock()
    with parts().database.transaction() as session:
        about = f"campaign {_campaign(session, slug).slug}"
        audit.note(session, actor=by, act="letters exported", subject=about, detail="PDF", now=now)
    step = request.args.get("step", type=int)
    answer = Response(_letters(parts(), slug, step), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}-letters.zip"'
    return answer


def _letters(outreach: Outreach, slug: str, step: int | None) -> Iterator[bytes]:
    """Made while the answer is under way, when no request is at hand any more."""
    zone = ZoneInfo(outreach.settings.timezone)
    with outreach.database.reading() as session:
        yield from letters_zip(session, progress.get(session, slug), outreach.states, zone, step)


def _filter() -> Filter:
    stands = request.args.get("stands", "")
    return Filter(
        who=request.args.get("who", "").strip()[:200],
        stands=stands if stands in CHOICES else "",
        language=request.args.get("language", "")[:16],
    )


def _campaign(session: Session, slug: str) -> Campaign:
    return session.exec(select(Campaign).where(Campaign.slug == slug)).first() or abort(404)
