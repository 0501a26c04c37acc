"""Many rows by one statement are the rows that many statements would have made."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlmodel import Session, col, select

from outreach.bulk import among, insert_new
from outreach.delivery.tables import Delivery, Purpose, State

NOW = datetime(2026, 12, 1, 9, 0, 0, 1, tzinfo=UTC)
MORE_THAN_PARAMETERS = 70_000  # Postgres takes 65,535 in a statement, SQLite fewer


def a_row(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "identity": f"row:{number}",
        "key": f"{number:016}",
        "purpose": Purpose.letter,
        "state": State.queued,
        "reason": None,
        "language": "zh",
        "slots": ["谢谢", 'a "quote" \\ and 👋', "<b>"],
        "enclosures": [],
        "sender_address": "letters@example.org",
        "sender_name": "",
        "recipient_name": "Éva\tX",
        "recipient_address": f"p{number}@mission.example",
        "recipient_domain": "mission.example",
        "tracks_opens": True,
        "references": [],
        "due_at": NOW.astimezone(timezone(timedelta(hours=14))),
        "attempts": 3,
        "created_at": NOW,
        **changes,
    }


def test_a_row_reads_as_it_was_put_in(session: Session) -> None:
    given = a_row(1)
    insert_new(session, Delivery, [given], by="identity")
    stored = session.exec(select(Delivery)).one()
    assert stored.model_dump(include=given.keys()) == given
    assert stored.due_at is not None
    assert stored.due_at.utcoffset() == timedelta(0)


def test_moments_compare_as_those_that_are_put_in_one_by_one(session: Session) -> None:
    insert_new(session, Delivery, [a_row(1), a_row(2, due_at=NOW.replace(microsecond=0))], by="key")
    session.add(Delivery(**a_row(3)))
    session.flush()
    due = select(Delivery.identity).where(Delivery.due_at == NOW).order_by(col(Delivery.id))
    assert list(session.exec(due)) == ["row:1", "row:3"]


def test_what_is_there_already_is_left_and_not_named(session: Session) -> None:
    assert insert_new(session, Delivery, [a_row(1)], by="identity") == ["row:1"]
    rows = [a_row(1, attempts=9), a_row(2), a_row(2, key="another")]
    assert insert_new(session, Delivery, rows, by="identity") == ["row:2"]
    assert list(session.exec(select(Delivery.attempts))) == [3, 3]


def test_no_rows_are_no_statement(session: Session) -> None:
    assert insert_new(session, Delivery, [], by="identity") == []


def test_a_moment_without_its_zone_is_refused(session: Session) -> None:
    row = a_row(1, created_at=NOW.replace(tzinfo=None))
    with pytest.raises(TypeError):
        insert_new(session, Delivery, [row], by="identity")


def test_rows_are_asked_for_by_as_many_values_as_there_are(session: Session) -> None:
    insert_new(session, Delivery, [a_row(1), a_row(2)], by="identity")
    keys = [f"{number:016}" for number in range(2, MORE_THAN_PARAMETERS)]
    found = select(Delivery.identity).where(among(session, col(Delivery.key), keys))
    assert list(session.exec(found)) == ["row:2"]
    none = select(Delivery.identity).where(among(session, col(Delivery.attempts), []))
    assert list(session.exec(none)) == []
