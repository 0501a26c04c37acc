"""Addresses that nothing is sent to, and why: looked up, added and lifted by hand."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.contacts import stopping
from outreach.contacts.tables import Contact
from outreach.delivery.addresses import canonical
from outreach.delivery.suppression import WORDS
from outreach.delivery.tables import Suppression
from outreach.errors import InvalidInput
from outreach.texts import gettext as _
from outreach.texts import mark
from outreach.web.access import needs
from outreach.web.current import organizer, parts
from outreach.web.paging import ROWS, Page, cut, read_number

blueprint = Blueprint("stopped", __name__, url_prefix="/contacts/suppressed")

Row = tuple[Suppression, Contact | None]


@blueprint.get("")
def show() -> str:
    return _page()


@blueprint.post("")
@needs(Role.organizer)
def add() -> ResponseReturnValue:
    by, now, form = organizer().address, parts().clock(), request.form
    try:
        with parts().database.transaction() as session:
            stopped = stopping.stop(session, form.get("address", ""), form.get("note", ""), now)
            if stopped:
                subject = f"suppression {stopped.id}"
                audit.note(
                    session, actor=by, act=mark("address suppressed"), subject=subject, now=now
                )
    except InvalidInput as problem:
        return _page(str(problem)), 400
    already = _("Nothing was going there already.")
    flash(_("Nothing goes there any more.") if stopped else already)
    return redirect(url_for(".show"), 303)


@blueprint.post("/<row:number>/lift")
@needs(Role.organizer)
def lift(number: int) -> ResponseReturnValue:
    by, now = organizer().address, parts().clock()
    with parts().database.transaction() as session:
        stopping.lift(session, number)
        subject = f"suppression {number}"
        audit.note(session, actor=by, act=mark("suppression lifted"), subject=subject, now=now)
    flash(_("Mail may go there again. What was withdrawn stays withdrawn."))
    return redirect(url_for(".show"), 303)


def _page(problem: str = "") -> str:
    typed = request.args.get("q", "").strip()[:320]
    before = read_number(request.args.get("before", ""))
    with parts().database.reading() as session:
        page = _rows(session, _canonical(typed), before)
    return render_template(
        "desk/contact_stopped.html",
        page=page,
        q=typed,
        problem=problem,
        typed=request.form,
        because=WORDS,
        held=stopping.HELD,
        longest=stopping.LONGEST_NOTE,
    )


def _rows(session: Session, address: str, before: int) -> Page[Row]:
    query = stopping.page(session, address=address, before=before or None, rows=ROWS + 1)
    found, more = cut(query)
    return Page(found, str(found[-1][0].id) if more else None)


def _canonical(typed: str) -> str:
    try:
        return canonical(typed) if typed else ""
    except InvalidInput:
        return typed
