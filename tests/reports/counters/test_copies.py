"""What the desk shows of a campaign's copies is what stands in their rows, counted or not yet."""

from collections import Counter
from datetime import UTC, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, select

from outreach.delivery import states
from outreach.delivery.tables import OF_A_PLAN, Delivery, State
from outreach.reports.counters import copies
from outreach.reports.counters.copies import Copies, Step, by_step
from outreach.reports.counters.keeping import catch_up
from outreach.reports.counters.tallying import HELD_BACK
from tests.reports.counters.test_keeping import CHANGES
from tests.reports.generated import generate
from tests.reports.rows import Rows

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def test_copies_stand_as_their_rows_do_whatever_is_counted_already(
    rows: Rows, session: Session, zone: ZoneInfo
) -> None:
    generate(rows, 1, zone)
    assert by_step(session) == brute_force(session)
    chance = Random(1)
    for change in CHANGES:
        catch_up(session, zone)
        change(rows, chance)
        session.flush()
        assert by_step(session) == brute_force(session), change.__name__


def test_what_was_claimed_since_it_was_counted_is_being_sent(
    rows: Rows, session: Session, zone: ZoneInfo
) -> None:
    campaign = rows.campaign()
    for contact in (rows.contact(), rows.contact()):
        copy = rows.copy(campaign, contact, planned_at=NOW, due_at=NOW)
    catch_up(session, zone)
    states.move(session, [copy.id or 0], State.sending, now=NOW)
    assert by_step(session) == {Step(campaign.id or 0, 1): {"queued": 1, "sending": 1}}


def test_with_more_changed_than_that_all_are_looked_at(
    rows: Rows, session: Session, zone: ZoneInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(rows, 2, zone)
    monkeypatch.setattr(copies, "_MOST_STALE", 1)
    assert by_step(session) == brute_force(session)


def brute_force(session: Session) -> Copies:
    found: dict[Step, Counter[str]] = {}
    for copy in session.exec(select(Delivery)):
        if copy.purpose in OF_A_PLAN and copy.campaign_id and copy.step:
            counts = found.setdefault(Step(copy.campaign_id, copy.step), Counter())
            counts[copy.state] += 1
            if copy.state is State.skipped and copy.expires_at is None:
                counts[HELD_BACK] += 1
    return found
