"""The first page: what needs a person now, what goes next, and how the campaigns stand."""

from flask import Blueprint, render_template

from outreach.reports.daily import days_up_to
from outreach.reports.pictures.days import sends_and_answers
from outreach.web.current import organizer, parts
from outreach.web.desk.first_steps import first_steps
from outreach.web.desk.going_next import going_next
from outreach.web.desk.overview import overviews
from outreach.web.desk.pictures import standings_of_newest
from outreach.web.desk.todo import items
from outreach.web.presentation import today

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def show() -> str:
    day = today()
    with parts().database.reading() as session:
        return render_template(
            "desk/home.html",
            campaigns=overviews(session),
            coming=going_next(session, day),
            days=sends_and_answers(days_up_to(session, day)),
            standings=standings_of_newest(session),
            steps=first_steps(session, organizer(), parts().settings.templates),
            todo=items(session, parts().states, day, parts().clock()),
        )
