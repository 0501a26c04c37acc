"""What campaigns leave each other: their moments are one another's traffic."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sqlmodel import Session, col, delete, select

from outreach.campaigns.tables import Campaign
from outreach.contacts.tables import ListMembership
from outreach.delivery.queue import NewDelivery, enqueue
from outreach.delivery.tables import Delivery, Purpose, SendingAddress, State
from tests.campaigns.making import (
    MONDAY,
    TOKENS,
    Rows,
    a_contact,
    a_running_campaign,
    a_schedule,
    comes_to,
    release,
)

TUESDAY = datetime(2026, 12, 1, 8, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def two_campaigns(session: Session, text: str, *states: str) -> tuple[Campaign, Campaign]:
    """One for each of two contacts of these states."""
    campaigns = []
    for slug, state in zip(("one", "other"), states, strict=True):
        session.exec(delete(ListMembership))
        a_contact(session, slug, state)
        campaigns.append(a_running_campaign(session, text, slug))
    return campaigns[0], campaigns[1]


def moments(session: Session, *campaigns: Campaign) -> list[datetime]:
    rows = (Rows(session, campaign)[1] for campaign in campaigns)
    return [row.due_at for row in rows if row.due_at]


def answered(session: Session, address: str, due_at: datetime) -> None:
    answer = NewDelivery(
        identity=f"answer:{address}",
        purpose=Purpose.answer,
        sender_address="letters@example.org",
        recipient_address=address,
        skeleton_id=None,
        due_at=due_at,
    )
    enqueue(session, [answer], tokens=TOKENS, now=MONDAY)


def test_two_campaigns_keep_the_pace_of_a_domain_together(session: Session) -> None:
    one, other = moments(session, *two_campaigns_released(session, "CH", "CH"))
    assert 6 * MINUTE <= other - one <= 6.6 * MINUTE


def two_campaigns_released(
    session: Session, *states: str, pace: str = ""
) -> tuple[Campaign, Campaign]:
    campaigns = two_campaigns(session, a_schedule(("[pace]", f"[pace]\n{pace}")), *states)
    assert release(session) == 2
    return campaigns


def test_campaigns_to_different_domains_do_not_wait_for_each_other(session: Session) -> None:
    assert moments(session, *two_campaigns_released(session, "CH", "FR")) == [TUESDAY] * 2


def test_two_campaigns_of_one_sender_keep_its_pace_together(session: Session) -> None:
    campaigns = two_campaigns_released(session, "CH", "FR", pace="per_sender_per_hour = 6")
    one, other = moments(session, *campaigns)
    assert 10 * MINUTE <= other - one <= 11 * MINUTE


def test_an_answer_from_the_desk_counts_for_its_domain(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    answered(session, "somebody@ch.example", TUESDAY)
    release(session)
    (moment,) = moments(session, campaign)
    assert 6 * MINUTE <= moment - TUESDAY <= 6.6 * MINUTE


def test_of_what_has_passed_the_last_moment_counts(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    for minutes in (6, 2):
        answered(session, f"{minutes}@ch.example", TUESDAY - minutes * MINUTE)
    rows = session.exec(select(Delivery).where(Delivery.purpose == Purpose.answer)).all()
    for row in rows:
        comes_to(session, row, State.sending, State.sent, at=TUESDAY)
    release(session, TUESDAY)
    (moment,) = moments(session, campaign)
    assert 4 * MINUTE <= moment - TUESDAY <= 4.6 * MINUTE


def test_what_was_withdrawn_takes_no_room(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    answered(session, "somebody@ch.example", TUESDAY)
    row = session.exec(select(Delivery).where(Delivery.purpose == Purpose.answer)).one()
    comes_to(session, row, State.cancelled, at=MONDAY)
    release(session)
    assert moments(session, campaign) == [TUESDAY]


def test_a_window_that_is_closed_holds_up_no_other_campaign(session: Session) -> None:
    a_contact(session, state="CH")
    sleeping = a_running_campaign(
        session, a_schedule(('from = "09:00"', 'from = "16:00"')), "sleeping"
    )
    session.exec(delete(ListMembership))
    a_contact(session, state="FR")
    awake = a_running_campaign(session, slug="awake")
    release(session, TUESDAY)
    assert moments(session, sleeping, awake) == [TUESDAY + 7 * HOUR, TUESDAY]


def test_two_campaigns_of_a_new_sender_share_its_first_day(session: Session) -> None:
    one, other = moments(session, *two_campaigns_released(session, "CH", "FR", pace="ramp_up = 1"))
    assert (one, other) == (TUESDAY, TUESDAY + DAY)


def test_what_a_new_sender_sent_today_counts(session: Session) -> None:
    for state in ("CH", "FR", "AT"):
        a_contact(session, state=state)
    campaign = a_running_campaign(session, a_schedule(("[pace]", "[pace]\nramp_up = 2")))
    session.add(SendingAddress(address="letters@example.org", first_sent_at=TUESDAY))
    answered(session, "somebody@example.org", TUESDAY - HOUR)
    answer = session.exec(select(Delivery).where(Delivery.purpose == Purpose.answer)).one()
    comes_to(session, answer, State.sending, State.sent, at=TUESDAY)
    release(session, TUESDAY)
    days = [row.due_at.day for row in Rows(session, campaign).of(1) if row.due_at]
    assert sorted(days) == [1, 2, 2]


def test_a_sender_of_three_weeks_is_not_limited(session: Session) -> None:
    for number in range(4):
        a_contact(session, f"person{number}")
    long_ago = MONDAY - 21 * DAY
    session.add(SendingAddress(address="letters@example.org", first_sent_at=long_ago))
    campaign = a_running_campaign(session, a_schedule(("[pace]", "[pace]\nramp_up = 1")))
    release(session)
    rows = Rows(session, campaign).of(1)
    due = sorted(row.due_at for row in rows if row.due_at)
    assert len(due) == 4
    assert all(other - one < HOUR for one, other in pairwise(due))


def test_what_is_overdue_takes_no_room_where_it_was(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    release(session)
    now = TUESDAY + 16 * MINUTE
    assert release(session, now) == 1
    assert moments(session, campaign) == [now]
    assert session.exec(select(col(Delivery.due_at)).where(Delivery.step == 2)).one() is None
