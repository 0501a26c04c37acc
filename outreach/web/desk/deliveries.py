"""One copy as its recipient sees it, and what became of it."""

from typing import Literal, cast
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.campaigns.on_paper import letter_on_paper
from outreach.campaigns.tables import Campaign
from outreach.contacts.tables import Mission
from outreach.delivery import queue
from outreach.delivery.composing import Outgoing
from outreach.delivery.tables import Delivery, Purpose
from outreach.letters.enclosures import enclosed
from outreach.web.access import needs
from outreach.web.current import organizer, parts
from outreach.web.desk import copies
from outreach.web.desk.clocks import clocks_of
from outreach.web.desk.history import history
from outreach.web.headers import COPY_POLICY
from outreach.web.presentation import home_zone

blueprint = Blueprint("deliveries", __name__, url_prefix="/deliveries")


@blueprint.get("/<row:number>")
def show(number: int) -> str:
    with parts().database.reading() as session:
        delivery = _delivery(session, number)
        outgoing = parts().composer.compose_stored(session, delivery, parts().clock())
        mission = session.get(Mission, delivery.mission_id or 0)
        return render_template(
            "desk/delivery.html",
            delivery=delivery,
            campaign=session.get(Campaign, delivery.campaign_id or 0),
            mission=mission,
            clock=clocks_of(session, mission, [delivery.contact_id])[delivery.contact_id],
            others=copies.others(session, delivery),
            outgoing=outgoing,
            enclosures=enclosed(session, delivery.enclosures),
            headers=copies.headers(outgoing.mime()) if outgoing else [],
            history=history(session, delivery),
        )


@blueprint.get("/<row:number>/html")
def html(number: int) -> Response:
    """For a frame on our own pages, which may show it and let it do nothing."""
    answer = Response(_composed(number).copy.html, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = COPY_POLICY
    return answer


@blueprint.get("/<row:number>.eml")
def eml(number: int) -> Response:
    """The very message, as a carrier hands it over."""
    answer = Response(_composed(number).mime(), mimetype="message/rfc822")
    answer.headers["Content-Disposition"] = f'attachment; filename="delivery-{number}.eml"'
    return answer


@blueprint.get("/<row:number>.pdf")
def pdf(number: int) -> Response:
    """The letter for paper, which the browser shows; without what belongs to the mail alone."""
    with parts().database.reading() as session:
        made = letter_on_paper(session, _delivery(session, number), ZoneInfo(home_zone()))
    answer = Response(made, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="letter-{number}.pdf"'
    return answer


@blueprint.post("/<row:number>/settle")
@needs(Role.organizer)
def settle(number: int) -> ResponseReturnValue:
    """What a person found out about a copy in doubt."""
    verdict = request.form.get("as")
    if verdict not in {"sent", "queued"}:
        abort(400)
    to = cast(Literal["sent", "queued"], verdict)
    by, now = organizer().address, parts().clock()
    with parts().database.transaction() as session:
        queue.settle(session, number, to, now=now, by=by)
        audit.note(
            session,
            actor=by,
            act=f"delivery settled as {to}",
            subject=f"delivery {number}",
            now=now,
        )
    return redirect(url_for(".show", number=number), 303)


def _delivery(session: Session, number: int) -> Delivery:
    """Never one that lets its recipient in: that is for its recipient alone."""
    found = session.get(Delivery, number)
    return found if found and found.purpose is not Purpose.entry else abort(404)


def _composed(number: int) -> Outgoing:
    with parts().database.reading() as session:
        delivery = _delivery(session, number)
        outgoing = parts().composer.compose_stored(session, delivery, parts().clock())
    return outgoing or abort(404)
