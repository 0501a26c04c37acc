"""Contacts as a list: searched, filtered, and taken away as a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile

from flask import Blueprint, Response, render_template, request, send_file
from sqlmodel import Session

from outreach import texts
from outreach.accounts import audit
from outreach.contacts import exporting, finding, lists
from outreach.contacts.finding import Mail
from outreach.contacts.tables import Contact, ContactList, Mission
from outreach.delivery.suppression import suppressed
from outreach.delivery.tables import Suppression
from outreach.errors import InvalidInput
from outreach.texts import gettext as _
from outreach.texts import mark
from outreach.web.current import organizer, parts
from outreach.web.desk.contacts_filter import LANGUAGES, Asked, read_filter
from outreach.web.paging import ROWS, Page, cut, read_number

blueprint = Blueprint("contacts", __name__, url_prefix="/contacts")

MOST_EXPORTED = 50_000  # contacts in a file that somebody waits for


@dataclass(frozen=True)
class Line:
    """A contact's row in the list."""

    contact: Contact
    mission: Mission
    lists: Sequence[ContactList]
    stopped: Suppression | None


@blueprint.get("")
def show() -> str:
    after = read_number(request.args.get("after", ""))
    with parts().database.reading() as session:
        every = lists.every(session)
        asked = read_filter(request.args, every, parts().states)
        return render_template(
            "desk/contacts.html",
            asked=asked,
            page=_page(session, asked, after),
            lists=every,
            languages=LANGUAGES,
            mails=list(Mail),
        )


@blueprint.get("/export.<any(csv, xlsx):form>")
def export(form: str) -> Response:
    """Those of the present filter."""
    packed = TemporaryFile()  # noqa: SIM115 - closed once it is sent
    with parts().database.reading() as session:
        asked = read_filter(request.args, lists.every(session), parts().states)
        chosen = finding.conditions(session, asked.wanted, parts().states)
        _require_few(finding.count_up_to(session, chosen, MOST_EXPORTED))
        rows = exporting.table_rows(session, chosen, parts().states)
        written = exporting.WRITERS[form](rows, packed)
    by, now = organizer().address, parts().clock()
    with parts().database.transaction() as session:
        detail = mark("%(count)s as %(form)s") % {"count": written, "form": form.upper()}
        audit.note(session, actor=by, act=mark("contacts exported"), detail=detail, now=now)
    packed.seek(0)
    return send_file(packed, as_attachment=True, download_name=f"contacts.{form}")


def _require_few(count: int) -> None:
    if count > MOST_EXPORTED:
        raise InvalidInput(
            _(
                "That is more than %(most)s contacts. Narrow the filter, or ask whoever "
                "runs this server: outreach contacts export --out FILE writes all of them.",
                most=texts.count(MOST_EXPORTED),
            )
        )


def _page(session: Session, asked: Asked, after: int) -> Page[Line]:
    query = finding.page(session, asked.wanted, parts().states, after=after, rows=ROWS + 1)
    found, more = cut(query)
    on = lists.lists_of(session, [contact.id for contact, __ in found])
    stopped = suppressed(session, [contact.address for contact, __ in found])
    lines = [
        Line(contact, mission, on.get(contact.id or 0, ()), stopped.get(contact.address))
        for contact, mission in found
    ]
    return Page(lines, str(found[-1][0].id) if more else None)
