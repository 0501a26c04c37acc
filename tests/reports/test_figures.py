"""The figures say what their definitions say."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col, select

from outreach.campaigns.tables import Campaign
from outreach.contacts.states import MemberStates
from outreach.delivery.tables import Purpose, State
from outreach.inbox.kinds import MailKind
from outreach.reports.definitions import DEFINITIONS, FIGURES
from outreach.reports.figures import Breakdown, Count, Figures
from outreach.reports.weeks import Week
from outreach.tracking.tables import Agent, EventKind
from tests.reports import brute_force, by_hand
from tests.reports.counted import compute
from tests.reports.generated import DOMAINS, generate
from tests.reports.rows import Rows

IN_WEEK = datetime(2026, 11, 24, 10, tzinfo=UTC)
BEFORE = IN_WEEK - timedelta(days=7)
AFTER = IN_WEEK + timedelta(days=7)
SPOKEN = {"en": "English", "fr": "French", "ar": "Arabic"}
NOTHING = Count()
ONCE = Count(week=1, so_far=1)


@pytest.fixture
def computed(
    session: Session, week: Week, zone: ZoneInfo, states: MemberStates
) -> Callable[[], Figures]:
    return lambda: compute(session, week, zone=zone, states=states, now=AFTER)


def named(parts: list[Breakdown]) -> dict[str, dict[str, Count]]:
    return {part.name: part.counts for part in parts}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_figure_is_what_counting_by_hand_gives(
    rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates, seed: int
) -> None:
    generate(rows, seed, zone)
    for asked in (week.previous, week, week.next):
        figures = compute(rows.session, asked, zone=zone, states=states, now=AFTER)
        period, things = asked.bounds(zone), brute_force.things_of(rows.session)
        assert figures.counts == brute_force.totals(things, period)
        assert named(figures.regions) == brute_force.by_region(things, rows.session, period, states)
        assert named(figures.lists) == brute_force.by_list(things, rows.session, period)
        assert named(figures.tags) == brute_force.by_tag(things, rows.session, period)
        spoken = named(figures.languages)
        told = brute_force.by_language(rows.session, period)
        assert spoken == {SPOKEN[code]: counts for code, counts in told.items()}
        assert named(figures.steps) == brute_force.by_step(rows.session, period)
        reasons = {held.reason: held.count for held in figures.held_back}
        assert reasons == brute_force.by_reason(rows.session, period)


@pytest.mark.parametrize("seed", [1, 2, 3, 6])
def test_what_is_listed_beside_the_figures_is_what_looking_at_each_row_gives(
    rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates, seed: int
) -> None:
    generate(rows, seed, zone)
    session = rows.session
    for asked in (week.previous, week, week.next):
        figures = compute(session, asked, zone=zone, states=states, now=AFTER)
        period, ahead = asked.bounds(zone), max(asked.next, Week.containing(AFTER, zone))
        assert figures.first_answers
        assert figures.silence
        assert figures.outcomes
        told = {name: getattr(figures.first_answers, name) for name in ("week", "so_far")}
        waits = {name: (wait.answers, wait.half_within) for name, wait in told.items()}
        assert waits == by_hand.waits(session, period)
        said = {each.outcome: each.count for each in figures.outcomes}
        assert said == by_hand.outcomes(session, period)
        assert sum(said.values()) == figures.counts["missions_answered"].so_far
        silent = {one.organization: (one.since, one.step) for one in figures.silence.missions}
        assert silent == by_hand.silent(session, period[1])
        assert figures.silence.count == sum(figures.silence.regions.values()) == len(silent)
        assert figures.silence.week_before == len(by_hand.silent(session, period[0]))
        assert {
            one.thread_id: (one.mails, one.received_at, one.first_lines) for one in figures.answers
        } == by_hand.answers(session, period)
        first = max(ahead.monday, AFTER.astimezone(zone).date())
        coming = {(one.slug, one.step, one.day): one.copies for one in figures.coming}
        assert coming == by_hand.coming(session, first, ahead.sunday, zone)
        loads = {str(one.agent): (one.week, one.so_far) for one in figures.loads}
        assert loads == by_hand.loads(session, asked.monday, asked.sunday)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_health_of_each_sending_domain_is_that_of_its_campaigns_copies(
    rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates, seed: int
) -> None:
    generate(rows, seed, zone)
    figures = compute(rows.session, week, zone=zone, states=states, now=AFTER)
    campaigns = rows.session.exec(select(Campaign).order_by(col(Campaign.id))).all()
    assert figures.health
    for domain, campaign in zip(figures.health, campaigns, strict=True):
        things = brute_force.things_of(
            rows.session, lambda copy, campaign=campaign: copy.campaign_id == campaign.id
        )
        by_hand = brute_force.totals(things, week.bounds(zone))
        rates = {rate.name: (rate.bad, rate.of) for rate in domain.rates}
        assert rates == {
            "returned": (by_hand["bounced"] + by_hand["failed"], by_hand["handed_over"]),
            "complaints": (by_hand["complaints"], by_hand["sent"]),
        }
    assert [domain.domain for domain in figures.health] == list(DOMAINS)


@pytest.mark.parametrize("seed", [1, 2])
def test_open_tasks_and_their_age_are_what_looking_at_each_row_gives(
    rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates, seed: int
) -> None:
    generate(rows, seed, zone)
    needs = compute(rows.session, week, zone=zone, states=states, now=AFTER).needs
    old = datetime.combine(AFTER.astimezone(zone).date() - timedelta(days=7), time(), UTC)
    (waiting,) = (need for need in needs if need.kind == "waiting")
    assert (waiting.count, waiting.older) == by_hand.waiting(rows.session, old)
    doubts = {need.slug: (need.count, need.older) for need in needs if need.kind == "in_doubt"}
    assert doubts == by_hand.in_doubt(rows.session, old)


def test_the_change_is_against_what_the_report_of_the_week_before_said(
    rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates
) -> None:
    generate(rows, 1, zone)
    before = compute(rows.session, week.previous, zone=zone, states=states, now=AFTER)
    figures = compute(rows.session, week, zone=zone, states=states, now=AFTER, before=before)
    for name, count in figures.counts.items():
        assert figures.change(name) == count.week - before.counts[name].week
    assert before.change("sent") is None


def test_the_weeks_add_up_to_what_there_is_so_far(
    rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates
) -> None:
    generate(rows, 4, zone)
    weeks = [Week(2026, number) for number in range(44, week.number + 1)]
    reports = [compute(rows.session, w, zone=zone, states=states, now=AFTER) for w in weeks]
    for name in FIGURES:
        added = sum(report.counts[name].week for report in reports)
        assert added == reports[-1].counts[name].so_far, name
    assert reports[-1].counts["sent"].so_far > 0


def test_every_figure_has_a_definition_and_a_denominator_that_exists() -> None:
    assert set(DEFINITIONS) == set(FIGURES)
    assert all(meaning.endswith(".") for meaning in DEFINITIONS.values())
    assert {figure.of for figure in FIGURES.values()} - {None} <= set(FIGURES)
    assert len({figure.label for figure in FIGURES.values()}) == len(FIGURES)


def test_reports_notices_and_answers_are_in_no_figure(
    rows: Rows, computed: Callable[[], Figures]
) -> None:
    campaign, contact = rows.campaign(), rows.contact()
    for purpose in (Purpose.report, Purpose.notice, Purpose.answer):
        copy = rows.sent(campaign, contact, IN_WEEK, purpose=purpose)
        rows.event(copy, EventKind.opened, IN_WEEK, Agent.person)
    assert set(computed().counts.values()) == {NOTHING}


def test_a_copy_that_is_loaded_again_and_again_counts_once_for_each_kind_of_reader(
    rows: Rows, computed: Callable[[], Figures]
) -> None:
    copy = rows.sent(rows.campaign(), rows.contact(), BEFORE)
    rows.event(copy, EventKind.opened, BEFORE, Agent.machine)
    for hours in range(3):
        rows.event(copy, EventKind.opened, IN_WEEK + timedelta(hours=hours), Agent.person)
        rows.event(copy, EventKind.opened, IN_WEEK + timedelta(hours=hours), Agent.machine)
    counts = computed().counts
    assert counts["opened_by_people"] == ONCE
    assert counts["opened_by_machines"] == Count(week=0, so_far=1)
    assert counts["opened_by_unknown"] == NOTHING


def test_an_absence_is_no_answer_and_a_second_answer_no_second_mission(
    rows: Rows, computed: Callable[[], Figures]
) -> None:
    campaign, mission = rows.campaign(), rows.mission("NG")
    thread = rows.thread(campaign, mission.id or 0)
    for _ in range(2):
        contact = rows.contact(mission)
        rows.sent(campaign, contact, BEFORE)
        rows.mail(MailKind.reply, IN_WEEK, thread_id=thread.id, contact_id=contact.id)
    rows.sent(campaign, rows.contact(rows.mission("FR")), BEFORE)
    rows.mail(MailKind.out_of_office, IN_WEEK, thread_id=thread.id)
    counts = computed().counts
    assert counts["missions_answered"] == ONCE
    assert counts["missions_written"] == Count(week=0, so_far=2)
    assert counts["contacts_answered"] == Count(week=2, so_far=2)
    assert counts["out_of_office"] == ONCE


def test_an_event_that_is_told_late_counts_in_the_week_in_which_it_is_told(
    rows: Rows, computed: Callable[[], Figures]
) -> None:
    copy = rows.sent(rows.campaign(), rows.contact(), BEFORE)
    rows.event(copy, EventKind.delivered, IN_WEEK, happened_at=BEFORE)
    assert computed().counts["delivered"] == Count(week=1, so_far=1, late=1)


def test_what_was_held_back_is_told_from_what_came_too_late(
    rows: Rows, computed: Callable[[], Figures]
) -> None:
    campaign = rows.campaign()
    rows.copy(campaign, rows.contact(), State.skipped, reason="no letter", settled_at=IN_WEEK)
    rows.copy(
        campaign, rows.contact(), State.skipped, settled_at=IN_WEEK, planned_at=BEFORE,
        expires_at=IN_WEEK,
    )  # fmt: skip
    figures = computed()
    assert figures.counts["held_back"] == figures.counts["late"] == ONCE
    assert figures.counts["planned"] == Count(week=0, so_far=1)
    assert [held.reason for held in figures.held_back] == ["no letter"]


def test_what_happens_after_the_week_is_not_yet_so_far(
    rows: Rows, computed: Callable[[], Figures]
) -> None:
    copy = rows.sent(rows.campaign(), rows.contact(), AFTER)
    rows.event(copy, EventKind.opened, AFTER, Agent.person)
    counts = computed().counts
    assert counts["sent"] == counts["opened_by_people"] == NOTHING
    assert counts["copies"].so_far == 1


def test_figures_go_into_json_and_come_back_the_same(
    rows: Rows, zone: ZoneInfo, computed: Callable[[], Figures]
) -> None:
    generate(rows, 5, zone)
    figures = computed()
    assert Figures.model_validate_json(figures.model_dump_json()) == figures
