"""The audit trail: who did what and when, to read, to narrow down and to take away."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import orjson
from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import BadRequest

from outreach.accounts import audit
from outreach.accounts.audit import Filter
from outreach.accounts.tables import AuditEntry, Role
from outreach.contacts.formulas import defuse
from outreach.texts import mark
from outreach.web.access import needs
from outreach.web.current import organizer, parts
from outreach.web.paging import ROWS, Page, cut, read_number
from outreach.web.presentation import zone

blueprint = Blueprint("audit", __name__, url_prefix="/audit")

_COLUMNS = ("at", "actor", "act", "subject", "detail")


@blueprint.get("")
@needs(Role.approver)
def show() -> str:
    before = read_number(request.args.get("before", ""))
    with parts().database.reading() as session:
        found = audit.find(session, _filter(), before=before, limit=ROWS + 1)
        actors = audit.actors(session)
    rows, more = cut(found)
    following = str(rows[-1].id) if more else None
    return render_template(
        "desk/audit.html", page=Page(rows, following), given=_given(), actors=actors
    )


@blueprint.get("/trail.<any(csv, json):form>")
@needs(Role.approver)
def export(form: str) -> Response:
    """All that the filter leaves. That it was taken away is an entry too."""
    by, now = organizer().address, parts().clock()
    with parts().database.transaction() as session:
        found = audit.find(session, _filter())
        audit.note(session, actor=by, act=mark("audit trail exported"), detail=form, now=now)
    media_type, made = _FORMS[form]
    answer = Response(made(found), mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="audit-trail.{form}"'
    return answer


def _as_csv(entries: Sequence[AuditEntry]) -> str:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(_COLUMNS)
    for entry in entries:
        texts = (entry.actor, entry.act, entry.subject, entry.detail)
        writer.writerow([entry.at.isoformat(), *map(defuse, texts)])
    return written.getvalue()


def _as_json(entries: Sequence[AuditEntry]) -> bytes:
    return orjson.dumps([{name: getattr(each, name) for name in _COLUMNS} for each in entries])


_FORMS: dict[str, tuple[str, Callable[[Sequence[AuditEntry]], str | bytes]]] = {
    "csv": ("text/csv", _as_csv),
    "json": ("application/json", _as_json),
}


def _given() -> dict[str, str]:
    """What narrows the trail, as it was asked for."""
    asked = {name: request.args.get(name, "").strip() for name in ("actor", "act", "day")}
    return {name: value for name, value in asked.items() if value}


def _filter() -> Filter:
    given = _given()
    since = _midnight(given["day"]) if "day" in given else None
    return Filter(
        actor=given.get("actor", ""),
        act=given.get("act", ""),
        since=since,
        until=_midnight(given["day"], days=1) if since else None,
    )


def _midnight(day: str, *, days: int = 0) -> datetime:
    """At which the day begins by the reader's clock, as the page shows it."""
    try:
        wanted = date.fromisoformat(day) + timedelta(days=days)
        return datetime.combine(wanted, time.min, ZoneInfo(zone())).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadRequest from None
