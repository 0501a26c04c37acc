from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlmodel import Session, col, delete, update

from outreach.campaigns import releasing, stopping
from outreach.campaigns.pacing import spread
from outreach.campaigns.traffic import OVERDUE
from outreach.campaigns.turns import AGAIN
from outreach.contacts.tables import ListMembership
from outreach.db import Database
from outreach.delivery.queue import claim, skip_expired
from outreach.delivery.tables import Delivery, State
from tests.campaigns.making import (
    LAST_STEP,
    MONDAY,
    SCHEDULE,
    Rows,
    a_campaign,
    a_contact,
    a_running_campaign,
    a_schedule,
    comes_to,
    planned,
    release,
    was_sent,
)
from tests.postgres import Cluster

TUESDAY = datetime(2026, 12, 1, 8, tzinfo=UTC)  # 9 in the morning in Geneva
REMINDER = datetime(2026, 12, 10, 8, tzinfo=UTC)  # seven working days later
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def change(session: Session, step: int, **columns: Any) -> None:
    session.exec(update(Delivery).where(col(Delivery.step) == step).values(**columns))


def assert_six_minutes_apart(rows: Sequence[Delivery], first: datetime) -> None:
    """Or a little more."""
    moments = [row.due_at for row in rows if row.due_at]
    assert moments[0] == first
    assert len(moments) == len(rows)
    assert all(6 <= (b - a) / MINUTE <= 6.6 for a, b in pairwise(moments))


def test_the_letter_is_released_as_it_was_planned(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    assert release(session) == 1
    row = Rows(session, campaign)[1]
    assert row.due_at == row.planned_at == TUESDAY
    assert row.open_until == datetime(2026, 12, 1, 15, 30, tzinfo=UTC)
    assert row.expires_at == TUESDAY + 48 * HOUR


def test_releasing_again_changes_nothing(session: Session) -> None:
    a_contact(session)
    a_running_campaign(session)
    assert [release(session), release(session)] == [1, 0]


def test_only_running_campaigns_are_released(session: Session) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    planned(session, campaign)
    assert release(session) == 0
    assert Rows(session, campaign)[1].due_at is None


def test_a_plan_approved_late_is_spread_from_now_on_and_not_burst_out(session: Session) -> None:
    for number in range(4):
        a_contact(session, f"person{number}")
    campaign = a_running_campaign(session)
    late = datetime(2026, 12, 3, 14, 45, tzinfo=UTC)
    release(session, late)
    assert_six_minutes_apart(Rows(session, campaign).of(1), late)


def test_a_plan_approved_after_hours_waits_for_the_window(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    friday_evening = datetime(2026, 12, 4, 20, tzinfo=UTC)
    release(session, friday_evening)
    assert Rows(session, campaign)[1].due_at == datetime(2026, 12, 7, 8, tzinfo=UTC)


def test_a_reminder_counts_from_when_the_letter_was_really_sent(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    release(session)
    sent_at = datetime(2026, 12, 3, 10, 20, tzinfo=UTC)
    was_sent(session, Rows(session, campaign)[1], sent_at)
    assert release(session, sent_at) == 0
    assert release(session, REMINDER) == 1
    assert Rows(session, campaign)[2].due_at == datetime(2026, 12, 14, 10, 20, tzinfo=UTC)


def test_a_letter_that_was_sent_releases_the_reminder_of_its_own_contact_only(
    session: Session,
) -> None:
    one, other = a_contact(session, "one"), a_contact(session, "other")
    campaign = a_running_campaign(session)
    release(session)
    was_sent(session, Rows(session, campaign, one)[1], TUESDAY)
    assert release(session, REMINDER + HOUR) == 1
    assert Rows(session, campaign, one)[2].due_at is not None
    assert Rows(session, campaign, other)[2].due_at is None


@pytest.mark.parametrize("states", [[], [State.sending], [State.sending, State.unknown]])
def test_a_reminder_waits_while_the_letter_has_not_gone_or_is_in_doubt(
    session: Session, states: list[State]
) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    release(session)
    comes_to(session, Rows(session, campaign)[1], *states, at=TUESDAY)
    release(session, REMINDER)
    reminder = Rows(session, campaign)[2]
    assert (reminder.state, reminder.due_at) == (State.queued, None)


def test_a_letter_in_doubt_that_is_settled_as_sent_lets_the_reminder_go(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    release(session)
    letter = Rows(session, campaign)[1]
    comes_to(session, letter, State.sending, State.unknown, at=TUESDAY)
    assert release(session, REMINDER) == 0
    comes_to(session, letter, State.delivered, at=REMINDER)
    assert release(session, REMINDER + AGAIN) == 1
    assert Rows(session, campaign)[2].due_at == REMINDER + AGAIN


@pytest.mark.parametrize(
    ("states", "reason"),
    [
        ([State.sending, State.failed], "the mail before it was refused"),
        ([State.sending, State.sent, State.bounced], "the mail before it came back"),
        ([State.cancelled], "the mail before it was withdrawn"),
        ([State.skipped], "the mail before it was held back"),
    ],
)
def test_a_letter_that_never_arrived_takes_all_its_reminders_with_it(
    session: Session, states: list[State], reason: str
) -> None:
    a_contact(session)
    campaign = a_running_campaign(session, SCHEDULE + LAST_STEP)
    release(session)
    comes_to(session, Rows(session, campaign)[1], *states, at=TUESDAY)
    for day in range(20):
        release(session, TUESDAY + day * DAY)
    rows = Rows(session, campaign)
    assert [rows[2].state, rows[3].state] == [State.cancelled] * 2
    assert rows[2].reason == reason
    assert rows[3].reason == "the mail before it was withdrawn"


def test_a_letter_that_comes_back_late_takes_a_reminder_that_was_released(
    session: Session,
) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    release(session)
    letter = Rows(session, campaign)[1]
    was_sent(session, letter, TUESDAY + 4 * HOUR)
    assert release(session, REMINDER) == 1
    comes_to(session, letter, State.bounced, at=REMINDER + HOUR)
    release(session, REMINDER + HOUR)
    assert Rows(session, campaign)[2].state is State.cancelled


def test_an_absence_that_comes_while_moments_are_given_is_not_lost(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact = a_contact(session)
    campaign = a_running_campaign(session)

    def postponed_meanwhile(*args: Any, **named: Any) -> Any:
        until = TUESDAY + 5 * DAY
        stopping.postpone(session, contact_id=contact.id or 0, until=until, now=MONDAY)
        return spread(*args, **named)

    with monkeypatch.context() as patch:
        patch.setattr(releasing, "spread", postponed_meanwhile)
        release(session)
    assert Rows(session, campaign)[1].due_at is None
    release(session, TUESDAY + 5 * DAY)
    assert Rows(session, campaign)[1].due_at == TUESDAY + 6 * DAY


def test_overdue_copies_are_spread_over_the_rest_of_the_window(session: Session) -> None:
    for number in range(3):
        a_contact(session, f"person{number}")
    campaign = a_running_campaign(session)
    release(session)
    noon = TUESDAY + 4 * HOUR
    assert release(session, noon) == 3
    assert_six_minutes_apart(Rows(session, campaign).of(1), noon)


def test_an_overdue_copy_keeps_the_time_after_which_it_is_too_late(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    release(session)
    release(session, TUESDAY + 20 * HOUR)
    row = Rows(session, campaign)[1]
    assert row.due_at == TUESDAY + DAY
    assert row.expires_at == TUESDAY + 48 * HOUR


def test_the_moment_that_an_overdue_copy_missed_is_free_again(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session, a_schedule(("per_hour = 120", "per_hour = 1")))
    release(session)
    now = TUESDAY + 20 * MINUTE
    release(session, now)
    assert Rows(session, campaign)[1].due_at == now


def test_a_copy_that_is_a_little_late_just_goes(session: Session) -> None:
    a_contact(session)
    a_running_campaign(session)
    release(session)
    assert release(session, TUESDAY + OVERDUE) == 0
    assert len(claim(session, worker="w", limit=5, now=TUESDAY + OVERDUE)) == 1


def test_a_copy_whose_window_has_closed_waits_for_the_next(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    release(session)
    closing = datetime(2026, 12, 1, 15, 30, tzinfo=UTC)
    change(session, 1, due_at=closing - MINUTE)
    assert claim(session, worker="w", limit=5, now=closing) == []
    assert release(session, closing) == 1
    assert Rows(session, campaign)[1].due_at == TUESDAY + DAY


def test_what_is_too_late_is_skipped_and_not_released_again(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    release(session)
    late = TUESDAY + 48 * HOUR
    assert release(session, late) == 0
    assert skip_expired(session, now=late) == 1
    assert Rows(session, campaign)[1].state is State.skipped


def test_new_moments_keep_clear_of_those_given_before(session: Session) -> None:
    first, second = a_contact(session, "first"), a_contact(session, "second")
    campaign = a_running_campaign(session)
    release(session)
    before = Rows(session, campaign, first)[1].due_at
    assert before is not None
    change_of = update(Delivery).where(col(Delivery.contact_id) == second.id)
    session.exec(change_of.where(col(Delivery.step) == 1).values(due_at=None, not_before=before))
    release(session)
    rows = [Rows(session, campaign, contact)[1] for contact in (first, second)]
    assert_six_minutes_apart(rows, before)


def test_what_left_within_the_hour_counts_for_the_pace(session: Session) -> None:
    first, second = a_contact(session, "first"), a_contact(session, "second")
    slow = a_schedule(("per_domain_per_hour = 10", "per_domain_per_hour = 1"))
    campaign = a_running_campaign(session, slow)
    release(session)
    was_sent(session, Rows(session, campaign, first)[1], TUESDAY)
    change_of = update(Delivery).where(col(Delivery.contact_id) == second.id)
    session.exec(change_of.where(col(Delivery.step) == 1).values(due_at=None))
    release(session, TUESDAY + MINUTE)
    due_at = Rows(session, campaign, second)[1].due_at
    assert due_at is not None
    assert HOUR <= due_at - TUESDAY <= 1.1 * HOUR


def test_a_contacts_clock_is_read_anew_and_never_stops_the_others(session: Session) -> None:
    moved = a_contact(session, "moved")
    broken = a_contact(session, "broken", "FR")
    campaign = a_running_campaign(session)
    moved.time_zone, broken.time_zone = "Asia/Tokyo", "Mars/Phobos"
    session.flush()
    assert release(session, datetime(2026, 12, 1, 7, tzinfo=UTC)) == 2
    # It was to leave at 9 in Geneva, when Tokyo has gone home.
    tomorrow = datetime(2026, 12, 2, 0, tzinfo=UTC)
    assert Rows(session, campaign, moved)[1].due_at == tomorrow
    broken_at = Rows(session, campaign, broken)[1].due_at
    assert broken_at is not None
    assert broken_at - TUESDAY < MINUTE


def test_two_campaigns_are_released_side_by_side(session: Session) -> None:
    for state in ("CH", "FR"):
        a_contact(session, state=state)
    one_an_hour = ("per_hour = 120", "per_hour = 1")
    slow = a_running_campaign(session, a_schedule(one_an_hour), "slow")
    session.exec(delete(ListMembership))
    a_contact(session, state="AT")
    fast = a_running_campaign(session, slug="fast")
    assert release(session) == 2
    assert Rows(session, slow).of(1)[0].due_at == Rows(session, fast)[1].due_at == TUESDAY


@pytest.mark.postgres
def test_workers_release_one_after_the_other_and_see_each_others_moments(cluster: Cluster) -> None:
    once = a_schedule(("per_domain_per_hour = 10", "per_domain_per_hour = 1"))
    with closing(Database(cluster.fresh_database())) as database:
        with database.transaction() as session:
            a_contact(session)
            campaigns = [a_running_campaign(session, once, slug) for slug in ("one", "other")]

        def released() -> int:
            with database.transaction() as session:
                return release(session)

        with ThreadPoolExecutor() as pool:
            with database.transaction() as first:
                assert release(first) == 2
                second = pool.submit(released)
                with pytest.raises(TimeoutError):
                    second.result(timeout=0.5)
            assert second.result(timeout=30) == 0
        with database.transaction() as session:
            moments = [Rows(session, campaign)[1].due_at for campaign in campaigns]
    assert moments[1] - moments[0] >= HOUR


def test_a_whole_campaign_goes_through_its_steps(session: Session) -> None:
    """A tick every two hours for two weeks, in which everything that is claimed is sent."""
    a_contact(session, "geneva")
    a_contact(session, "tokyo", "JP")
    campaign = a_running_campaign(session, SCHEDULE + LAST_STEP)
    now, sent = MONDAY - HOUR, []
    while now < MONDAY + 16 * DAY:
        skip_expired(session, now=now)
        release(session, now)
        for copy in claim(session, worker="w", limit=100, now=now):
            row = session.get_one(Delivery, copy.id)
            comes_to(session, row, State.sent, at=now)
            sent.append((row.recipient_address, row.step, now))
        now += 2 * HOUR
    assert [(address[:5], step, f"{moment:%m-%d %H:%M}") for address, step, moment in sent] == [
        ("tokyo", 1, "12-01 00:00"),
        ("genev", 1, "12-01 08:00"),
        ("tokyo", 2, "12-10 00:00"),
        ("genev", 2, "12-10 08:00"),
        ("tokyo", 3, "12-14 00:00"),
        ("genev", 3, "12-14 08:00"),
    ]
    assert release(session, now) == 0
    assert {row.state for step in (1, 2, 3) for row in Rows(session, campaign).of(step)} == {
        State.sent
    }
