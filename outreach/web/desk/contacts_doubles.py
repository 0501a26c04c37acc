"""Likely doubles side by side, and the merging of two contacts into one."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.contacts import doubles, editing
from outreach.contacts.merging import merge
from outreach.contacts.tables import Contact
from outreach.delivery.suppression import suppressed
from outreach.errors import NotAllowed
from outreach.texts import gettext as _
from outreach.texts import mark
from outreach.web.access import needs
from outreach.web.current import organizer, parts
from outreach.web.paging import read_number

blueprint = Blueprint("doubles", __name__, url_prefix="/contacts")

_TOLD = mark("contact %(id)s into it: %(copies)s copies moved, %(withdrawn)s withdrawn")


@blueprint.get("/doubles")
def show() -> str:
    after = read_number(request.args.get("after", ""))
    with parts().database.reading() as session:
        found, following = doubles.look(session, after)
    return render_template(
        "desk/contact_doubles.html", found=found, after=after, following=following
    )


@blueprint.get("/<row:number>/merge/<row:other>")
@needs(Role.organizer)
def ask(number: int, other: int) -> str:
    """What it would do, told by doing it and taking it back."""
    with parts().database.transaction() as session:
        page = _page(session, number, other)
        session.rollback()
    return page


@blueprint.post("/<row:number>/merge/<row:other>")
@needs(Role.organizer)
def act(number: int, other: int) -> ResponseReturnValue:
    by, now = organizer().address, parts().clock()
    with parts().database.transaction() as session:
        found = [editing.get(session, each, to_change=True) for each in sorted((number, other))]
        by_id = {contact.id: contact for contact, __ in found}
        keep, away = by_id[number], by_id[other]
        if request.form.get("seen") != _version(keep, away):
            raise NotAllowed(
                _(
                    "Somebody changed one of the two after you looked, so they were not merged. "
                    "Go back, reload the page and look once more."
                )
            )
        done = merge(session, keep, away, now=now)
        told = _TOLD % {"id": other, "copies": done.copies, "withdrawn": done.withdrawn}
        subject = f"contact {number}"
        audit.note(
            session, actor=by, act=mark("contacts merged"), subject=subject, detail=told, now=now
        )
    flash(_("The two are one contact now."))
    return redirect(url_for("contact.show", number=number), 303)


def _version(keep: Contact, away: Contact) -> str:
    return f"{editing.version(keep)} {editing.version(away)}"


def _page(session: Session, number: int, other: int) -> str:
    (keep, mission), (away, __) = editing.get(session, number), editing.get(session, other)
    before = [editing.as_typed(each, mission) for each in (keep, away)]
    stopped = suppressed(session, [away.address]).get(away.address)
    seen = _version(keep, away)
    done = merge(session, keep, away, now=parts().clock())
    return render_template(
        "desk/contact_merge.html",
        number=number,
        other=other,
        keep=before[0],
        away=before[1],
        after=editing.as_typed(keep, mission),
        mission=mission,
        stopped=stopped,
        done=done,
        seen=seen,
    )
