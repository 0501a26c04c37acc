"""The record of a plan, and what is new since the plan before."""

from datetime import date

from sqlmodel import Session, select

from outreach.campaigns import progress
from outreach.campaigns.records import days_of, record_of
from outreach.campaigns.tables import Campaign
from outreach.delivery.tables import Delivery
from tests.campaigns.making import (
    LOADER,
    MONDAY,
    a_campaign,
    a_contact,
    a_letter,
    a_schedule,
    a_source,
    off_the_list,
    planned,
)


def loaded_anew(session: Session, campaign: Campaign, *changes: tuple[str, str]) -> None:
    progress.load_campaign(session, a_schedule(*changes), campaign.slug, LOADER, MONDAY)


def test_a_plan_leaves_its_figures_and_a_sample_of_each_step_and_language(
    session: Session,
) -> None:
    for name, languages in (("a", ["en"]), ("b", ["en"]), ("c", ["ar"]), ("d", ["de"])):
        a_contact(session, name, languages=languages)
    campaign = a_campaign(session)
    assert record_of(session, campaign) is None
    summary = planned(session, campaign)
    record = record_of(session, campaign)
    assert record
    assert record.is_current
    assert record.summary == summary
    assert record.changes is None
    told = [(one.step, one.language, one.copies) for one in record.samples]
    assert told == [(1, "en", 2), (1, "ar", 1), (2, "en", 2), (2, "ar", 1)]
    first = session.get_one(Delivery, record.samples[0].delivery_id)
    assert (first.step, first.language) == (1, "en")


def test_days_are_those_of_the_recipients(session: Session) -> None:
    a_contact(session, "far", "NZ", languages=["en"])
    a_contact(session, "near", "CH", languages=["en"])
    campaign = a_campaign(session)
    planned(session, campaign)
    days = days_of(session, campaign, date(2026, 12, 1), date(2026, 12, 1))
    assert [(one.zone, one.step, one.copies) for one in days] == [
        ("Pacific/Auckland", 1, 1),
        ("Europe/Zurich", 1, 1),
    ]
    assert days[0].first_at.date() == date(2026, 11, 30)  # in UTC it is the evening before
    every = days_of(session, campaign, date(2026, 1, 1), date(2027, 12, 31))
    assert sum(one.copies for one in every) == len(session.exec(select(Delivery)).all())


def test_the_same_plan_again_says_that_nothing_differs(session: Session) -> None:
    a_contact(session, languages=["en"])
    campaign = a_campaign(session)
    planned(session, campaign)
    planned(session, campaign)
    record = record_of(session, campaign)
    assert record
    assert record.changes
    assert record.changes.nothing


def test_a_schedule_loaded_anew_keeps_the_record_for_the_next_plan(session: Session) -> None:
    stays, goes = (a_contact(session, name, languages=["en"]) for name in ("stays", "goes"))
    campaign = a_campaign(session)
    planned(session, campaign)
    loaded_anew(session, campaign, ("per_hour = 120", "per_hour = 60"), ('"7 work', '"9 work'))
    record = record_of(session, campaign)
    assert record
    assert not record.is_current
    off_the_list(session, goes)
    comes = a_contact(session, "comes", languages=["en"])
    a_contact(session, "held", languages=["de"])
    planned(session, campaign, a_letter(a_source(body="Others."), a_source("reminder")))
    record = record_of(session, campaign)
    assert record
    changes = record.changes
    assert changes
    assert (changes.joined, changes.some_joined) == (1, [comes.id])
    assert (changes.left, changes.some_left) == (1, [goes.id])
    assert stays.id not in (*changes.some_joined, *changes.some_left)
    assert (changes.held_before, changes.held) == (0, 1)
    assert changes.texts == ["letter.en"]
    assert [step.letter for step in changes.steps] == ["reminder"]  # later than before
    assert changes.lines == [
        "-per_hour = 120",
        "+per_hour = 60",
        '-after = "7 working days"',
        '+after = "9 working days"',
    ]
