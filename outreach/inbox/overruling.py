"""A person says that a mail is something else, or belongs elsewhere.

What its effects did is taken back, where nothing else has changed it since, and what else was told
of the same mission and addresses holds all the same. Then the right effects follow.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, update
from sqlmodel import Session, SQLModel, col, select

from outreach.campaigns.tables import Campaign, CampaignState
from outreach.delivery import states, suppression
from outreach.delivery.addresses import is_erased
from outreach.delivery.tables import (
    OF_A_PLAN,
    Delivery,
    Purpose,
    State,
    Suppression,
    SuppressionReason,
)
from outreach.errors import NotAllowed
from outreach.inbox import changes, effects, searching
from outreach.inbox.filing import find_contact
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import (
    Change,
    IncomingMail,
    Thread,
    ThreadNote,
    ThreadState,
)
from outreach.texts import gettext as _
from outreach.tracking import events
from outreach.tracking.tables import Event

# By these a copy shows whether something has changed it since.
_TELLING = ("state", "reason", "not_before")


def overrule(
    session: Session,
    mail: IncomingMail,
    kind: MailKind,
    *,
    returns_on: date | None = None,
    now: datetime,
) -> None:
    """Raises NotAllowed where the mail is that already, or is too old for it."""
    _take_hold(session, mail)
    if (kind, returns_on) == (mail.kind, mail.returns_on):
        raise NotAllowed(
            _(
                "Somebody has said so already: this mail is %(kind)s.",
                kind=_(kind.replace("_", " ")),
            )
        )
    copy = session.get(Delivery, mail.delivery_id) if mail.delivery_id else None
    if copy:
        _take_back(session, mail, copy, now)
    program_said = mail.taken_for or mail.kind
    mail.taken_for = None if kind is program_said else program_said
    mail.kind, mail.returns_on = kind, returns_on
    if kind is MailKind.bounce:
        mail.bounce = _bounce(mail, copy)
    if copy:
        effects.apply(session, mail, copy, now)
    session.add(mail)
    session.flush()
    searching.index(session, mail)


def take_out(session: Session, mail: IncomingMail, *, now: datetime) -> None:
    """Back to the holding pen, for it was filed where it does not belong."""
    _take_hold(session, mail)
    copy = session.get(Delivery, mail.delivery_id) if mail.delivery_id else None
    if copy is None:
        raise NotAllowed(_("This mail is in the holding pen already."))
    _take_back(session, mail, copy, now)
    sender = find_contact(session, mail.from_address)
    # "hand": no second door that knows its token files it there again.
    mail.delivery_id, mail.matched_by, mail.from_stranger = None, "hand", False
    mail.contact_id = sender.id if sender else None
    session.add(mail)
    session.flush()


def _take_hold(session: Session, mail: IncomingMail) -> None:
    session.refresh(mail, with_for_update=True)
    if mail.emptied_at:
        raise NotAllowed(
            _("What this mail said and did was deleted; nothing can be taken back now.")
        )


def _bounce(mail: IncomingMail, copy: Delivery | None) -> dict[str, str | bool | None]:
    """A person who calls it a bounce says that the address is of no use.

    The action stays as it was reported, for whoever overrules this once more.
    """
    told = mail.bounce or {"status": None, "action": "failed", "diagnostic": ""}
    recipient = told.get("recipient") or (copy.recipient_address if copy else None)
    return {**told, "recipient": recipient, "permanent": True}


def _take_back(session: Session, mail: IncomingMail, copy: Delivery, now: datetime) -> None:
    mail.thread_id = None
    session.add(mail)
    session.flush()
    before = _suppressed(session, mail, copy)
    for change in changes.of_mail(session, mail):
        _BACK[change.of](session, change)
        session.delete(change)
    session.flush()
    session.expire(copy)
    lifted = before - _suppressed(session, mail, copy)
    _let_others_stand(session, mail, copy, lifted, now)


def _suppressed(session: Session, mail: IncomingMail, copy: Delivery) -> set[str]:
    return set(suppression.suppressed(session, changes.addresses(mail, copy)))


def _copy_as_it_was(session: Session, change: Change) -> None:
    copy = session.get(Delivery, change.row, populate_existing=True)
    before, after = change.before, change.after
    if copy is None or before is None or after is None or _has_changed_since(copy, after):
        return
    to = State(str(before.get("state", copy.state)))
    columns = {name: _read(name, value) for name, value in before.items() if name != "state"}
    if to is State.queued:
        if not _may_wait(session, copy):
            return
        # Its moment may be past: its campaign gives it a new one.
        columns |= {"due_at": None, "open_until": None, "expires_at": None}
    states.take_back(session, copy.id or 0, was=copy.state, to=to, **columns)


def _has_changed_since(copy: Delivery, after: Mapping[str, Any]) -> bool:
    return not _is_as_left(copy, {name: after[name] for name in _TELLING if name in after})


def _is_as_left(row: SQLModel, after: Mapping[str, Any] | None) -> bool:
    return all(getattr(row, name) == _read(name, value) for name, value in (after or {}).items())


def _read(name: str, value: str | int | None) -> object:
    return datetime.fromisoformat(str(value)) if value and name in changes.MOMENTS else value


def _may_wait(session: Session, copy: Delivery) -> bool:
    """Whether it may go at all: not what was withdrawn for another reason meanwhile.

    Nor an answer from the desk: who wrote it was told that it did not go, and may have moved on.
    """
    if copy.purpose not in OF_A_PLAN:
        return False
    campaign = session.get(Campaign, copy.campaign_id) if copy.campaign_id else None
    if campaign and campaign.state is CampaignState.cancelled:
        return False
    stopped = suppression.suppressed(session, [copy.recipient_address])
    return not stopped and not is_erased(copy.recipient_address)


def _suppression_as_it_was(session: Session, change: Change) -> None:
    row = session.get(Suppression, change.row)
    if row and change.before is None and _is_as_left(row, change.after):
        session.delete(row)
        session.flush()


def _event_as_it_was(session: Session, change: Change) -> None:
    row = session.get(Event, change.row)
    if row and change.before is None:
        session.delete(row)


def _thread_as_it_was(session: Session, change: Change) -> None:
    thread = session.get(Thread, change.row, populate_existing=True, with_for_update=True)
    if thread is None:
        return
    if change.before is None:
        _leave(session, thread)
        return
    if not _is_as_left(thread, change.after):  # another mail may wait for us since
        return
    for name, value in change.before.items():
        setattr(thread, name, _read(name, value))
    session.add(thread)


def _leave(session: Session, thread: Thread) -> None:
    """The mail had begun it. Without a person's mail there is none, unless work went into it."""
    in_it = col(IncomingMail.thread_id) == thread.id
    asked_by_stranger = (col(IncomingMail.kind) == MailKind.opt_out) & IncomingMail.from_stranger
    by_people = or_(col(IncomingMail.kind) == MailKind.reply, asked_by_stranger)
    if session.exec(select(IncomingMail.id).where(in_it, by_people)).first():
        return
    if _holds_work(session, thread):
        thread.state = ThreadState.waiting_for_them
        session.add(thread)
        return
    session.execute(update(IncomingMail).where(in_it).values(thread_id=None))
    session.delete(thread)


def _holds_work(session: Session, thread: Thread) -> bool:
    notes = select(ThreadNote.id).where(ThreadNote.thread_id == thread.id)
    answers = select(Delivery.id).where(
        Delivery.campaign_id == thread.campaign_id,
        Delivery.mission_id == thread.mission_id,
        Delivery.purpose == Purpose.answer,
    )
    said = thread.outcome or thread.owner_id or thread.due_on
    return bool(said) or any(session.exec(query).first() for query in (notes, answers))


_BACK: Mapping[str, Callable[[Session, Change], None]] = {
    "delivery": _copy_as_it_was,
    "suppression": _suppression_as_it_was,
    "event": _event_as_it_was,
    "thread": _thread_as_it_was,
}


def _let_others_stand(
    session: Session, mail: IncomingMail, copy: Delivery, lifted: set[str], now: datetime
) -> None:
    """A second reply, another absence, a bounce that a provider told of: all of it still holds."""
    near = changes.copies(copy, changes.addresses(mail, copy))
    query = select(IncomingMail, Delivery).join(Delivery).where(near)
    for other, about in session.exec(query.where(IncomingMail.id != mail.id)).all():
        if other.kind is MailKind.reply:
            effects.stop_the_chase(session, other, about, now)
        elif other.kind is MailKind.out_of_office:
            effects.wait_for_return(session, other, now)
        elif other.kind is MailKind.opt_out and other.from_address in lifted:
            unsubscribed = SuppressionReason.unsubscribed
            suppression.suppress(session, other.from_address, unsubscribed, now=now)
    events.stand(session, near, lifted, now)
