"""The weekly reports as pages."""

from flask import Blueprint, Response, render_template
from markupsafe import Markup
from sqlmodel import col, select

from outreach.errors import NotFound
from outreach.reports.figures import Figures
from outreach.reports.rendering import Links, as_fragment, stylesheet
from outreach.reports.tables import WeeklyReport
from outreach.reports.weeks import Week
from outreach.web.current import parts

blueprint = Blueprint("reports", __name__, url_prefix="/reports")


@blueprint.get("")
def listing() -> str:
    made = select(WeeklyReport.week, WeeklyReport.made_at).order_by(col(WeeklyReport.week).desc())
    with parts().database.reading() as session:
        reports = [(Week.parse(week), at) for week, at in session.exec(made)]
    return render_template("desk/reports.html", reports=reports)


@blueprint.get("/report.css")
def style() -> Response:
    """The report's own styles: it looks the same here as in the mail."""
    return Response(stylesheet(), mimetype="text/css")


@blueprint.get("/<week>")
def show(week: str) -> str:
    wanted = Week.parse(week)
    with parts().database.reading() as session:
        found = session.get(WeeklyReport, str(wanted))
    if found is None:
        raise NotFound(
            f"There is no report for {wanted} yet; make it with: "
            f"outreach report weekly --week {wanted}"
        )
    figures = Figures.model_validate(found.figures)
    # The fragment escapes what comes from outside itself.
    body = Markup(as_fragment(figures, Links()))
    return render_template("desk/report.html", week=wanted, body=body)
