from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar, Component
from sqlmodel import Session

from outreach.campaigns.calendar_file import calendar_file
from outreach.campaigns.tables import Campaign
from outreach.delivery.tables import State
from outreach.errors import InvalidInput
from tests.campaigns.making import (
    MONDAY,
    SCHEDULE,
    Rows,
    a_campaign,
    a_contact,
    a_mission,
    a_running_campaign,
    a_schedule,
    comes_to,
    planned,
    release,
    states,
    was_sent,
)

TUESDAY = datetime(2026, 12, 1, 8, tzinfo=UTC)


def made(session: Session, campaign: Campaign, now: datetime = MONDAY) -> bytes:
    session.flush()
    return calendar_file(session, campaign, states=states(), now=now)


def events(session: Session, campaign: Campaign, now: datetime = MONDAY) -> list[Component]:
    return Calendar.from_ical(made(session, campaign, now)).walk("VEVENT")


def test_each_step_day_and_clock_is_an_event(session: Session) -> None:
    for name, state in (("geneva", "CH"), ("bern", "CH"), ("tokyo", "JP")):
        a_contact(session, name, state)
    campaign = a_campaign(session)
    planned(session, campaign)
    found = events(session, campaign)
    assert [str(event["summary"]) for event in found] == [
        "Letter to 1 mission (Offices)",
        "Letter to 1 mission (Offices)",
        "Reminder to 1 mission (Offices)",
        "Reminder to 1 mission (Offices)",
    ]
    tokyo, geneva = found[:2]
    assert tokyo.start == datetime(2026, 12, 1, tzinfo=UTC)
    assert tokyo.end == tokyo.start + timedelta(minutes=1)
    assert geneva.start == TUESDAY
    assert timedelta(minutes=6) <= geneva.end - geneva.start <= timedelta(minutes=6.6)


def test_an_event_lists_who_gets_a_copy_when_and_names_no_address(session: Session) -> None:
    mission = a_mission(session, "CI")
    mission.organization = (
        "Mission permanente de la République de Côte d’Ivoire; à Genève, 科特迪瓦"
    )
    a_contact(session, "abidjan", "CI")
    campaign = a_campaign(
        session, a_schedule(('name = "Offices"', 'name = "Bür\u00f6s, \u00e0 Gen\u00e8ve"'))
    )
    planned(session, campaign)
    file = made(session, campaign)
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    assert b"@ci.example" not in file
    (event, *_) = events(session, campaign)
    assert str(event["description"]) == (
        f"2026-12-01 09:00 Africa/Abidjan (09:00 UTC): {states().name('CI')}, "
        f"{mission.organization}: foreseen"
    )
    assert str(event["summary"]) == "Letter to 1 mission (Bürös, à Genève)"


def test_made_again_it_has_the_same_events_with_what_is_new(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    before = events(session, campaign)
    release(session)
    was_sent(session, Rows(session, campaign)[1], TUESDAY + timedelta(minutes=3))
    after = events(session, campaign, TUESDAY + timedelta(hours=1))
    assert [event["uid"] for event in before] == [event["uid"] for event in after]
    assert after[0].start == TUESDAY + timedelta(minutes=3)
    assert str(after[0]["description"]).endswith(": sent")
    assert after[0].stamp == TUESDAY + timedelta(hours=1)


def test_what_does_not_go_is_left_out(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    release(session)
    comes_to(session, Rows(session, campaign)[1], State.sending, State.failed, at=TUESDAY)
    comes_to(session, Rows(session, campaign)[2], State.cancelled, at=TUESDAY)
    with pytest.raises(InvalidInput, match="outreach campaign plan offices"):
        made(session, campaign)


def test_a_window_on_one_clock_gives_one_event_a_day_for_all(session: Session) -> None:
    a_contact(session, "geneva", "CH")
    a_contact(session, "tokyo", "JP")
    text = SCHEDULE.replace('until = "16:30"', 'until = "16:30"\nzone = "Europe/Zurich"')
    campaign = a_campaign(session, text)
    planned(session, campaign)
    (letters, _) = events(session, campaign)
    assert str(letters["summary"]) == "Letter to 2 missions (Offices)"
    assert "17:00 Asia/Tokyo (08:00 UTC)" in str(letters["description"])
