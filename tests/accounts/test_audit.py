"""The audit trail."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from outreach.accounts import audit
from outreach.accounts.audit import Filter


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


@pytest.mark.parametrize("statement", ["UPDATE auditentry SET act = 'x'", "DELETE FROM auditentry"])
def test_the_database_refuses_to_change_or_delete_an_entry(
    session: Session, now: datetime, statement: str
) -> None:
    audit.note(session, actor="anna@example.org", act="campaign approved", now=now)
    with pytest.raises(DBAPIError, match="only ever added to"):
        session.execute(text(statement))


def test_entries_are_found_by_person_act_and_day_and_page_by_page(
    session: Session, now: datetime
) -> None:
    day = timedelta(days=1)
    for number, actor in enumerate(["anna@example.org", "ben@example.org"] * 2):
        act = "role set to admin" if number < 2 else "100% signed in"
        audit.note(session, actor=actor, act=act, subject=str(number), now=now + number * day)

    def found(wanted: Filter, **page: int) -> str:
        return "".join(each.subject for each in audit.find(session, wanted, **page))

    assert found(Filter()) == "3210"
    assert found(Filter(actor="ben@example.org")) == "31"
    assert found(Filter(act="Role set")) == "10"
    assert found(Filter(act="0%")) == "32"
    assert found(Filter(act="%x")) == ""
    assert found(Filter(since=now + day, until=now + 3 * day)) == "21"
    first = audit.find(session, Filter(), limit=2)
    assert first[-1].id
    assert found(Filter(), before=first[-1].id, limit=2) == "10"
