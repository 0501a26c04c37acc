"""The first page: how the campaigns stand, and what needs a person now."""

from flask import Blueprint, render_template

from outreach.web.current import parts
from outreach.web.desk.overview import overviews
from outreach.web.desk.pictures import standings_by_campaign
from outreach.web.desk.todo import items
from outreach.web.presentation import today

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def show() -> str:
    with parts().database.reading() as session:
        return render_template(
            "desk/home.html",
            campaigns=overviews(session),
            standings=standings_by_campaign(session),
            todo=items(session, parts().states, today()),
        )
