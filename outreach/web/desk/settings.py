"""The settings as they are, a test mail to oneself, and what doctor finds.

Nothing is written here: settings stand in the environment of the program.
"""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session, col, select

from outreach.accounts import audit, throttling
from outreach.accounts.tables import Role
from outreach.campaigns.schedule import Sender, schedule_of
from outreach.campaigns.tables import Campaign, CampaignState
from outreach.texts import gettext as _
from outreach.texts import mark
from outreach.upkeep import doctor, trials
from outreach.upkeep.doctor import Finding
from outreach.web.access import needs
from outreach.web.current import organizer, parts
from outreach.web.desk.settings_told import GROUPS
from outreach.web.throttle import attempt, throttle

blueprint = Blueprint("settings", __name__, url_prefix="/settings")

PATIENCE = 10.0  # seconds, in which nothing else comes back to whoever pressed the button
_MOST_CAMPAIGNS = 20


@blueprint.get("")
def show() -> str:
    return _page()


@blueprint.post("/test-mail")
@needs(Role.admin)
def send_test_mail() -> ResponseReturnValue:
    """Only ever to the address of whoever asks."""
    me, now, carrier = organizer(), parts().clock(), parts().settings.carrier
    attempt(throttle(throttling.TEST_MAIL, me.address))
    with parts().database.transaction() as session:
        trials.mail_trial(session, me, carrier, parts().letterhead, now)
        act = mark("test mail queued")
        audit.note(session, actor=me.address, act=act, subject=me.address, detail=carrier, now=now)
    flash(_("A test mail to %(address)s is in the queue.", address=me.address))
    return redirect(url_for(".show", _anchor="test"), 303)


@blueprint.post("/checks")
@needs(Role.admin)
def check() -> str:
    attempt(throttle(throttling.CHECKS, organizer().address))
    return _page(doctor.ask_servers(parts(), seconds=PATIENCE), asked=True)


def _page(from_servers: Sequence[Finding] = (), *, asked: bool = False) -> str:
    settings, is_admin = parts().settings, organizer().role.includes(Role.admin)
    with parts().database.reading() as session:
        trial = trials.latest_trial(session, organizer()) if is_admin else None
        senders = _senders(session)
    found = [*from_servers, *doctor.look_here(parts())] if is_admin else []
    return render_template(
        "desk/settings.html",
        groups=[(each, each.told(settings)) for each in GROUPS if is_admin or not each.inward],
        senders=senders,
        letterhead=parts().letterhead,
        is_admin=is_admin,
        trial=trial,
        fate=trials.fate(trial, settings.carrier) if trial else None,
        findings=[each for each in found if each.verdict != "fine"],
        fine=[each for each in found if each.verdict == "fine"],
        asked=asked,
        has_servers=settings.imap_url or settings.carrier == "smtp",
        patience=PATIENCE,
    )


def _senders(session: Session) -> list[tuple[Campaign, Sender]]:
    """Of the newest campaigns; each schedule names its own."""
    alive = col(Campaign.state) != CampaignState.cancelled
    newest = select(Campaign).where(alive).order_by(col(Campaign.id).desc()).limit(_MOST_CAMPAIGNS)
    return [(each, schedule_of(each).campaign.sender) for each in session.exec(newest)]
