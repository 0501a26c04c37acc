"""Everything about one contact, and its places on lists."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session, col, select

from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.campaigns.eligibility import clock_of
from outreach.contacts import editing, lists
from outreach.contacts.finding import is_there
from outreach.contacts.stopping import HELD
from outreach.contacts.tables import Contact
from outreach.delivery.suppression import WORDS, suppressed
from outreach.delivery.tables import State
from outreach.texts import gettext as _
from outreach.texts import mark
from outreach.web.access import needs
from outreach.web.current import organizer, parts
from outreach.web.desk.contacts_history import copies_of, history, loaded_by

blueprint = Blueprint("contact", __name__, url_prefix="/contacts/<row:number>")

MOST_COLLEAGUES = 50


@blueprint.get("")
def show(number: int) -> ResponseReturnValue:
    """One that was merged into another leads there."""
    with parts().database.reading() as session:
        if other := editing.merged_into(session, number):
            return redirect(url_for(".show", number=other), 303)
        contact, mission = editing.get(session, number)
        copies = copies_of(session, contact)
        stopped = suppressed(session, [contact.address]).get(contact.address)
        on = lists.lists_of(session, [number]).get(number, [])
        return render_template(
            "desk/contact.html",
            contact=contact,
            mission=mission,
            colleagues=_colleagues(session, contact),
            most_colleagues=MOST_COLLEAGUES,
            copies=copies,
            waiting=sum(copy.delivery.state is State.queued for copy in copies),
            history=history(session, contact, copies, stopped),
            clock=clock_of(contact.time_zone, parts().states.get(mission.state)),
            stopped=stopped,
            stopped_because=WORDS,
            loaded_by=loaded_by,
            held=HELD,
            on=on,
            others=[each for each in lists.every(session) if each not in on],
            may_erase=organizer().role.includes(Role.approver),
        )


@blueprint.post("/lists")
@needs(Role.organizer)
def change_lists(number: int) -> ResponseReturnValue:
    """``put_on`` or ``take_off``: the id of a list."""
    act, off = ("put_on", False) if "put_on" in request.form else ("take_off", True)
    list_id = request.form.get(act, type=int) or abort(400)
    by, now = organizer().address, parts().clock()
    with parts().database.transaction() as session:
        editing.get(session, number)
        found = lists.get(session, list_id)
        if off:
            lists.take_off(session, list_id, number)
        else:
            lists.put_on(session, list_id, [col(Contact.id) == number])
        audit.note(
            session,
            actor=by,
            act=mark("contact taken off a list") if off else mark("contact put on a list"),
            subject=f"contact {number}",
            detail=found.slug,
            now=now,
        )
    said = mark("Off the list %(name)s now.") if off else mark("On the list %(name)s now.")
    flash(_(said, name=found.slug))
    return redirect(url_for(".show", number=number), 303)


def _colleagues(session: Session, contact: Contact) -> list[Contact]:
    same = (Contact.mission_id == contact.mission_id, Contact.id != contact.id, is_there())
    query = select(Contact).where(*same).order_by(col(Contact.id)).limit(MOST_COLLEAGUES + 1)
    return list(session.exec(query))
