"""The audit trail."""

from datetime import datetime, timedelta

from sqlmodel import Session

from outreach.accounts import audit


def test_entries_come_back_newest_first_with_all_they_say(session: Session, now: datetime) -> None:
    audit.note(session, actor="anna@example.org", act="campaign approved", subject="wipo", now=now)
    later = now + timedelta(minutes=5)
    audit.note(session, actor=audit.COMMAND_LINE, act="campaign paused", detail="flood", now=later)
    newest, oldest = audit.latest(session)
    assert (newest.at, newest.actor, newest.act, newest.detail) == (
        later,
        "command line",
        "campaign paused",
        "flood",
    )
    assert (oldest.actor, oldest.subject) == ("anna@example.org", "wipo")
    assert audit.latest(session, limit=1) == [newest]
