"""Where each state stands: the furthest that any letter has come with it."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete
from sqlmodel import Session, select

from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Mission
from outreach.delivery.tables import Delivery, State
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import IncomingMail, Outcome, Thread
from outreach.reports.counters.keeping import catch_up
from outreach.reports.standing import LADDER, Standing, StateStanding, standings
from outreach.reports.weeks import Week
from outreach.tracking.tables import Agent, Event, EventKind
from tests.reports.generated import generate
from tests.reports.rows import Rows

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
LATER = AT + timedelta(days=1)
Found = dict[str, StateStanding]
Rungs = defaultdict[int | None, set[Standing]]


@pytest.fixture
def found(session: Session, states: MemberStates, zone: ZoneInfo) -> Callable[..., Found]:
    def look(before: datetime = LATER, campaign_id: int | None = None) -> Found:
        session.flush()
        catch_up(session, zone)
        made = standings(session, states, before=before, campaign_id=campaign_id)
        return {one.state: one for one in made}

    return look


def by_hand(session: Session, before: datetime, campaign_id: int | None) -> dict[str, Standing]:
    """Row by row, and sharing nothing with the queries."""
    rows: Rungs = defaultdict(set)
    copies = {
        copy.id: copy
        for copy in session.exec(select(Delivery))
        if copy.purpose in ("letter", "reminder") and campaign_id in (None, copy.campaign_id)
    }
    for copy in copies.values():
        _see_copy(rows[copy.mission_id], copy, before)
    _see_events(session, rows, copies, before)
    _see_replies(session, rows, before, campaign_id)
    seen: dict[str, set[Standing]] = defaultdict(set)
    for mission in session.exec(select(Mission)):
        seen[mission.state] |= rows[mission.id]
    return {code: max(all_of, key=LADDER.index) for code, all_of in seen.items() if all_of}


def _see_copy(seen: set[Standing], copy: Delivery, before: datetime) -> None:
    settled = copy.settled_at or copy.created_at
    went = copy.sent_at or copy.state in ("sent", "delivered", "bounced", "unknown")
    back = copy.state in ("bounced", "failed")
    if back and (copy.sent_at or settled) < before:
        seen.add(Standing.bounced)
    elif not back and went and (copy.sent_at or settled) < before:
        seen.add(Standing.sent)
    if copy.state == "delivered" and settled < before:
        seen.add(Standing.delivered)


def _see_events(
    session: Session, rows: Rungs, copies: dict[int | None, Delivery], before: datetime
) -> None:
    for event in session.exec(select(Event)):
        copy = copies.get(event.delivery_id)
        if copy and event.received_at < before:
            by_person = event.kind == "opened" and event.agent == "person"
            if by_person and copy.tracks_opens:
                rows[copy.mission_id].add(Standing.loaded)
            if event.kind == "unsubscribed":
                rows[copy.mission_id].add(Standing.opted_out)


def _see_replies(session: Session, rows: Rungs, before: datetime, campaign_id: int | None) -> None:
    for mail in session.exec(select(IncomingMail)):
        thread = session.get(Thread, mail.thread_id) if mail.thread_id else None
        place = thread or (session.get(Delivery, mail.delivery_id) if mail.delivery_id else None)
        ours = place and campaign_id in (None, place.campaign_id)
        if place and ours and mail.kind == "reply" and mail.received_at < before:
            rows[place.mission_id].add(Standing.replied)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_state_stands_where_looking_by_hand_finds_it(
    rows: Rows, found: Callable[..., Found], week: Week, zone: ZoneInfo, seed: int
) -> None:
    generate(rows, seed, zone)
    campaign = rows.session.exec(select(Thread.campaign_id)).first()
    seen = set()
    # The furthest hide the others, so they go one after the other.
    for furthest in (IncomingMail, Event, None):
        for before in (asked.bounds(zone)[1] for asked in (week.previous, week, week.next)):
            for campaign_id in (None, campaign):
                told = {code: one.standing for code, one in found(before, campaign_id).items()}
                written = {code for code in told if told[code] is not Standing.not_written}
                expected = by_hand(rows.session, before, campaign_id)
                assert {code: told[code] for code in written} == expected
                seen |= set(told.values())
        if furthest:
            rows.session.exec(delete(furthest))
    assert seen >= {Standing.replied, Standing.delivered, Standing.sent, Standing.not_written}


def test_every_member_state_is_there_also_the_ones_nobody_wrote_to(
    found: Callable[..., Found], states: MemberStates
) -> None:
    assert set(found()) == {state.code for state in states}
    assert {one.standing for one in found().values()} == {Standing.not_written}
    assert [one.name for one in found().values()] == sorted(state.name for state in states)


def test_a_state_that_the_file_does_not_name_is_shown_by_its_code(
    rows: Rows, found: Callable[..., Found]
) -> None:
    rows.sent(rows.campaign(), rows.contact(rows.mission("XX")), AT)
    assert found()["XX"].name == "XX"


def test_one_copy_that_came_back_hides_none_that_went(
    rows: Rows, found: Callable[..., Found]
) -> None:
    campaign, france, chad = rows.campaign(), rows.mission("FR"), rows.mission("TD")
    rows.copy(campaign, rows.contact(france), State.bounced, sent_at=AT, settled_at=AT)
    rows.copy(campaign, rows.contact(chad), State.failed, settled_at=AT)
    assert found()["FR"].standing is found()["TD"].standing is Standing.bounced
    rows.copy(campaign, rows.contact(france), State.unknown, settled_at=AT)
    assert found()["FR"].standing is Standing.sent


def test_what_is_known_to_have_come_back_is_not_shown_as_sent(
    rows: Rows, found: Callable[..., Found]
) -> None:
    rows.copy(rows.campaign(), rows.contact(), State.bounced, sent_at=AT, settled_at=LATER)
    assert found()["FR"].standing is Standing.bounced


def test_a_machine_that_loads_the_image_brings_nobody_further(
    rows: Rows, found: Callable[..., Found]
) -> None:
    copy = rows.sent(rows.campaign(), rows.contact(), AT)
    rows.event(copy, EventKind.opened, AT, Agent.machine)
    assert found()["FR"].standing is Standing.sent
    rows.event(copy, EventKind.opened, AT, Agent.person)
    assert found()["FR"].standing is Standing.loaded


def test_an_answer_says_what_it_came_to_the_latest_first(
    rows: Rows, found: Callable[..., Found]
) -> None:
    mission = rows.mission("KE")
    for outcome, last in ((Outcome.supportive, LATER), (Outcome.declined, AT)):
        thread = rows.thread(rows.campaign(), mission.id or 0)
        thread.outcome, thread.last_mail_at = outcome, last
        rows.mail(MailKind.reply, AT, thread_id=thread.id)
    rows.session.flush()
    assert found()["KE"].standing is Standing.replied
    assert found()["KE"].outcome is Outcome.supportive
    assert found(campaign_id=thread.campaign_id)["KE"].outcome is Outcome.declined
    assert found(before=AT)["KE"].outcome is None
