"""The audit trail: who did what and when; entries are added and never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from outreach.accounts.tables import AuditEntry, Organizer
from outreach.texts import mark

COMMAND_LINE = mark("command line")


def note(
    session: Session, *, actor: str, act: str, subject: str = "", detail: str = "", now: datetime
) -> AuditEntry:
    """Write one entry; ``act`` is a verb and its object in the past tense, "campaign approved"."""
    entry = AuditEntry(at=now, actor=actor, act=act, subject=subject[:200], detail=detail)
    session.add(entry)
    session.flush()
    return entry


def latest(session: Session, *, limit: int = 50) -> Sequence[AuditEntry]:
    return find(session, Filter(), limit=limit)


@dataclass(frozen=True)
class Filter:
    """Empty: all. ``act`` is a part of what was done; ``since`` and ``until`` bound the moment."""

    actor: str = ""
    act: str = ""
    since: datetime | None = None
    until: datetime | None = None  # not itself


def find(
    session: Session, wanted: Filter, *, before: int = 0, limit: int | None = None
) -> Sequence[AuditEntry]:
    """The newest first; ``before`` is the id of the last entry that was seen already."""
    query = select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(limit)
    if before:
        query = query.where(col(AuditEntry.id) < before)
    if wanted.actor:
        query = query.where(AuditEntry.actor == wanted.actor)
    if wanted.act:
        query = query.where(col(AuditEntry.act).icontains(wanted.act, autoescape=True))
    if wanted.since:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until:
        query = query.where(AuditEntry.at < wanted.until)
    return session.exec(query).all()


def actors(session: Session) -> list[str]:
    """All who may have done something: the organizers, and the command line."""
    return [COMMAND_LINE, *session.exec(select(Organizer.address).order_by(Organizer.address))]
