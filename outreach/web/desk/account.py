"""One's own account: name, password, reports, and the browsers that are signed in."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session
from werkzeug import Response

from outreach.accounts import audit, notices, passwords, people, sessions, throttling
from outreach.accounts.feeds import feed_token
from outreach.accounts.tables import Organizer
from outreach.contacts.time_zones import find_time_zone, zones
from outreach.errors import InvalidInput
from outreach.reports.rendering import Links
from outreach.texts import LANGUAGES, mark, ngettext, speaking
from outreach.texts import gettext as _
from outreach.web import headers
from outreach.web.current import desk_session, organizer, parts
from outreach.web.paging import read_number
from outreach.web.sign_in import begin_session, sign_out
from outreach.web.speaking import asked_by_browser, remember
from outreach.web.throttle import attempt, throttle

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
def show() -> Response:
    return _page()


@blueprint.post("/name")
def rename() -> Response:
    with parts().database.transaction() as session:
        people.rename(session, organizer().address, request.form.get("name", ""))
    return _done(_("Your name is saved."))


@blueprint.post("/reports")
def choose_reports() -> ResponseReturnValue:
    wanted = request.form.get("gets_reports") == "yes"
    with parts().database.transaction() as session:
        people.get(session, organizer().address).gets_reports = wanted
    if wanted:
        return _done(_("The weekly report comes by mail."))
    return _done(_("No more weekly reports by mail."))


@blueprint.post("/language")
def choose_language() -> ResponseReturnValue:
    """What is said of it is said in that language already."""
    wanted = request.form.get("language", "")
    with parts().database.transaction() as session:
        people.choose_language(session, organizer().address, wanted)
    with speaking(wanted or asked_by_browser()):
        answer = _done(_("The desk speaks your language now."))
    remember(answer, wanted)
    return answer


@blueprint.post("/zone")
def choose_zone() -> ResponseReturnValue:
    typed = request.form.get("zone", "").strip()
    try:
        with parts().database.transaction() as session:
            people.choose_zone(session, organizer().address, find_time_zone(typed) or typed)
    except InvalidInput as error:
        return _page(problem=str(error), typed_zone=typed), 400
    return _done(_("Clock times are shown in your time zone now."))


@blueprint.post("/password")
def change_password() -> ResponseReturnValue:
    """Ends all sessions; this browser gets a new one."""
    form = request.form
    try:
        confirm_password(form.get("old", ""))
        if form.get("password", "") != form.get("again", ""):
            raise InvalidInput(_("The two new passwords differ. Type the same one twice."))
        with parts().database.transaction() as session:
            changed = people.set_password(session, organizer().address, form.get("password", ""))
            act, what = mark("password changed"), "your password was changed"
            note_change(session, changed, act, what)
    except InvalidInput as error:
        return _page(problem=str(error)), 400
    begin_session(changed)
    return _done(_("Your password is changed. All other browsers are signed out."))


@blueprint.post("/sessions/end")
def end_sessions() -> ResponseReturnValue:
    """One, or all with this one: a click by whoever found the browser open is not enough."""
    which = request.form.get("which", "")
    try:
        reconfirm()
    except InvalidInput as error:
        return _page(problem=str(error)), 400
    if which == "all":
        return _end_all()
    with parts().database.transaction() as session:
        sessions.end_one(session, organizer().id, read_number(which))
    return _done(_("That browser is signed out."))


def _end_all() -> Response:
    by, now = organizer(), parts().clock()
    with parts().database.transaction() as session:
        ended = sessions.end_all(session, by.id)
        audit.note(session, actor=by.address, act=mark("signed out everywhere"), now=now)
    sign_out()
    flash(
        ngettext(
            "You are signed out everywhere; %(num)s session ended.",
            "You are signed out everywhere; %(num)s sessions ended.",
            ended,
        )
    )
    return redirect(url_for("sign_in.ask"), 303)


def reconfirm() -> None:
    """As ``confirm_password``; whoever has no password came in by the demo's one click."""
    if organizer().password_hash:
        confirm_password(request.form.get("password", ""))


def confirm_password(password: str) -> None:
    """That it is still whoever signed in; InvalidInput if not. Strangers' guesses count apart."""
    asked = throttle(throttling.CONFIRM, organizer().address)
    attempt(asked)
    if not passwords.matches(password, organizer().password_hash):
        raise InvalidInput(_("That is not your password."))
    with parts().database.transaction() as session:
        asked.forgive(session)


def note_change(session: Session, changed: Organizer, act: str, what: str) -> None:
    """In the audit trail, and by mail to whom it concerns: ``what`` follows "On that day"."""
    now = parts().clock()
    by = organizer().address
    audit.note(session, actor=by, act=act, subject=changed.address, now=now)
    notices.tell_of_change(session, changed, what, parts().letterhead, now)


def _page(problem: str = "", typed_zone: str | None = None) -> Response:
    with parts().database.reading() as session:
        open_sessions = sessions.of(session, organizer().id, parts().clock())
    links = Links(parts().settings.public_url)
    page = render_template(
        "desk/account.html",
        me=organizer(),
        sessions=open_sessions,
        this=desk_session().id,
        languages=LANGUAGES,
        zones=sorted(zones().values()),
        typed_zone=organizer().zone or "" if typed_zone is None else typed_zone,
        feed=links.feed(feed_token(organizer(), parts().tokens)),
        problem=problem,
    )
    return headers.live(page)


def _done(says: str) -> Response:
    flash(says)
    return redirect(url_for("account.show"), 303)
