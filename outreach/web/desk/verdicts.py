"""What a mail is, said by a person: one click undoes what followed from the program's verdict."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.delivery.tables import State
from outreach.errors import InvalidInput
from outreach.inbox import changes, overruling
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import Change, IncomingMail
from outreach.texts import gettext as _
from outreach.texts import mark, ngettext
from outreach.web.access import needs
from outreach.web.current import organizer, parts

blueprint = Blueprint("verdict", __name__, url_prefix="/inbox/mail")

# What each kind sets going, for whoever is about to say that a mail is of that kind.
CONSEQUENCES: Mapping[MailKind, str] = {
    MailKind.reply: mark("stops the reminders"),
    MailKind.out_of_office: mark("lets the reminders wait"),
    MailKind.auto_reply: mark("changes nothing"),
    MailKind.bounce: mark("stops this address"),
    MailKind.opt_out: mark("stops this address for good"),
    MailKind.complaint: mark("stops this address for good"),
    MailKind.challenge: mark("changes nothing"),
}

NAMES: Mapping[MailKind, str] = {
    MailKind.reply: mark("a reply"),
    MailKind.out_of_office: mark("a notice of absence"),
    MailKind.auto_reply: mark("an automatic answer"),
    MailKind.bounce: mark("a bounce"),
    MailKind.opt_out: mark("a request for no more mail"),
    MailKind.complaint: mark("a complaint"),
    MailKind.challenge: mark("a question whether we are human"),
}


@blueprint.post("/<row:number>/overrule")
@needs(Role.organizer)
def overrule(number: int) -> ResponseReturnValue:
    kind = _kind()
    back = _day(request.form.get("returns_on", "")) if kind is MailKind.out_of_office else None
    by, now = organizer().address, parts().clock()
    with parts().database.transaction() as session:
        mail = session.get(IncomingMail, number) or abort(404)
        was = mail.kind
        overruling.overrule(session, mail, kind, returns_on=back, now=now)
        said = f"{was} is {kind}"
        audit.note(
            session, actor=by, act=mark("mail overruled"), subject=str(number), detail=said, now=now
        )
    return redirect(url_for("mail.show", number=number), 303)


@blueprint.post("/<row:number>/take-out")
@needs(Role.organizer)
def take_out(number: int) -> ResponseReturnValue:
    by, now = organizer().address, parts().clock()
    with parts().database.transaction() as session:
        mail = session.get(IncomingMail, number) or abort(404)
        overruling.take_out(session, mail, now=now)
        audit.note(session, actor=by, act=mark("mail taken out"), subject=str(number), now=now)
    return redirect(url_for("mail.show", number=number, _anchor="filing"), 303)


def followed(session: Session, mail: IncomingMail) -> list[str]:
    """In words what the mail's coming has changed."""
    counts = Counter(
        name
        for change in changes.of_mail(session, mail)
        for name, applies in _SIGNS.items()
        if applies(change)
    )
    return [say(counts[name]) for name, say in _COUNTED.items() if counts[name]]


_COUNTED: Mapping[str, Callable[[int], str]] = {
    "withdrawn": lambda n: ngettext(
        "one reminder was withdrawn", "%(num)s reminders were withdrawn", n
    ),
    "waits": lambda n: ngettext("one reminder waits longer", "%(num)s reminders wait longer", n),
    "bounced": lambda n: ngettext(
        "the letter counts as come back", "%(num)s letters count as come back", n
    ),
    "arrived": lambda n: ngettext(
        "the letter counts as delivered", "%(num)s letters count as delivered", n
    ),
    "suppressed": lambda n: ngettext(
        "nothing more goes to this address", "nothing more goes to %(num)s addresses", n
    ),
    "begun": lambda n: ngettext("the thread was begun", "%(num)s threads were begun", n),
}


def _became(change: Change, *states: State) -> bool:
    return change.of == "delivery" and (change.after or {}).get("state") in states


_SIGNS: Mapping[str, Callable[[Change], bool]] = {
    "withdrawn": lambda change: _became(change, State.cancelled),
    "waits": lambda change: change.of == "delivery" and "not_before" in (change.after or {}),
    "bounced": lambda change: _became(change, State.bounced),
    "arrived": lambda change: _became(change, State.delivered),
    "suppressed": lambda change: change.of == "suppression" and change.before is None,
    "begun": lambda change: change.of == "thread" and change.before is None,
}


def _kind() -> MailKind:
    said = request.form.get("kind", "")
    return MailKind(said) if said in list(MailKind) else abort(400)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInput(
            _('"%(text)s" is no day; write it as 2027-01-08, or leave it empty.', text=text[:20])
        ) from None
