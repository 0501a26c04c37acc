"""What organizers do with a campaign: plan, approve, try, pause, resume and cancel it."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from outreach.accounts.tables import Role
from outreach.campaigns import acts, approval, progress, trying, wishes
from outreach.campaigns.schedule import schedule_of
from outreach.campaigns.tables import Campaign, CampaignState, WishKind
from outreach.errors import InvalidInput, NotAllowed
from outreach.texts import gettext as _
from outreach.texts import mark
from outreach.web.access import needs
from outreach.web.current import organizer, parts
from outreach.web.desk.campaigns import found
from outreach.web.desk.overview import details

blueprint = Blueprint("campaign_acts", __name__, url_prefix="/campaigns/<slug>")

_LONGEST_REASON = 300
_POSSIBLE = {
    "pause": (CampaignState.running,),
    "resume": (CampaignState.paused,),
    "cancel": tuple(set(CampaignState) - {CampaignState.cancelled}),
}


@blueprint.post("/plan")
@needs(Role.organizer)
def plan(slug: str) -> ResponseReturnValue:
    by, now = organizer().address, parts().clock()
    with parts().database.transaction() as session:
        campaign = found(session, slug)
        progress.require(session, campaign, "planned", *progress.BEFORE_APPROVAL)
        wishes.ask(session, campaign, WishKind.plan, by=by, now=now)
    return redirect(url_for("campaign_plan.show", slug=slug), 303)


@blueprint.post("/approve")
@needs(Role.approver)
def approve(slug: str) -> ResponseReturnValue:
    """Written down for the worker, which compares every copy with what was shown."""
    by, shown = organizer(), request.form.get("shown", "")
    with parts().database.transaction() as session:
        campaign = found(session, slug)
        progress.require(session, campaign, "approved", CampaignState.planned)
        if against := approval.reason_against(campaign, by):
            raise NotAllowed(against)
        if shown != campaign.plan_digest:
            said = _(
                "%(slug)s was planned anew since you looked: look at its plan again.", slug=slug
            )
            raise NotAllowed(said)
        wishes.ask(
            session,
            campaign,
            WishKind.approve,
            by=by.address,
            now=parts().clock(),
            shown=shown,
        )
    return redirect(url_for("campaigns.show", slug=slug), 303)


@blueprint.post("/test")
@needs(Role.organizer)
def send_test(slug: str) -> ResponseReturnValue:
    copy = request.form.get("copy", type=int) or abort(400)
    to, now, tokens = organizer(), parts().clock(), parts().tokens
    with parts().database.transaction() as session:
        campaign = found(session, slug)
        trying.send_to_oneself(session, campaign, copy, to=to, tokens=tokens, now=now)
    flash(_("The copy is on its way to %(address)s. Nobody else gets it.", address=to.address))
    return redirect(url_for("campaign_plan.show", slug=slug, _anchor="samples"), 303)


@blueprint.get("/<any(pause, resume, cancel):act>")
@needs(Role.organizer)
def ask(slug: str, act: str) -> str:
    """What the act would do, in numbers."""
    return _question(slug, act)


@blueprint.post("/<any(pause, resume, cancel):act>")
@needs(Role.organizer)
def do(slug: str, act: str) -> ResponseReturnValue:
    because = " ".join(request.form.get("because", "").split())[:_LONGEST_REASON]
    try:
        told = _do(slug, act, because)
    except InvalidInput as problem:
        return _question(slug, act, str(problem)), 400
    flash(told)
    return redirect(url_for("campaigns.show", slug=slug), 303)


def _question(slug: str, act: str, problem: str = "") -> str:
    with parts().database.reading() as session:
        campaign = found(session, slug)
        _check_possible(campaign, act)
        return render_template(
            "desk/campaign_act.html",
            campaign=campaign,
            act=act,
            steps=details(session, campaign).steps,
            pace=schedule_of(campaign).pace,
            problem=problem,
        )


def _do(slug: str, act: str, because: str) -> str:
    """What is said of it afterwards."""
    by, now = organizer().address, parts().clock()
    if act != "resume" and not because:
        raise InvalidInput(_("Say why: your colleagues will want to know."))
    with parts().database.transaction() as session:
        campaign = found(session, slug)
        _check_possible(campaign, act)
        if act == "resume":
            acts.resume(session, campaign, by=by, now=now)
            return _("%(campaign)s goes on, at its pace.", campaign=campaign.name)
        if campaign.state is CampaignState.running:
            acts.pause(session, campaign, by=by, now=now, reason=because)
        if act == "pause":
            return _("%(campaign)s is paused. Nothing more leaves.", campaign=campaign.name)
        wishes.ask(session, campaign, WishKind.cancel, by=by, now=now, because=because)
        return _("Nothing more leaves; what has not left is being withdrawn.")


def _check_possible(campaign: Campaign, act: str) -> None:
    if campaign.state not in _POSSIBLE[act]:
        raise NotAllowed(
            _(
                "%(campaign)s is %(state)s: there is nothing to %(act)s.",
                campaign=campaign.name,
                state=_(campaign.state),
                act=_(act),
            )
        )


_ACTS = (mark("pause"), mark("resume"), mark("cancel"))
