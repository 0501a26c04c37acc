"""What holds for planned letters does not hold for answers from the desk."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from outreach.campaigns import plans, progress, refusals
from outreach.campaigns.calendar_file import calendar_file
from outreach.campaigns.digest import stored_digests
from outreach.campaigns.rates import Pace
from outreach.campaigns.stopping import postpone, stop_reminders
from outreach.campaigns.tables import Campaign
from outreach.campaigns.traffic import traffic
from outreach.contacts.tables import Contact
from outreach.db import Database
from outreach.delivery import queue
from outreach.delivery.carriers import Outcome
from outreach.delivery.queue import NewDelivery, enqueue
from outreach.delivery.sending import drain
from outreach.delivery.states import move
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.letters.tables import Skeleton
from outreach.tracking.events import record
from outreach.tracking.tables import EventKind
from tests.campaigns.making import (
    MONDAY,
    TOKENS,
    Rows,
    a_contact,
    a_running_campaign,
    a_schedule,
    release,
    states,
)
from tests.delivery.making import a_composer

LATER = MONDAY + timedelta(days=3)
AT_ONCE = a_schedule(("per_hour = 120", "pause_after_refusals = 1\nper_hour = 120"))


@pytest.fixture
def campaign(session: Session) -> Campaign:
    a_contact(session)
    made = a_running_campaign(session, AT_ONCE)
    release(session)
    return made


def an_answer(session: Session, campaign: Campaign, **changes: Any) -> Delivery:
    contact = session.exec(select(Contact)).one()
    values: dict[str, Any] = {
        "identity": "answer:1:nonce",
        "purpose": Purpose.answer,
        "campaign_id": campaign.id,
        "mission_id": contact.mission_id,
        "contact_id": contact.id,
        "language": "fr",
        "skeleton_id": session.exec(select(Skeleton.id)).first(),
        "slots": ["a", "b", "c", "d", "e"],
        "sender_address": "letters@example.org",
        "recipient_address": contact.address,
        "due_at": MONDAY,
        **changes,
    }
    enqueue(session, [NewDelivery(**values)], tokens=TOKENS, now=MONDAY)
    return session.exec(select(Delivery).where(Delivery.identity == values["identity"])).one()


def pause(session: Session, campaign: Campaign) -> None:
    progress.pause(session, campaign, now=MONDAY, reason="a test")


def halt(session: Session, campaign: Campaign) -> None:
    progress.halt(session, campaign, now=MONDAY, reason="a test")


def cancel(session: Session, campaign: Campaign) -> None:
    progress.cancel(session, campaign, now=MONDAY, reason="a test")


def nothing(session: Session, campaign: Campaign) -> None:
    """The campaign runs on."""


@pytest.mark.parametrize("act", [nothing, pause, halt, cancel])
def test_an_answer_goes_whatever_becomes_of_its_campaign(
    session: Session, campaign: Campaign, act: Callable[[Session, Campaign], None]
) -> None:
    answer = an_answer(session, campaign)
    act(session, campaign)
    release(session, LATER)  # a tick later it is overdue, and no campaign gives it another time
    session.refresh(answer)
    assert (answer.state, answer.due_at) == (State.queued, MONDAY)
    claimed = queue.claim(session, worker="w", limit=9, now=LATER)
    assert answer.id in [copy.id for copy in claimed]


def test_cancelling_counts_letters_only(session: Session, campaign: Campaign) -> None:
    an_answer(session, campaign)
    assert progress.cancel(session, campaign, now=MONDAY, reason="a test") == 2


def test_an_absence_and_a_reply_leave_an_answer_alone(session: Session, campaign: Campaign) -> None:
    answer = an_answer(session, campaign)
    about = {"mission_id": answer.mission_id, "contact_id": answer.contact_id}
    assert answer.contact_id is not None
    postpone(session, contact_id=answer.contact_id, until=LATER, now=MONDAY)
    stop_reminders(
        session, campaign_id=campaign.id or 0, reason="x", scope="mission", now=MONDAY, **about
    )
    session.refresh(answer)
    assert (answer.state, answer.due_at, answer.expires_at) == (State.queued, MONDAY, None)
    assert Rows(session, campaign)[1].due_at is None


def test_nothing_that_is_told_of_a_plan_knows_of_answers(
    session: Session, campaign: Campaign
) -> None:
    def told() -> list[object]:
        return [
            plans.summarize(session, campaign),
            plans.status(session, campaign, LATER),
            list(plans.entries(session, campaign)),
            sorted(stored_digests(session, campaign.id)),
            calendar_file(session, campaign, states=states(), now=MONDAY),
        ]

    before = told()
    an_answer(session, campaign, enclosures=["a" * 64])
    waits = an_answer(session, campaign, identity="answer:1:again")
    refused = "450 not now"
    session.flush()
    move(session, [waits.id or 0], State.sending, now=MONDAY)
    move(session, [waits.id or 0], State.queued, now=MONDAY, reason=refused)
    gone = an_answer(session, campaign, identity="answer:1:third")
    move(session, [gone.id or 0], State.cancelled, now=MONDAY, reason="withdrawn")
    session.expire_all()
    assert told() == before


def test_an_answer_takes_no_turn_of_its_campaigns_pace(
    session: Session, campaign: Campaign
) -> None:
    pace = Pace(per_hour=120, per_domain_per_hour=10)
    before = traffic(session, campaign.id, "letters@example.org", pace, MONDAY)
    an_answer(session, campaign)
    after = traffic(session, campaign.id, "letters@example.org", pace, MONDAY)
    assert after.campaign == before.campaign
    assert len(after.sender) == len(before.sender) + 1  # the sender's own limit knows all mail


def test_a_refused_answer_pauses_no_campaign(database: Database) -> None:
    class Refusing:
        name, group_size = "refusing", 8

        def send(self, group: Any) -> list[Outcome]:
            return [Outcome("refused", "550 no") for _ in group]

        def close(self) -> None: ...

    with database.transaction() as session:
        a_contact(session)
        campaign = a_running_campaign(session, AT_ONCE)
        answer = an_answer(session, campaign)
    tally = drain(
        database, Refusing(), a_composer(), worker="w", clock=lambda: MONDAY, watch=refusals.watch
    )
    assert tally.refused == 1
    with database.reading() as session:
        assert session.get_one(Delivery, answer.id).state is State.failed
        assert session.get_one(Campaign, campaign.id).refusals == 0


def test_nor_does_one_of_which_a_provider_says_that_it_was_refused(
    session: Session, campaign: Campaign
) -> None:
    answer = an_answer(session, campaign)
    for state in (State.sending, State.sent):
        move(session, [answer.id or 0], state, now=MONDAY)
    record(
        session, answer, EventKind.rejected,
        happened_at=MONDAY, source="sendgrid", source_key="1", now=MONDAY,
    )  # fmt: skip
    session.refresh(campaign)
    session.refresh(answer)
    assert (answer.state, campaign.refusals) == (State.failed, 0)


def test_an_answer_in_doubt_goes_again_at_once_when_a_person_says_so(
    session: Session, campaign: Campaign
) -> None:
    answer = an_answer(session, campaign)
    for state in (State.sending, State.unknown):
        move(session, [answer.id or 0], state, now=MONDAY)
    session.refresh(answer)
    queue.settle(session, answer.id or 0, "queued", now=LATER, by="anna@example.org")
    assert (answer.state, answer.due_at) == (State.queued, LATER)
