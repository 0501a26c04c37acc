"""Pages for whoever cannot sign in yet: a link that was mailed or printed, a forgotten password."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from outreach.accounts import audit, links, notices, throttling
from outreach.accounts.tables import EntryKind, EntryLink, Organizer
from outreach.errors import InvalidInput
from outreach.texts import gettext as _
from outreach.texts import mark
from outreach.web.current import parts
from outreach.web.throttle import check, recognise, throttle

blueprint = Blueprint("entering", __name__)

_ACTS = {
    EntryKind.first: mark("first admin added"),
    EntryKind.invitation: mark("invitation accepted"),
    EntryKind.reset: mark("password set by link"),
}


@blueprint.get("/enter/<token>")
def ask(token: str) -> ResponseReturnValue:
    """Changes nothing: mail scanners open every link."""
    return _form(token)


@blueprint.post("/enter/<token>")
def act(token: str) -> ResponseReturnValue:
    try:
        with parts().database.transaction() as session:
            link = links.find(session, token, parts().tokens, parts().clock())
            if link is None:
                return _no_link()
            used = _use(session, link)
    except InvalidInput as error:
        return _form(token, problem=str(error))
    flash(_("Your password is set. Sign in with it now."))
    answer = redirect(url_for("sign_in.ask"), 303)
    recognise(answer, used.address)
    return answer


@blueprint.get("/forgotten")
def ask_for_reset() -> str:
    return render_template("forgotten.html")


@blueprint.post("/forgotten")
def reset() -> ResponseReturnValue:
    """The same answer for every address, after the same work."""
    address, now = request.form.get("address", "").strip(), parts().clock()
    asked = throttle(throttling.RESET, address)
    with parts().database.transaction() as session:
        check(asked, session, now)
        asked.count(session, now)
        links.ask_for_reset(session, address, now)
    flash(
        _(
            "If somebody with this address has an account here, a mail with a link is on its way. "
            "The link works for one hour."
        )
    )
    return redirect(url_for("sign_in.ask"), 303)


def _use(session: Session, link: EntryLink) -> Organizer:
    kind, now = link.kind, parts().clock()
    organizer = _organizer(session, link)
    audit.note(
        session, actor=organizer.address, act=_ACTS[kind], subject=organizer.address, now=now
    )
    if kind is EntryKind.reset:
        what = "your password was set anew with a link that was mailed to you"
        notices.tell_of_change(session, organizer, what, parts().letterhead, now)
    return organizer


def _organizer(session: Session, link: EntryLink) -> Organizer:
    form = request.form
    password = form.get("password", "")
    if password != form.get("again", ""):
        raise InvalidInput(_("The two passwords differ. Type the same one twice."))
    if link.kind is not EntryKind.first:
        return links.use(session, link, password)
    address, name = form.get("address", ""), form.get("name", "")
    return links.use_first(session, link, address, name, password, parts().clock())


def _form(token: str, problem: str = "") -> ResponseReturnValue:
    with parts().database.reading() as session:
        link = links.find(session, token, parts().tokens, parts().clock())
    if link is None:
        return _no_link()
    page = render_template("enter.html", link=link, problem=problem, given=request.form)
    return page, 400 if problem else 200


def _no_link() -> ResponseReturnValue:
    return render_template("no_link.html"), 404
