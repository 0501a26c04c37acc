"""The weekly reports: as pages, to take away, and side by side."""

import json
from collections.abc import Callable

from flask import Blueprint, Response, render_template
from markupsafe import Markup
from sqlmodel import Session, col, select

from outreach import texts
from outreach.accounts.feeds import feed_token
from outreach.errors import NotFound
from outreach.reports import paper, rendering, spreadsheet, weekly, wording
from outreach.reports.comparing import side_by_side
from outreach.reports.figures import Figures
from outreach.reports.rendering import Links
from outreach.reports.retelling import retold
from outreach.reports.tables import WeeklyReport
from outreach.reports.weeks import Week
from outreach.texts import gettext as _
from outreach.web.current import organizer, parts

blueprint = Blueprint("reports", __name__, url_prefix="/reports")

_COMPARED = 8  # weeks


@blueprint.get("")
def listing() -> str:
    made = select(WeeklyReport.week, WeeklyReport.made_at).order_by(col(WeeklyReport.week).desc())
    with parts().database.reading() as session:
        reports = [(Week.parse(week), at) for week, at in session.exec(made)]
        latest = weekly.latest(session, _COMPARED)
    return render_template(
        "desk/reports.html",
        reports=reports,
        weeks=[(Week.parse(figures.week), figures) for figures in latest],
        rows=side_by_side(latest),
        feed=Links().feed(feed_token(organizer(), parts().tokens)),
        public_url=parts().settings.public_url,
    )


@blueprint.get("/report.css")
def style() -> Response:
    """The report's own styles: it looks the same here as in the mail."""
    return Response(rendering.stylesheet(), mimetype="text/css")


@blueprint.get("/<week>")
def show(week: str) -> str:
    wanted = Week.parse(week)
    with parts().database.reading() as session:
        figures = _stored(session, wanted)
    # The fragment escapes what comes from outside itself.
    body = Markup(rendering.as_fragment(retold(figures), Links()))
    return render_template("desk/report.html", week=wanted, name=wording.name(figures), body=body)


@blueprint.get("/<week>.<any(pdf, csv, json):form>")
def download(week: str, form: str) -> Response:
    wanted = Week.parse(week)
    with parts().database.reading() as session:
        figures = _stored(session, wanted)
    media_type, made = _FORMS[form]
    links = Links(parts().settings.public_url)
    # Programs read the others, and know their words in English.
    with texts.speaking(texts.spoken() if form == "pdf" else "en"):
        answer = Response(made(retold(figures), links), mimetype=media_type)
    name = f"weekly-report-{wanted}.{form}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _stored(session: Session, week: Week) -> Figures:
    figures = weekly.stored(session, week)
    if figures is None:
        raise NotFound(
            _(
                "There is no report for %(week)s yet; "
                "make it with: outreach report weekly --week %(week)s",
                week=week,
            )
        )
    return figures


def _as_json(figures: Figures, links: Links) -> str:
    return json.dumps(rendering.as_json(figures, links))


_FORMS: dict[str, tuple[str, Callable[[Figures, Links], str | bytes]]] = {
    "pdf": ("application/pdf", paper.as_pdf),
    "csv": ("text/csv", spreadsheet.as_csv),
    "json": ("application/json", _as_json),
}
