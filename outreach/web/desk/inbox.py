"""What came back, as lists: threads or mails as asked for, the holding pen, the unreadable."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request
from sqlmodel import Session, col, select

from outreach.accounts.people import list_organizers
from outreach.campaigns.tables import Campaign
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import Outcome, ThreadState
from outreach.web import headers
from outreach.web.current import organizer, parts
from outreach.web.desk import live, threads
from outreach.web.desk.inbox_filter import Asked, read_filter
from outreach.web.presentation import today, zone

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")


@blueprint.get("")
def show() -> Response:
    before = request.args.get("before", "")
    with parts().database.reading() as session:
        choices = _choices(session)
        asked = _asked(**choices)
        page = render_template(
            "desk/inbox.html",
            asked=asked,
            turns=list(ThreadState),
            kinds=list(MailKind),
            outcomes=list(Outcome),
            today=today(),
            public_url=parts().settings.public_url,
            **choices,
            # Before the lists: what comes in between is told of, and shown all the same.
            newest=live.newest(session),
            **live.at_first(session),
            **_lists(session, asked, before),
        )
    return headers.live(page)


def _choices(session: Session) -> dict[str, Any]:
    newest_first = select(Campaign).order_by(col(Campaign.id).desc())
    return {
        "organizers": list_organizers(session),
        "campaigns": session.exec(newest_first).all(),
    }


def _asked(organizers: Any, campaigns: Any) -> Asked:
    return read_filter(
        request.args,
        me=organizer().id,
        owners=[each.id for each in organizers],
        campaigns=[each.id for each in campaigns],
        states=parts().states,
        zone=ZoneInfo(zone()),
        today=today(),
    )


def _lists(session: Session, asked: Asked, before: str) -> dict[str, Any]:
    """What waits for a person stands on top, where nothing is looked for."""
    if asked.is_for_mails:
        return {"mails": threads.mails(session, asked, before)}
    lists: dict[str, Any] = {"threads": threads.lines(session, asked.threads, before)}
    if asked.is_for_all:
        lists["holding_pen"] = threads.holding_pen(session)
        lists["unreadable"] = threads.unreadable(session)
    return lists
