"""How many get a moment at a time, and who is looked at again."""

import shutil
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from outreach.campaigns import turns
from outreach.db import Database
from outreach.delivery.tables import State
from tests.campaigns.making import (
    MONDAY,
    Rows,
    a_contact,
    a_running_campaign,
    a_schedule,
    comes_to,
    release,
    was_sent,
)

TUESDAY = datetime(2026, 12, 1, 8, tzinfo=UTC)
REMINDER = datetime(2026, 12, 10, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_only_so_many_have_their_moment_ahead_of_them(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "LEAD", 2)
    for number in range(5):
        a_contact(session, f"person{number}")
    campaign = a_running_campaign(session)
    assert [release(session), release(session)] == [2, 0]
    first, second, *others = Rows(session, campaign).of(1)
    assert all(row.due_at is None for row in others)
    was_sent(session, first, TUESDAY)
    assert release(session, TUESDAY) == 1
    moments = [row.due_at for row in Rows(session, campaign).of(1) if row.due_at]
    assert moments == [row.planned_at for row in (first, second, others[0])]


def test_letters_get_their_moment_a_day_ahead(session: Session) -> None:
    a_contact(session)
    a_running_campaign(session, a_schedule(("2026-12-01", "2026-12-08")))
    a_week_later = TUESDAY + 7 * DAY
    assert release(session, a_week_later - 25 * HOUR) == 0
    assert release(session, a_week_later - 24 * HOUR) == 1


def test_a_reminder_whose_letter_has_not_gone_is_looked_at_when_it_could_be_ready(
    session: Session,
) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    comes_to(session, Rows(session, campaign)[1], State.sending, at=REMINDER)
    comes_to(session, Rows(session, campaign)[1], State.queued, at=REMINDER, due_at=REMINDER)
    release(session, REMINDER)
    reminder = Rows(session, campaign)[2]
    assert reminder.due_at is None
    assert reminder.not_before == datetime(2026, 12, 21, 8, tzinfo=UTC)
    assert reminder.planned_at == REMINDER
    was_sent(session, Rows(session, campaign)[1], REMINDER + HOUR)
    assert release(session, REMINDER + 11 * DAY) == 1
    assert Rows(session, campaign)[2].due_at == datetime(2026, 12, 21, 9, tzinfo=UTC)


def test_a_contact_whose_window_never_opens_any_more_is_skipped_and_stops_no_other(
    session: Session,
) -> None:
    moved, stays = a_contact(session, "moved", "FR"), a_contact(session, "stays", "CH")
    days = ('days = ["mon", "tue", "wed", "thu", "fri"]', 'days = ["fri"]')
    campaign = a_running_campaign(session, a_schedule(days))
    moved.mission_id = a_contact(session, "there", "SA").mission_id
    row = Rows(session, campaign, moved)[1]
    row.mission_id = moved.mission_id
    session.flush()
    assert release(session, TUESDAY + 2 * DAY + HOUR) == 1
    skipped = Rows(session, campaign, moved)[1]
    assert (skipped.state, skipped.due_at) == (State.skipped, None)
    assert "the window never opens" in (skipped.reason or "")
    assert Rows(session, campaign, stays)[1].due_at == datetime(2026, 12, 4, 8, tzinfo=UTC)


def test_what_waits_is_not_looked_at_again_and_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(10):
        a_contact(session, f"person{number}")
    campaign = a_running_campaign(session, a_schedule(("2026-12-01", "2026-11-30")))
    release(session)
    for row in Rows(session, campaign).of(1):
        comes_to(session, row, State.sending, State.unknown, at=MONDAY)
    seen: list[turns.Turn] = []
    read = turns._read
    monkeypatch.setattr(turns, "_read", lambda *given: seen.extend(found := read(*given)) or found)
    for minute in range(20):
        release(session, REMINDER + minute * timedelta(minutes=1))
    assert len(seen) == 20  # each once when its time has come, and once more after a while


def test_no_look_goes_through_the_whole_queue(sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "outreach.db")
    said: list[tuple[str, Any]] = []
    with closing(Database(f"sqlite:///{tmp_path / 'outreach.db'}")) as database:
        with database.transaction() as session:
            a_contact(session)
            campaign = a_running_campaign(session)
            event.listen(
                database.engine,
                "before_cursor_execute",
                lambda _c, _cursor, sql, values, _context, many: many or said.append((sql, values)),
            )
            release(session)
            was_sent(session, Rows(session, campaign)[1], TUESDAY)
            release(session, REMINDER)
        with database.engine.connect() as connection:
            plans = [
                step[-1]
                for sql, values in list(said)
                if "delivery" in sql and "WHERE" in sql
                for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()
            ]
    assert any("ix_delivery_waiting" in step for step in plans)
    assert [step for step in plans if step.startswith("SCAN delivery")] == []
