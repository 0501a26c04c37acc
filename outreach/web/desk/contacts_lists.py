"""Contact lists: who is on them in numbers, which campaigns name them, and their making."""

from collections import defaultdict
from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session, col, select

from outreach import texts
from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.campaigns.schedule import schedule_of
from outreach.campaigns.tables import Campaign
from outreach.contacts import finding, lists
from outreach.errors import InvalidInput
from outreach.texts import gettext as _
from outreach.texts import mark, ngettext
from outreach.web.access import needs
from outreach.web.current import organizer, parts
from outreach.web.desk.contacts_filter import read_filter

blueprint = Blueprint("lists", __name__, url_prefix="/lists")

MOST_ADDED = 100_000  # contacts that are put on a list while somebody waits


@blueprint.get("")
def show() -> str:
    return _every()


@blueprint.post("")
@needs(Role.organizer)
def add() -> ResponseReturnValue:
    name = request.form.get("name", "")
    try:
        with parts().database.transaction() as session:
            made = lists.make(session, name)
            _note(session, mark("list made"), made.slug)
    except InvalidInput as problem:
        return _every(str(problem), name), 400
    flash(_("There is a list %(name)s now. Nobody is on it yet.", name=made.slug))
    return redirect(url_for(".one", number=made.id), 303)


@blueprint.get("/<row:number>")
def one(number: int) -> str:
    return _one(number)


@blueprint.post("/<row:number>/rename")
@needs(Role.organizer)
def rename(number: int) -> ResponseReturnValue:
    name = request.form.get("name", "")
    try:
        with parts().database.transaction() as session:
            before = lists.get(session, number).slug
            after = lists.rename(session, number, name).slug
            _note(session, mark("list renamed"), before, after)
    except InvalidInput as problem:
        return _one(number, str(problem), name), 400
    flash(_("The list is called %(name)s now.", name=after))
    return redirect(url_for(".one", number=number), 303)


@blueprint.post("/<row:number>/delete")
@needs(Role.organizer)
def delete(number: int) -> ResponseReturnValue:
    with parts().database.transaction() as session:
        name = lists.get(session, number).slug
        lists.delete_empty(session, number)
        _note(session, mark("list deleted"), name)
    flash(_("The list %(name)s was deleted.", name=name))
    return redirect(url_for(".show"), 303)


@blueprint.get("/add")
@needs(Role.organizer)
def ask() -> str:
    """Those whom a filter of the contacts' page finds."""
    return _ask()


@blueprint.post("/add")
@needs(Role.organizer)
def put_on() -> ResponseReturnValue:
    """``list``: the id of one that is there; or ``new_list``: the name of one to make."""
    name, number = request.form.get("new_list", "").strip(), request.form.get("to", type=int)
    try:
        with parts().database.transaction() as session:
            asked = read_filter(request.args, lists.every(session), parts().states)
            chosen = finding.conditions(session, asked.wanted, parts().states)
            count = finding.count_up_to(session, chosen, MOST_ADDED)
            if count > MOST_ADDED:
                most = texts.count(MOST_ADDED)
                raise InvalidInput(
                    _("That is more than %(most)s contacts: narrow the filter.", most=most)
                )
            to = lists.make(session, name) if name else lists.get(session, number or 0)
            lists.put_on(session, to.id or 0, chosen)
            _note(session, mark("contacts put on a list"), to.slug, str(count))
    except InvalidInput as problem:
        return _ask(str(problem)), 400
    flash(
        ngettext(
            "The one contact is on the list %(name)s now.",
            "All %(num)s are on the list %(name)s now.",
            count,
            name=to.slug,
        )
    )
    return redirect(url_for("contacts.show", list=to.slug), 303)


def _ask(problem: str = "") -> str:
    with parts().database.reading() as session:
        every = lists.every(session)
        asked = read_filter(request.args, every, parts().states)
        chosen = finding.conditions(session, asked.wanted, parts().states)
        return render_template(
            "desk/contact_lists_add.html",
            asked=asked,
            count=finding.count_up_to(session, chosen, lists.COUNTED),
            counted=lists.COUNTED,
            lists=every,
            problem=problem,
        )


def _every(problem: str = "", typed: str = "") -> str:
    with parts().database.reading() as session:
        every = lists.every(session)
        return render_template(
            "desk/contact_lists.html",
            lists=every,
            counts={each.id: lists.count(session, each.id) for each in every},
            counted=lists.COUNTED,
            campaigns=_campaigns(session),
            problem=problem,
            typed=typed,
        )


def _one(number: int, problem: str = "", typed: str = "") -> str:
    with parts().database.reading() as session:
        found = lists.get(session, number)
        return render_template(
            "desk/contact_list.html",
            list=found,
            count=lists.count(session, number),
            counted=lists.COUNTED,
            campaigns=_campaigns(session).get(found.slug, []),
            problem=problem,
            typed=typed or found.slug,
        )


def _campaigns(session: Session) -> Mapping[str, list[Campaign]]:
    """Those whose schedule names a list, by the list's name; the latest first."""
    naming: defaultdict[str, list[Campaign]] = defaultdict(list)
    for campaign in session.exec(select(Campaign).order_by(col(Campaign.id).desc())):
        for slug in schedule_of(campaign).campaign.lists:
            naming[slug].append(campaign)
    return naming


def _note(session: Session, act: str, name: str, detail: str = "") -> None:
    by, now = organizer().address, parts().clock()
    audit.note(session, actor=by, act=act, subject=name, detail=detail, now=now)
