"""A contact by hand: a new one, and the changing of one that is there."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.contacts import editing
from outreach.contacts.columns import OWN
from outreach.contacts.editing import ChangedMeanwhile, Refused
from outreach.contacts.roles import read_role
from outreach.contacts.tables import Contact
from outreach.errors import InvalidInput
from outreach.texts import gettext as _
from outreach.texts import mark, spoken
from outreach.web.access import needs
from outreach.web.current import organizer, parts
from outreach.web.desk.contacts_history import CHANGED
from outreach.web.presentation import words

blueprint = Blueprint("contact_form", __name__, url_prefix="/contacts")

ROLES = ("ambassador", "charge_daffaires", "vacant", "mailbox")


@blueprint.get("/new")
@needs(Role.organizer)
def begin() -> str:
    """``state`` and ``organization`` may be given, for a colleague of somebody."""
    return _page(request.args)


@blueprint.post("/new")
@needs(Role.organizer)
def add() -> ResponseReturnValue:
    by, now = organizer().address, parts().clock()
    try:
        with parts().database.transaction() as session:
            made = editing.make(session, _typed(), parts().states, tokens=parts().tokens, now=now)
            subject = f"contact {made.id}"
            audit.note(session, actor=by, act=mark("contact added"), subject=subject, now=now)
    except Refused as refused:
        return _page(_typed(), reasons=refused.reasons), 400
    flash(_("The contact is stored. It is on no list yet: no campaign writes to it."))
    return redirect(url_for("contact.show", number=made.id), 303)


@blueprint.get("/<row:number>/edit")
@needs(Role.organizer)
def edit(number: int) -> str:
    with parts().database.reading() as session:
        contact, mission = editing.get(session, number)
        seen = editing.version(contact)
        return _page(editing.as_typed(contact, mission), contact, seen=seen)


@blueprint.post("/<row:number>/edit")
@needs(Role.organizer)
def change(number: int) -> ResponseReturnValue:
    by, now, seen = organizer().address, parts().clock(), request.form.get("seen", "")
    with parts().database.reading() as session:
        contact, __ = editing.get(session, number)
    try:
        with parts().database.transaction() as session:
            changed = editing.change(
                session,
                number,
                _typed(),
                parts().states,
                tokens=parts().tokens,
                seen=seen,
                now=now,
            )
            if changed:
                audit.note(
                    session,
                    actor=by,
                    act=CHANGED,
                    subject=f"contact {number}",
                    detail=", ".join(changed),
                    now=now,
                )
    except Refused as refused:
        return _page(_typed(), contact, seen=seen, reasons=refused.reasons), 400
    except ChangedMeanwhile:
        return _beside_the_other(number), 409
    nothing = _("Nothing was changed: all of it stood there already.")
    flash(_("Changed.") if changed else nothing)
    return redirect(url_for("contact.show", number=number), 303)


def _beside_the_other(number: int) -> str:
    """The form as it was typed, with what stands there now wherever that is something else."""
    with parts().database.reading() as session:
        contact, mission = editing.get(session, number)
        there, typed = editing.as_typed(contact, mission), _typed()
        typed["role"] = read_role(typed["role"])
        meanwhile = {name: text for name, text in there.items() if typed.get(name, "") != text}
        seen = editing.version(contact)
        return _page(typed, contact, seen=seen, meanwhile=meanwhile)


def _typed() -> dict[str, str]:
    """Fields that the form knows; the names of own columns can be told by their beginning."""
    form = request.form
    own = {name: form[name] for name in form if name.startswith(OWN) and name[len(OWN) :]}
    if any(len(name) > 100 for name in own):
        raise InvalidInput(_("The name of an own column is too long."))
    return {field: form.get(field, "") for field in editing.FIELDS} | own


def _said(role: str) -> str:
    """In the reader's words, which are understood when they come back."""
    return words(role) if role in ROLES else role


def _page(
    typed: Mapping[str, str],
    contact: Contact | None = None,
    *,
    seen: str = "",
    reasons: Mapping[str, str] | None = None,
    meanwhile: Mapping[str, str] | None = None,
) -> str:
    return render_template(
        "desk/contact_form.html",
        typed={**typed, "role": _said(typed.get("role", ""))},
        contact=contact,
        seen=seen,
        reasons=reasons or {},
        meanwhile=meanwhile,
        own=[field for field in typed if field.startswith(OWN)],
        roles=ROLES,
        states=parts().states.by_name(spoken()),
    )
