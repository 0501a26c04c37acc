"""From the kept bytes to a mail that is understood, filed and acted upon.

What a stranger wrote may take long to read, so that happens while no transaction is open; what
follows from it is stored in one.
"""

import hashlib
import logging
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select, update

from outreach.db import Clock, Database, insert_once
from outreach.errors import NotAllowed, NotFound
from outreach.inbox import effects, emptying, searching
from outreach.inbox.classifying import Verdict
from outreach.inbox.filing import Filing, find_place
from outreach.inbox.kinds import MailKind
from outreach.inbox.parsing import ParsedMail
from outreach.inbox.reading import CannotStart, Understand, Unreadable, describe_error
from outreach.inbox.suggesting import suggest
from outreach.inbox.tables import IncomingMail, RawMail, RawState
from outreach.texts import gettext as _
from outreach.texts import mark
from outreach.tokens import Tokens

_log = logging.getLogger(__name__)

_MAY_ASK_OUT = (MailKind.reply, MailKind.auto_reply, MailKind.challenge, MailKind.opt_out)

Outcome = Literal["filed", "held", "repeated", "unreadable"]


@dataclass
class Tally:
    """How many mails came to what. ``held``: in the holding pen; ``repeated``: known already."""

    filed: int = 0
    held: int = 0
    repeated: int = 0
    unreadable: int = 0

    @property
    def total(self) -> int:
        return self.filed + self.held + self.repeated + self.unreadable


def process_new(
    database: Database,
    *,
    tokens: Tokens,
    clock: Clock,
    understand: Understand,
    limit: int | None = None,
) -> Tally:
    """Go through the mails that nobody has read yet; several workers may do so at once.

    ``understand`` is a Reader's, which nothing stalls, or ``reading.understand`` itself.
    """
    searching.catch_up(database)
    waiting = _waiting(database, limit)
    outcomes = (_process(database, raw_id, understand, tokens, clock()) for raw_id in waiting)
    return Tally(**Counter[str](outcome for outcome in outcomes if outcome))


def try_again(session: Session, raw_id: int) -> None:
    """Let the next pass read a mail once more that could not be read."""
    raw = session.get(RawMail, raw_id)
    if raw is None:
        raise NotFound(_("There is no kept mail %(number)s.", number=raw_id))
    if raw.state is RawState.deleted:
        raise NotAllowed(
            _(
                "The bytes of kept mail %(number)s were deleted, so it cannot be read again.",
                number=raw_id,
            )
        )
    if raw.state is not RawState.unreadable:
        raise NotAllowed(
            _(
                "Kept mail %(number)s is %(state)s; only an unreadable one is tried again.",
                number=raw_id,
                state=_(str(raw.state)),
            )
        )
    raw.state, raw.problem = RawState.new, None
    session.add(raw)


def _waiting(database: Database, limit: int | None) -> list[int]:
    with database.reading() as session:
        query = select(RawMail.id).where(RawMail.state == RawState.new).order_by(col(RawMail.id))
        return [raw_id for raw_id in session.exec(query.limit(limit)) if raw_id is not None]


def _process(
    database: Database, raw_id: int, understand: Understand, tokens: Tokens, now: datetime
) -> Outcome | None:
    try:
        raw = _unread(database, raw_id)
        if raw is None:
            return None
        mail, verdict = understand(raw.content)
        with database.transaction() as session:
            return take_in(session, raw, mail, verdict, tokens, now)
    except (OperationalError, CannotStart):  # our trouble and not the mail's: it stays new
        raise
    except Exception as error:
        # Whatever a stranger sent stops this mail only; it is kept and can be tried again.
        problem = str(error) if isinstance(error, Unreadable) else describe_error(error)
        _log.error("kept mail %d could not be read: %s", raw_id, problem)
        with database.transaction() as session:
            return _give_up(session, raw_id, problem)


def _unread(database: Database, raw_id: int) -> RawMail | None:
    with database.reading() as session:
        query = select(RawMail).where(RawMail.id == raw_id, RawMail.state == RawState.new)
        return session.exec(query).one_or_none()


def _claim(
    session: Session, raw_id: int | None, state: RawState, problem: str | None = None
) -> bool:
    """Whether the mail was still new; another worker may have been faster."""
    mine = (
        update(RawMail)
        .where(col(RawMail.id) == raw_id, col(RawMail.state) == RawState.new)
        .values(state=state, problem=problem)
        .execution_options(synchronize_session=False)
    )
    return bool(session.exec(mine).rowcount)


def _give_up(session: Session, raw_id: int | None, problem: str) -> Outcome | None:
    return "unreadable" if _claim(session, raw_id, RawState.unreadable, problem) else None


def take_in(
    session: Session,
    raw: RawMail,
    mail: ParsedMail,
    verdict: Verdict,
    tokens: Tokens,
    now: datetime,
) -> Outcome | None:
    """File a kept mail as it was understood and let it have its effects, once."""
    if mail.problem:
        return _give_up(session, raw.id, mail.problem)
    if not _claim(session, raw.id, RawState.done):
        return None
    place = find_place(session, mail, verdict.kind, raw.envelope_recipients, tokens)
    incoming = _incoming(raw, mail, verdict, place)
    if place.delivery is None:
        incoming.suggestions = suggest(session, mail, verdict)
    mail_id = insert_once(session, incoming)
    _point(session, raw, incoming.message_key)
    if mail_id is None:
        emptying.forget_repeated(session, raw.id)
        return _file_known(session, incoming, place, now)
    stored = session.get_one(IncomingMail, mail_id)
    searching.index(session, stored)
    if place.delivery is None:
        return "held"
    effects.apply(session, stored, place.delivery, now)
    return "filed"


def _file_known(session: Session, again: IncomingMail, place: Filing, now: datetime) -> Outcome:
    """A second door may know what the first did not: whom the envelope named."""
    query = select(IncomingMail).where(IncomingMail.message_key == again.message_key)
    known = session.exec(query.with_for_update()).one()
    decided = known.delivery_id or known.matched_by or known.emptied_at
    if place.delivery is None or decided:
        return "repeated"
    understood = () if known.taken_for else ("kind", "evidence")  # a person's word holds
    for name in (*understood, "delivery_id", "contact_id", "matched_by", "from_stranger"):
        setattr(known, name, getattr(again, name))
    effects.apply(session, known, place.delivery, now)
    searching.index(session, known)
    return "filed"


def _point(session: Session, raw: RawMail, message_key: str) -> None:
    """From the bytes to their mail, which may have come through another door before."""
    mail = select(IncomingMail.id).where(IncomingMail.message_key == message_key)
    session.execute(
        update(RawMail).where(col(RawMail.id) == raw.id).values(mail_id=mail.scalar_subquery())
    )


def _incoming(raw: RawMail, mail: ParsedMail, verdict: Verdict, place: Filing) -> IncomingMail:
    kind, evidence = _kind(verdict, place)
    assert raw.id is not None
    return IncomingMail(
        raw_id=raw.id,
        message_key=_message_key(mail),
        received_at=raw.received_at,
        kind=kind,
        evidence=evidence,
        from_name=mail.from_name,
        from_address=mail.from_address,
        reply_to=mail.reply_to,
        recipients=mail.recipients,
        subject=mail.subject,
        sent_at=mail.date,
        message_id=mail.message_id,
        in_reply_to=mail.in_reply_to,
        references=mail.references,
        text=mail.visible,
        quoted=mail.quoted,
        attachments=[asdict(attachment) for attachment in mail.attachments],
        bounce=asdict(verdict.bounce) if verdict.bounce else None,
        returns_on=verdict.returns_on,
        delivery_id=place.delivery.id if place.delivery else None,
        contact_id=place.contact_id,
        matched_by=place.matched_by,
        from_stranger=place.from_stranger,
    )


def _kind(verdict: Verdict, place: Filing) -> tuple[MailKind, list[str]]:
    """A mail program that unsubscribes for its user may look like a person or like a machine."""
    if place.matched_by == "unsubscribe" and verdict.kind in _MAY_ASK_OUT:
        return MailKind.opt_out, [mark("it was sent to the address for unsubscribing")]
    return verdict.kind, verdict.evidence


def _message_key(mail: ParsedMail) -> str:
    """One for the same mail through two doors, which add different fields on top.

    A Message-ID alone is not enough: some programs give the same one to all that they send.
    """
    head = mail.head
    unnamed = (head.raw("from"), head.raw("date"), head.raw("to"), mail.subject, mail.text)
    named = (mail.message_id, mail.from_address) if mail.message_id else unnamed
    return hashlib.sha256("\0".join(named).encode()).hexdigest()
