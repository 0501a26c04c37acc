"""A campaign's plan: who gets what, who does not and why, what is new; and its approval."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, render_template
from sqlmodel import Session, col, select

from outreach.campaigns import approval, drafts, records, wishes
from outreach.campaigns.comparing import Changes
from outreach.campaigns.tables import Campaign
from outreach.contacts.tables import Contact, Mission
from outreach.delivery.states import held_back
from outreach.delivery.tables import Delivery
from outreach.web.current import organizer, parts
from outreach.web.desk import campaigns_live as live
from outreach.web.desk.campaigns import found

blueprint = Blueprint("campaign_plan", __name__, url_prefix="/campaigns/<slug>")

_SHOWN = 10  # contacts of each reason; the campaign's table of contacts shows them all

People = Sequence[tuple[Contact, Mission]]


@blueprint.get("/plan")
def show(slug: str) -> Response:
    with parts().database.reading() as session:
        campaign = found(session, slug)
        record, wish = records.record_of(session, campaign), wishes.find(session, campaign)
        if part := live.part(session, campaign, wish):
            return part
        reasons = record.summary.reasons if record and record.is_current else ()
        page = render_template(
            "desk/campaign_plan.html",
            campaign=campaign,
            record=record,
            wish=wish,
            busy=live.is_busy(wish),
            follows=live.follows(live.is_busy(wish)),
            held={reason: _held(session, campaign, reason) for reason in reasons},
            moved=_moved(session, record.changes if record else None),
            against=approval.reason_against(campaign, organizer()),
            may_change=drafts.may_change(campaign),
        )
    return live.whole(page, live.is_busy(wish))


def _held(session: Session, campaign: Campaign, reason: str) -> People:
    """Some of those, as they are found."""
    query = (
        select(Contact, Mission)
        .join(Mission)
        .join(Delivery, col(Delivery.contact_id) == col(Contact.id))
        .where(Delivery.campaign_id == campaign.id, Delivery.step == 1, held_back())
        .where(Delivery.reason == reason)
    )
    return session.exec(query.limit(_SHOWN)).all()


def _moved(session: Session, changes: Changes | None) -> Mapping[int | None, tuple[str, str]]:
    """The contacts that joined or left, by id: a name and a state; erased ones are missing."""
    if changes is None:
        return {}
    ids = [*changes.some_joined, *changes.some_left]
    query = select(Contact, Mission).join(Mission).where(col(Contact.id).in_(ids))
    return {
        contact.id: (contact.name or contact.address, mission.state)
        for contact, mission in session.exec(query)
        if contact.erased_at is None
    }
