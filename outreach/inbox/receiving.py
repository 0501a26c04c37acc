"""Taking a mail in: the bytes are kept as they came before anybody looks into them."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, select

from outreach.db import insert_once
from outreach.inbox.heads import one_line
from outreach.inbox.tables import RawMail, RawState

_MOST_RECIPIENTS = 100
_LONGEST_RECIPIENT = 320


def store(
    session: Session, content: bytes, *, door: str, recipients: Iterable[str] = (), now: datetime
) -> RawMail:
    """The kept mail, new or, for bytes that came before, the one that is there.

    ``recipients`` are those of the envelope (RFC 5321 RCPT TO), where the door knows them.
    """
    digest = hashlib.sha256(content).hexdigest()
    named = [one_line(each)[:_LONGEST_RECIPIENT] for each in recipients]
    raw = RawMail(
        digest=digest,
        content=content,
        envelope_recipients=named[:_MOST_RECIPIENTS],
        door=door,
        received_at=now,
    )
    is_new = insert_once(session, raw) is not None
    kept = session.exec(select(RawMail).where(RawMail.digest == digest)).one()
    if not is_new and kept.state is RawState.new:
        # A server may hand one mail over in several portions of recipients.
        both = dict.fromkeys([*kept.envelope_recipients, *raw.envelope_recipients])
        kept.envelope_recipients = list(both)[:_MOST_RECIPIENTS]
        session.add(kept)
    return kept
