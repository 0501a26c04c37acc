"""The audit trail: who did what and when; entries are added and never changed."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from outreach.accounts.tables import AuditEntry

COMMAND_LINE = "command line"


def note(
    session: Session, *, actor: str, act: str, subject: str = "", detail: str = "", now: datetime
) -> AuditEntry:
    """Write one entry; ``act`` is a verb and its object in the past tense, "campaign approved"."""
    entry = AuditEntry(at=now, actor=actor, act=act, subject=subject[:200], detail=detail)
    session.add(entry)
    session.flush()
    return entry


def latest(session: Session, *, limit: int = 50) -> Sequence[AuditEntry]:
    newest_first = select(AuditEntry).order_by(col(AuditEntry.id).desc())
    return session.exec(newest_first.limit(limit)).all()
