from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from sqlmodel import Session

from outreach.campaigns import progress, stopping
from outreach.campaigns.schedule import StopKind
from outreach.db import Database
from outreach.delivery.queue import NewDelivery, claim, enqueue, skip_expired
from outreach.delivery.states import move
from outreach.delivery.tables import Delivery, Purpose, State
from tests.campaigns.making import (
    LAST_STEP,
    MONDAY,
    SCHEDULE,
    TOKENS,
    Rows,
    a_contact,
    a_running_campaign,
    a_schedule,
    comes_to,
    release,
    was_sent,
)
from tests.postgres import Cluster

TUESDAY = datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_a_reply_stops_all_reminders_to_the_mission(session: Session) -> None:
    one, other = a_contact(session, "one"), a_contact(session, "other")
    elsewhere = a_contact(session, "elsewhere", "FR")
    campaign = a_running_campaign(session, SCHEDULE + LAST_STEP)
    letter = Rows(session, campaign, one)[1]
    was_sent(session, letter, TUESDAY)
    assert stopping.answered(session, letter, "reply", TUESDAY) == 4
    for contact in (one, other):
        rows = Rows(session, campaign, contact)
        assert [rows[2].state, rows[3].state] == [State.cancelled] * 2
        assert rows[2].reason == "the mission replied"
    assert Rows(session, campaign, elsewhere)[2].state is State.queued


def test_a_reply_leaves_the_first_letter_to_a_colleague_alone(session: Session) -> None:
    one, other = a_contact(session, "one"), a_contact(session, "other")
    campaign = a_running_campaign(session)
    stopping.answered(session, Rows(session, campaign, one)[1], "reply", TUESDAY)
    assert Rows(session, campaign, other)[1].state is State.queued


def test_a_reply_to_one_campaign_leaves_the_others_alone(session: Session) -> None:
    a_contact(session)
    first = a_running_campaign(session, slug="first")
    second = a_running_campaign(session, slug="second")
    stopping.answered(session, Rows(session, first)[1], "reply", TUESDAY)
    assert Rows(session, second)[2].state is State.queued


def test_with_the_contact_as_scope_colleagues_are_still_reminded(session: Session) -> None:
    one, other = a_contact(session, "one"), a_contact(session, "other")
    campaign = a_running_campaign(session, a_schedule(('scope = "mission"', 'scope = "contact"')))
    stopping.answered(session, Rows(session, campaign, one)[1], "reply", TUESDAY)
    assert Rows(session, campaign, one)[2].state is State.cancelled
    assert Rows(session, campaign, other)[2].state is State.queued


def test_a_bounce_stops_the_address_and_not_the_mission(session: Session) -> None:
    one, other = a_contact(session, "one"), a_contact(session, "other")
    campaign = a_running_campaign(session)
    stopping.answered(session, Rows(session, campaign, one)[1], "bounce", TUESDAY)
    assert Rows(session, campaign, one)[2].reason == "the mail before it came back"
    assert Rows(session, campaign, other)[2].state is State.queued


@pytest.mark.parametrize("kind", ["reply", "unsubscribe", "bounce"])
def test_what_the_schedule_does_not_name_stops_nothing(session: Session, kind: StopKind) -> None:
    a_contact(session)
    others = [f'"{each}"' for each in ("reply", "unsubscribe", "bounce") if each != kind]
    text = a_schedule(('"reply", "unsubscribe", "bounce"', ", ".join(others)))
    campaign = a_running_campaign(session, text)
    assert stopping.answered(session, Rows(session, campaign)[1], kind, TUESDAY) == 0
    assert Rows(session, campaign)[2].state is State.queued


def test_what_belongs_to_no_campaign_stops_nothing(session: Session) -> None:
    report = NewDelivery(
        identity="report:2026-W48",
        purpose=Purpose.report,
        sender_address="letters@example.org",
        recipient_address="organizer@example.org",
        skeleton_id=None,
    )
    enqueue(session, [report], tokens=TOKENS, now=MONDAY)
    row = session.get_one(Delivery, 1)
    assert stopping.answered(session, row, "reply", TUESDAY) == 0


@pytest.mark.parametrize("back", [State.queued, State.unknown])
def test_a_reminder_that_a_carrier_had_when_the_reply_came_does_not_go_again(
    session: Session, back: Literal[State.queued, State.unknown]
) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    was_sent(session, Rows(session, campaign)[1], TUESDAY)
    reminder = Rows(session, campaign)[2]
    comes_to(session, reminder, State.sending, at=TUESDAY)
    if back is State.unknown:
        comes_to(session, reminder, State.unknown, at=TUESDAY)
    stopping.answered(session, Rows(session, campaign)[1], "reply", TUESDAY)
    comes_to(session, reminder, State.queued, at=TUESDAY, due_at=TUESDAY)
    assert skip_expired(session, now=TUESDAY) == 1


@pytest.mark.postgres
def test_a_reminder_cannot_be_claimed_while_a_reply_stops_it(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Database(cluster.fresh_database())) as database:
        with database.transaction() as session:
            a_contact(session)
            campaign = a_running_campaign(session)
            was_sent(session, Rows(session, campaign)[1], TUESDAY)
            Rows(session, campaign)[2].due_at = TUESDAY
        claimed: list[Delivery] = []

        def claims_in_between(*args: Any, **named: Any) -> list[int]:
            with database.transaction() as other:
                claimed.extend(claim(other, worker="other", limit=1, now=TUESDAY))
            return move(*args, **named)

        monkeypatch.setattr(stopping, "move", claims_in_between)
        with database.transaction() as session:
            assert stopping.answered(session, Rows(session, campaign)[1], "reply", TUESDAY) == 1
        assert claimed == []


@pytest.mark.parametrize("act", ["pause", "hold", "postpone"])
def test_a_reminder_that_was_stopped_stays_stopped_whatever_comes_after(
    session: Session, act: str
) -> None:
    contact = a_contact(session)
    campaign = a_running_campaign(session)
    was_sent(session, Rows(session, campaign)[1], TUESDAY)
    reminder = Rows(session, campaign)[2]
    comes_to(session, reminder, State.sending, at=TUESDAY)
    stopping.answered(session, Rows(session, campaign)[1], "reply", TUESDAY)
    if act == "hold":
        progress.pause(session, campaign, now=TUESDAY, reason="a mistake was found")
    comes_to(session, reminder, State.queued, at=TUESDAY, due_at=TUESDAY)
    if act == "pause":
        progress.pause(session, campaign, now=TUESDAY, reason="a mistake was found")
    if act == "postpone":
        until = TUESDAY + timedelta(days=3)
        stopping.postpone(session, contact_id=contact.id or 0, until=until, now=TUESDAY)
    release(session, TUESDAY)
    assert skip_expired(session, now=TUESDAY) == 1


def test_an_absence_holds_the_contacts_copies_until_the_return(session: Session) -> None:
    away, here = a_contact(session, "away"), a_contact(session, "here")
    campaign = a_running_campaign(session)
    release(session)
    returns = datetime(2026, 12, 21, 0, tzinfo=UTC)
    assert away.id is not None
    assert stopping.postpone(session, contact_id=away.id, until=returns, now=MONDAY) == 2
    assert Rows(session, campaign, away)[1].due_at is None
    for day in (MONDAY, returns):
        release(session, day)
    letter = Rows(session, campaign, away)[1]
    assert letter.due_at == datetime(2026, 12, 21, 8, tzinfo=UTC)
    assert letter.expires_at == datetime(2026, 12, 23, 8, tzinfo=UTC)
    here_at = Rows(session, campaign, here)[1].due_at
    assert here_at is not None
    assert here_at < TUESDAY + timedelta(hours=1)


def test_an_earlier_return_does_not_shorten_an_absence(session: Session) -> None:
    contact = a_contact(session)
    campaign = a_running_campaign(session)
    assert contact.id is not None
    for days in (20, 10):
        until = MONDAY + timedelta(days=days)
        stopping.postpone(session, contact_id=contact.id, until=until, now=MONDAY)
    assert Rows(session, campaign)[1].not_before == MONDAY + timedelta(days=20)


def test_a_return_that_is_past_or_years_away_was_misread(session: Session) -> None:
    contact = a_contact(session)
    campaign = a_running_campaign(session)
    assert contact.id is not None
    assert stopping.postpone(session, contact_id=contact.id, until=MONDAY, now=MONDAY) == 0
    far = datetime(9999, 12, 31, tzinfo=UTC)
    stopping.postpone(session, contact_id=contact.id, until=far, now=MONDAY)
    assert Rows(session, campaign)[1].not_before == MONDAY + stopping.LONGEST_ABSENCE


def test_what_was_sent_is_not_postponed(session: Session) -> None:
    contact = a_contact(session)
    campaign = a_running_campaign(session)
    release(session)
    was_sent(session, Rows(session, campaign)[1], TUESDAY)
    assert contact.id is not None
    until = TUESDAY + timedelta(days=20)
    assert stopping.postpone(session, contact_id=contact.id, until=until, now=TUESDAY) == 1
    assert Rows(session, campaign)[1].not_before == TUESDAY
