"""Erasing a contact: first what would go, in numbers, then the act."""

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from outreach.accounts.tables import Role
from outreach.contacts import editing
from outreach.reports import erasing
from outreach.reports.erasing import Erased
from outreach.texts import gettext as _
from outreach.web.access import needs
from outreach.web.current import organizer, parts
from outreach.web.headers import live

blueprint = Blueprint("contact_erasing", __name__, url_prefix="/contacts/<row:number>/erase")


@blueprint.get("")
@needs(Role.approver)
def ask(number: int) -> Response:
    """With ``?counted=yes`` what would go, for which everything is looked through: only then."""
    with parts().database.reading() as session:
        contact, __ = editing.get(session, number)
    is_counted = request.args.get("counted") == "yes"
    found = _erase(contact.address, dry_run=True) if is_counted else None
    page = render_template("desk/contact_erase.html", contact=contact, found=found)
    return make_response(page) if found else live(page)


@blueprint.post("")
@needs(Role.approver)
def act(number: int) -> ResponseReturnValue:
    """The address and not the contact's row is erased: also what only the inbox knows of it."""
    with parts().database.reading() as session:
        contact, __ = editing.get(session, number)
    found = _erase(contact.address, dry_run=False)
    for line in [_("The contact was erased."), *found.advice()]:
        flash(line)
    return redirect(url_for("contacts.show"), 303)


def _erase(address: str, *, dry_run: bool) -> Erased:
    return erasing.erase(
        parts().database,
        address,
        tokens=parts().tokens,
        by=organizer().address,
        now=parts().clock(),
        dry_run=dry_run,
        search=False,
    )
