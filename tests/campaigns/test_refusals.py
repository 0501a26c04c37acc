"""A run of refusals pauses its campaign, and the organizers are told once."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, update
from sqlmodel import Session, SQLModel, col, create_engine, select

from outreach.accounts.people import add_organizer, disable
from outreach.accounts.tables import Role
from outreach.campaigns import notices, progress, refusals
from outreach.campaigns.plans import status
from outreach.campaigns.tables import Campaign, CampaignState
from outreach.contacts.tables import Contact
from outreach.db import Database
from outreach.delivery.carriers import Outcome
from outreach.delivery.composing import Composer, Outgoing
from outreach.delivery.sending import drain
from outreach.delivery.states import move
from outreach.delivery.tables import Delivery, Purpose, State
from tests.campaigns.making import (
    MONDAY,
    SCHEDULE,
    TOKENS,
    Rows,
    a_campaign,
    a_contact,
    a_running_campaign,
    a_schedule,
    comes_to,
    release,
)

SENT = Outcome("sent", "250 taken")
REFUSED = Outcome("refused", "550 5.1.1 <anna@ch.example>: no such user")
LATER = Outcome("later", "450 not now")
UNKNOWN = Outcome("unknown", "no answer")
AT_A_PROVIDER = Outcome("sent", "202", provider_id="abc")

COMPOSER = Composer(
    tokens=TOKENS, public_url="https://desk.example.org", reply_address="inbox@in.example.org"
)
AFTER_3 = a_schedule(("per_hour = 120", "pause_after_refusals = 3\nper_hour = 120"))


@pytest.fixture
def campaign(session: Session) -> Campaign:
    a_contact(session)
    made = a_running_campaign(session, AFTER_3)
    release(session)
    return made


def group(session: Session, campaign: Campaign, *outcomes: Outcome) -> Campaign:
    assert campaign.id
    refusals.watch(session, {campaign.id: outcomes}, MONDAY)
    session.refresh(campaign)
    return campaign


def told(session: Session) -> list[str]:
    return notices.tell_of_pauses(
        session,
        sender_name="Outreach",
        sender_address="inbox@in.example.org",
        public_url="https://desk.example.org",
        tokens=TOKENS,
        now=MONDAY,
    )


def mails(session: Session) -> Sequence[Delivery]:
    return session.exec(select(Delivery).where(col(Delivery.purpose) == Purpose.notice)).all()


def test_refusals_in_a_row_pause_the_campaign_and_say_why(
    session: Session, campaign: Campaign
) -> None:
    assert group(session, campaign, REFUSED, REFUSED).state is CampaignState.running
    group(session, campaign, REFUSED)
    assert campaign.state is CampaignState.paused
    assert campaign.reason == (
        "3 letters in a row were refused; the last answer: 550 5.1.1 <[address]>: no such user"
    )
    assert Rows(session, campaign)[1].due_at is None


@pytest.mark.parametrize(
    ("outcomes", "run"),
    [
        ([REFUSED, REFUSED], 2),
        ([REFUSED, SENT], 0),
        ([REFUSED, SENT, REFUSED], 1),
        ([REFUSED, LATER, UNKNOWN, REFUSED], 2),
        ([REFUSED, AT_A_PROVIDER, REFUSED], 2),
        ([LATER, UNKNOWN, AT_A_PROVIDER], 0),
    ],
)
def test_only_a_copy_that_a_mail_server_took_breaks_the_run(
    session: Session, campaign: Campaign, outcomes: list[Outcome], run: int
) -> None:
    assert group(session, campaign, *outcomes).refusals == run
    assert campaign.state is CampaignState.running


def test_a_run_goes_on_from_group_to_group_until_a_copy_is_taken(
    session: Session, campaign: Campaign
) -> None:
    assert group(session, campaign, REFUSED, REFUSED).refusals == 2
    assert group(session, campaign, LATER).refusals == 2
    assert group(session, campaign, SENT, SENT).refusals == 0


def test_a_run_that_ends_within_its_group_pauses_all_the_same(
    session: Session, campaign: Campaign
) -> None:
    group(session, campaign, SENT, REFUSED, REFUSED, REFUSED, REFUSED, SENT, REFUSED)
    assert campaign.state is CampaignState.paused
    assert campaign.reason is not None
    assert campaign.reason.startswith("4 letters in a row")
    assert campaign.refusals == 1


def test_refusals_of_other_groups_under_way_change_nothing_more(
    session: Session, campaign: Campaign
) -> None:
    group(session, campaign, *[REFUSED] * 3)
    reason, since = campaign.reason, campaign.halted_at
    group(session, campaign, *[Outcome("refused", "another")] * 5)
    assert (campaign.reason, campaign.halted_at) == (reason, since)


def test_whoever_resumes_it_begins_a_new_run(session: Session, campaign: Campaign) -> None:
    group(session, campaign, *[REFUSED] * 3)
    progress.resume(session, campaign, now=MONDAY)
    assert group(session, campaign, REFUSED, REFUSED).state is CampaignState.running
    assert group(session, campaign, REFUSED).state is CampaignState.paused


def test_nothing_pauses_a_campaign_whose_schedule_says_so(session: Session) -> None:
    a_contact(session)
    never = a_schedule(("per_hour = 120", "pause_after_refusals = 0\nper_hour = 120"))
    campaign = a_running_campaign(session, never)
    assert group(session, campaign, *[REFUSED] * 50).state is CampaignState.running


def test_ten_are_enough_where_the_schedule_says_nothing(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session, SCHEDULE)
    assert group(session, campaign, *[REFUSED] * 9).state is CampaignState.running
    assert group(session, campaign, REFUSED).state is CampaignState.paused


def test_a_campaign_whose_schedule_became_unusable_is_counted_and_left_to_release(
    session: Session, campaign: Campaign
) -> None:
    campaign.source = "no schedule"
    session.flush()
    assert group(session, campaign, *[REFUSED] * 5).refusals == 5
    assert campaign.state is CampaignState.running


def test_where_nothing_was_refused_no_row_is_written(session: Session, campaign: Campaign) -> None:
    assert campaign.id
    statements: list[str] = []
    connection = session.connection()
    event.listen(
        connection, "before_cursor_execute", lambda *given: statements.append(given[2].split()[0])
    )
    refusals.watch(session, {campaign.id: [SENT] * 32}, MONDAY)
    refusals.watch(session, {campaign.id: [AT_A_PROVIDER] * 32, 99: []}, MONDAY)
    assert statements == ["UPDATE"]


def test_several_workers_count_every_refusal(database: Database) -> None:
    with database.transaction() as session:
        a_contact(session)
        number = a_running_campaign(session, AFTER_3.replace("refusals = 3", "refusals = 40")).id
    assert number

    def work() -> None:
        for _ in range(13):
            with database.transaction() as session:
                refusals.hold(session, [number])
                refusals.watch(session, {number: [REFUSED]}, MONDAY)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with database.transaction() as session:
        campaign = session.get_one(Campaign, number)
        assert (campaign.refusals, campaign.state) == (39, CampaignState.running)
        assert group(session, campaign, REFUSED).state is CampaignState.paused


def test_pausing_while_events_are_counted_makes_nobody_wait_for_ever(database: Database) -> None:
    with database.transaction() as session:
        for number in range(100):
            a_contact(session, f"person{number}")
        campaign = a_running_campaign(session, AFTER_3.replace("refusals = 3", "refusals = 0"))
        copies = [row.id or 0 for row in reversed(Rows(session, campaign).of(1))]
    assert campaign.id
    its_id = campaign.id

    def pause() -> None:
        with database.transaction() as session:
            found = session.get_one(Campaign, its_id)
            progress.pause(session, found, now=MONDAY, reason="by hand")

    def hear_of(those: list[int]) -> None:
        with database.transaction() as session:
            refusals.hold(session, [its_id])
            for each in those:
                move(session, [each], State.cancelled, now=MONDAY)
            refusals.count(session, {its_id: ["550 no"] * len(those)}, MONDAY)

    acts: list[Future[None]] = []
    with ThreadPoolExecutor(3) as pool:
        for start in range(20):
            acts += [pool.submit(hear_of, copies[start::20]), pool.submit(pause)]
    for act in acts:
        act.result()
    with database.reading() as session:
        assert session.get_one(Campaign, its_id).refusals == 100


@given(st.lists(st.sampled_from([REFUSED, SENT, LATER, AT_A_PROVIDER]), max_size=12), st.data())
def test_how_copies_fall_into_groups_changes_nothing(
    outcomes: list[Outcome], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(outcomes)))
    assert stands([outcomes[:cut], outcomes[cut:]]) == stands([outcomes])


def stands(groups: list[list[Outcome]]) -> tuple[int, CampaignState]:
    """Refusals in a row, and the state, after these groups; in a database of its own."""
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    with Session(engine, expire_on_commit=False) as session:
        campaign = a_campaign(session, AFTER_3)
        campaign.state = CampaignState.running
        session.flush()
        for outcomes in groups:
            group(session, campaign, *outcomes)
        stood = (campaign.refusals, campaign.state)
    engine.dispose()
    return stood


def test_organizers_are_told_once_of_each_pause(session: Session, campaign: Campaign) -> None:
    for role in Role:
        add_organizer(session, f"{role}@example.org", role, "", None, MONDAY)
    add_organizer(session, "gone@example.org", Role.organizer, "", None, MONDAY)
    disable(session, "gone@example.org", MONDAY)
    group(session, campaign, *[REFUSED] * 3)
    assert told(session) == ["offices"]
    assert told(session) == []
    who = {mail.recipient_address for mail in mails(session)}
    assert who == {"organizer@example.org", "approver@example.org", "admin@example.org"}
    progress.resume(session, campaign, now=MONDAY)
    refusals.watch(session, {campaign.id or 0: [REFUSED] * 3}, MONDAY + timedelta(hours=1))
    assert told(session) == ["offices"]
    assert len(mails(session)) == 6


def test_the_notice_says_what_why_how_many_and_what_to_do(
    session: Session, campaign: Campaign
) -> None:
    add_organizer(session, "anna@example.org", Role.organizer, "Anna", None, MONDAY)
    contact = session.exec(select(Contact)).one()
    group(session, campaign, *[REFUSED] * 3)
    told(session)
    (mail,) = mails(session)
    outgoing = COMPOSER.compose_stored(session, mail, MONDAY)
    assert outgoing
    assert outgoing.copy.subject == "Offices is paused and waits for you"
    for said in (
        "paused by itself on 2026-11-30 at 09:00 UTC",
        "Why: 3 letters in a row were refused; the last answer: 550 5.1.1 <[address]>",
        "What waits: 2 copies",
        "outreach campaign resume offices",
        "https://desk.example.org/campaigns/offices",
    ):
        assert said in outgoing.copy.text
    assert "<[address]>" not in outgoing.copy.html  # a server's answer is no markup
    assert contact.address not in outgoing.mime().decode()
    assert outgoing.headers["Auto-Submitted"] == "auto-generated"


def test_a_campaign_paused_by_a_person_is_told_to_nobody(
    session: Session, campaign: Campaign
) -> None:
    add_organizer(session, "anna@example.org", Role.organizer, "Anna", None, MONDAY)
    progress.pause(session, campaign, now=MONDAY, reason="by hand")
    assert told(session) == []


def test_a_schedule_that_cannot_be_used_any_more_is_told_too(
    session: Session, campaign: Campaign
) -> None:
    add_organizer(session, "anna@example.org", Role.organizer, "Anna", None, MONDAY)
    comes_to(session, Rows(session, campaign)[1], State.sending, State.sent, at=MONDAY)
    campaign.source = "no schedule"
    session.flush()
    release(session)
    session.refresh(campaign)
    assert campaign.state is CampaignState.paused
    assert told(session) == ["offices"]


def test_who_resumed_or_cancelled_it_before_need_not_be_told(
    session: Session, campaign: Campaign
) -> None:
    group(session, campaign, *[REFUSED] * 3)
    progress.resume(session, campaign, now=MONDAY)
    assert told(session) == []
    group(session, campaign, *[REFUSED] * 3)
    progress.cancel(session, campaign, now=MONDAY, reason="over")
    assert told(session) == []


def test_the_status_says_what_waits_for_another_try(session: Session, campaign: Campaign) -> None:
    assert status(session, campaign, MONDAY).again is None
    comes_to(session, Rows(session, campaign)[1], State.sending, at=MONDAY)
    comes_to(session, Rows(session, campaign)[1], State.queued, at=MONDAY, reason="454 4.7.0 no")
    again = status(session, campaign, MONDAY).again
    assert again is not None
    assert (again.copies, again.answer) == (1, "454 4.7.0 no")
    other = a_campaign(session, slug="other")
    assert status(session, other, MONDAY).again is None


class Refusing:
    """A carrier that refuses every mail for good."""

    name = "refusing"
    group_size = 4

    def __init__(self) -> None:
        self.refused = 0

    def send(self, group: Sequence[Outgoing]) -> list[Outcome]:
        self.refused += len(group)
        return [REFUSED] * len(group)

    def close(self) -> None:
        pass


def test_a_server_that_refuses_all_is_tried_with_one_group_only(database: Database) -> None:
    with database.transaction() as session:
        for number in range(12):
            a_contact(session, f"person{number}")
        campaign = a_running_campaign(session, AFTER_3)
        first = col(Delivery.step) == 1
        session.execute(update(Delivery).where(first).values(due_at=MONDAY))
    carrier = Refusing()
    drain(database, carrier, COMPOSER, worker="w", clock=lambda: MONDAY, watch=refusals.watch)
    assert carrier.refused == 4
    with database.reading() as session:
        rows = Rows(session, campaign).of(1)
        assert [row.state for row in rows].count(State.failed) == 4
        assert {row.due_at for row in rows if row.state is State.queued} == {None}
        assert session.get_one(Campaign, campaign.id).state is CampaignState.paused
