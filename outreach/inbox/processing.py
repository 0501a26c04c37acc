"""From the kept bytes to a mail that is understood, filed and acted upon.

What a stranger wrote may take long to read, so that happens while no transaction is open; what
follows from it is stored in one.
"""

import hashlib
import logging
import traceback
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select, update

from outreach.db import Clock, Database, insert_once
from outreach.errors import NotAllowed, NotFound
from outreach.inbox import effects
from outreach.inbox.classifying import Verdict, classify
from outreach.inbox.filing import Filing, find_place
from outreach.inbox.parsing import ParsedMail, parse
from outreach.inbox.suggesting import suggest
from outreach.inbox.tables import IncomingMail, MailKind, RawMail, RawState
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
    database: Database, *, tokens: Tokens, clock: Clock, limit: int | None = None
) -> Tally:
    """Go through the mails that nobody has read yet; several workers may do so at once."""
    outcomes = (_process(database, raw_id, tokens, clock()) for raw_id in _waiting(database, limit))
    return Tally(**Counter[str](outcome for outcome in outcomes if outcome))


def try_again(session: Session, raw_id: int) -> None:
    """Let the next pass read a mail once more that could not be read."""
    raw = session.get(RawMail, raw_id)
    if raw is None:
        raise NotFound(f"There is no kept mail {raw_id}.")
    if raw.state is not RawState.unreadable:
        raise NotAllowed(
            f"Kept mail {raw_id} is {raw.state}; only an unreadable one is tried again."
        )
    raw.state, raw.problem = RawState.new, None
    session.add(raw)


def _waiting(database: Database, limit: int | None) -> list[int]:
    with database.reading() as session:
        query = select(RawMail.id).where(RawMail.state == RawState.new).order_by(col(RawMail.id))
        return [raw_id for raw_id in session.exec(query.limit(limit)) if raw_id is not None]


def _process(database: Database, raw_id: int, tokens: Tokens, now: datetime) -> Outcome | None:
    try:
        raw = _unread(database, raw_id)
        if raw is None:
            return None
        mail, verdict = understand(raw.content)
        with database.transaction() as session:
            return take_in(session, raw, mail, verdict, tokens, now)
    except OperationalError:  # the database's trouble and not the mail's: it stays new
        raise
    except Exception as error:
        # Whatever a stranger sent stops this mail only; it is kept and can be tried again.
        problem = _where(error)
        _log.error("kept mail %d could not be read: %s", raw_id, problem)
        with database.transaction() as session:
            return _give_up(session, raw_id, problem)


def _where(error: Exception) -> str:
    """The kind and the place of an error; its own words may hold what the stranger wrote."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(frame.filename).name}, line {frame.lineno}"


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


def understand(content: bytes) -> tuple[ParsedMail, Verdict]:
    mail = parse(content)
    return mail, classify(mail)


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
    if mail_id is None:
        return "repeated"
    if place.delivery is None:
        return "held"
    effects.apply(session, session.get_one(IncomingMail, mail_id), place.delivery, now)
    return "filed"


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
        return MailKind.opt_out, ["it was sent to the address for unsubscribing"]
    return verdict.kind, verdict.evidence


def _message_key(mail: ParsedMail) -> str:
    """One for the same mail through two doors, which add different fields on top."""
    told = (
        mail.head.raw("from"),
        mail.head.raw("date"),
        mail.head.raw("to"),
        mail.subject,
        mail.text,
    )
    named = mail.message_id or "\0".join(told)
    return hashlib.sha256(named.encode()).hexdigest()
