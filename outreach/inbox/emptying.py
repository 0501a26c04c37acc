"""What goes of a mail that is to be forgotten, and what stays so that figures stay true.

Kind, moments, thread, copy and contact stay; the digests stay, so that the same mail, fetched once
more, is not taken in anew.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlmodel import Session, col

from outreach.bulk import among
from outreach.delivery.forgetting import forget_texts
from outreach.inbox import searching
from outreach.inbox.tables import Change, IncomingMail, RawMail, RawState

_NOTHING: dict[str, Any] = {
    **dict.fromkeys(("from_name", "from_address", "reply_to", "subject", "text", "quoted"), ""),
    **dict.fromkeys(("message_id", "in_reply_to", "bounce")),
    "recipients": [],
    "references": [],
    "attachments": [],
    "suggestions": [],
    "evidence": [],
}


def empty(session: Session, ids: Collection[int], *, now: datetime) -> int:
    """Take the texts, names and addresses from these mails, and delete their bytes.

    The number of kept mails whose bytes went. Their effects can no longer be taken back.
    """
    _forget_traces(session, ids)
    session.execute(
        update(IncomingMail)
        .where(among(session, col(IncomingMail.id), ids))
        .values(**_NOTHING, emptied_at=now)
        .execution_options(synchronize_session=False)
    )
    return delete_bytes(session, _bytes_of(session, ids))


def delete_held(session: Session, ids: Collection[int]) -> int:
    """Delete these mails of the holding pen whole: they count in no figure.

    The number of kept mails whose bytes went.
    """
    _forget_traces(session, ids)
    deleted = delete_bytes(session, _bytes_of(session, ids))
    session.execute(
        update(RawMail)
        .where(among(session, col(RawMail.mail_id), ids))
        .values(mail_id=None)
        .execution_options(synchronize_session=False)
    )
    these = among(session, col(IncomingMail.id), ids)
    session.execute(delete(IncomingMail).where(these).execution_options(synchronize_session=False))
    return deleted


def delete_bytes(session: Session, criteria: ColumnElement[bool]) -> int:
    """The number of kept mails whose bytes went."""
    gone: Any = session.execute(
        update(RawMail)
        .where(criteria, col(RawMail.state) != RawState.deleted)
        .values(content=b"", envelope_recipients=[], problem=None, state=RawState.deleted)
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)


def forget_repeated(session: Session, raw_id: int | None) -> None:
    """A mail that was emptied and has come once more is not kept again."""
    emptied = select(col(IncomingMail.id)).where(col(IncomingMail.emptied_at).is_not(None))
    delete_bytes(session, (col(RawMail.id) == raw_id) & col(RawMail.mail_id).in_(emptied))


def empty_answers(session: Session, ids: Collection[int]) -> None:
    """Take from these answers from the desk what they said."""
    searching.forget_answers(session, ids)
    forget_texts(session, ids)


def forget_words(session: Session) -> None:
    """FTS5 only notes that an entry's words are deleted; they go when its parts are merged."""
    if session.get_bind().dialect.name == "sqlite":
        merge = "INSERT INTO search_words(search_words) VALUES ('optimize')"
        session.connection().exec_driver_sql(merge)


def _forget_traces(session: Session, ids: Collection[int]) -> None:
    searching.forget(session, ids)
    session.execute(
        delete(Change)
        .where(among(session, col(Change.mail_id), ids))
        .execution_options(synchronize_session=False)
    )


def _bytes_of(session: Session, ids: Collection[int]) -> ColumnElement[bool]:
    """Of the mails themselves, and of their copies that came through other doors."""
    these = among(session, col(IncomingMail.id), ids)
    own = col(RawMail.id).in_(select(col(IncomingMail.raw_id)).where(these))
    return or_(own, among(session, col(RawMail.mail_id), ids))
