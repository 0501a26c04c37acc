from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from outreach.campaigns import plans, progress
from outreach.campaigns.tables import CampaignState
from outreach.delivery.queue import skip_expired
from outreach.delivery.tables import State
from outreach.errors import InvalidInput, NotAllowed, NotFound
from tests.campaigns.making import (
    LOADER,
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

TUESDAY = datetime(2026, 12, 1, 8, tzinfo=UTC)  # when the letter is due


def test_a_schedule_file_becomes_a_campaign(session: Session) -> None:
    campaign = a_campaign(session)
    assert (campaign.slug, campaign.name) == ("offices", "Offices")
    assert (campaign.loaded_by, campaign.loaded_at) == (LOADER, MONDAY)
    assert campaign.state is CampaignState.loaded
    assert progress.get(session, "offices") is campaign


def test_loading_the_same_file_again_changes_nothing(session: Session) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    planned(session, campaign)
    again = progress.load_campaign(session, SCHEDULE, "offices", "other@example.org", MONDAY)
    assert again is campaign
    assert campaign.state is CampaignState.planned
    assert campaign.loaded_by == LOADER


def test_a_running_campaigns_file_cannot_be_replaced(session: Session) -> None:
    a_contact(session)
    a_running_campaign(session)
    with pytest.raises(NotAllowed, match="loaded anew"):
        a_campaign(session, a_schedule(("per_hour = 120", "per_hour = 60")))


@pytest.mark.parametrize("slug", ["", "Offices", "a b", "../a", "a" * 81, "-a", "büro"])
def test_a_name_that_would_not_do_in_an_address_is_refused(session: Session, slug: str) -> None:
    with pytest.raises(InvalidInput, match=r"spring-letter\.toml"):
        a_campaign(session, slug=slug)


def test_a_campaign_that_is_not_there_is_answered_with_those_that_are(session: Session) -> None:
    a_campaign(session)
    with pytest.raises(NotFound, match='no campaign "office"; there are: offices'):
        progress.get(session, "office")


def test_a_paused_campaign_holds_everything_that_has_not_left(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    release(session)
    progress.pause(session, campaign, now=MONDAY, reason="a mistake was found")
    row = Rows(session, campaign)[1]
    assert plans.status(session, campaign, MONDAY).unsent == 2
    assert (campaign.state, campaign.reason) == (CampaignState.paused, "a mistake was found")
    assert (row.state, row.due_at, row.open_until) == (State.queued, None, None)
    assert release(session, TUESDAY) == 0


def test_a_long_pause_makes_nothing_late(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    release(session)
    progress.pause(session, campaign, now=MONDAY, reason="holidays")
    later = TUESDAY + timedelta(days=20)
    assert skip_expired(session, now=later) == 0
    progress.resume(session, campaign, now=later)
    assert release(session, later) == 1
    row = Rows(session, campaign)[1]
    assert row.due_at == later
    assert row.expires_at == later + timedelta(hours=48)


def test_what_was_sent_is_not_touched_by_a_pause(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    release(session)
    was_sent(session, Rows(session, campaign)[1], TUESDAY)
    progress.pause(session, campaign, now=TUESDAY, reason="why not")
    assert Rows(session, campaign)[1].due_at == TUESDAY


def test_pausing_twice_is_pausing_once(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    for _ in range(2):
        progress.pause(session, campaign, now=MONDAY, reason="twice")
    assert campaign.state is CampaignState.paused


def test_only_a_paused_campaign_is_resumed(session: Session) -> None:
    a_contact(session)
    with pytest.raises(NotAllowed, match="is running; only a campaign that is paused"):
        progress.resume(session, a_running_campaign(session), now=MONDAY)


def test_only_a_running_campaign_is_paused(session: Session) -> None:
    with pytest.raises(NotAllowed, match="offices is loaded"):
        progress.pause(session, a_campaign(session), now=MONDAY, reason="too early")


def test_a_cancelled_campaign_withdraws_its_reminders_too(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    release(session)
    was_sent(session, Rows(session, campaign)[1], TUESDAY)
    assert progress.cancel(session, campaign, now=TUESDAY, reason="the office was closed") == 1
    reminder = Rows(session, campaign)[2]
    assert Rows(session, campaign)[1].state is State.sent
    assert reminder.state is State.cancelled
    assert reminder.reason == "the campaign was cancelled: the office was closed"
    assert release(session, TUESDAY + timedelta(days=30)) == 0


def test_a_copy_refused_for_now_after_the_cancellation_does_not_leave(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    release(session)
    row = Rows(session, campaign)[1]
    comes_to(session, row, State.sending, at=TUESDAY)
    progress.cancel(session, campaign, now=TUESDAY, reason="at once")
    comes_to(session, row, State.queued, at=TUESDAY, due_at=TUESDAY + timedelta(minutes=5))
    release(session, TUESDAY)
    assert Rows(session, campaign)[1].state is State.cancelled


def test_a_cancelled_campaign_stays_cancelled(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    progress.cancel(session, campaign, now=MONDAY, reason="over")
    progress.cancel(session, campaign, now=MONDAY, reason="over")
    with pytest.raises(NotAllowed, match="offices is cancelled"):
        progress.resume(session, campaign, now=MONDAY)
    with pytest.raises(NotAllowed, match="offices is cancelled"):
        planned(session, campaign)


def test_a_campaign_whose_schedule_cannot_be_used_is_paused_and_stops_no_other(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    a_contact(session)
    broken, good = a_running_campaign(session, slug="a"), a_running_campaign(session, slug="b")
    broken.source = broken.source.replace("[[steps]]", "[[stages]]")
    session.flush()
    assert release(session) == 1
    assert Rows(session, good)[1].due_at is not None
    assert broken.state is CampaignState.paused
    assert (broken.reason or "").startswith("it cannot go on: a.toml cannot be used")
    assert "Campaign a cannot go on" in caplog.text
    assert "example" not in caplog.text
