"""A person says what a mail is: what its effects did is undone, and the right ones follow."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, SQLModel, select

from outreach.campaigns.tables import CampaignState
from outreach.db import Database
from outreach.delivery import suppression
from outreach.delivery.tables import Delivery, State, SuppressionReason
from outreach.errors import NotAllowed
from outreach.inbox import changes
from outreach.inbox.bounces import Bounce
from outreach.inbox.classifying import Verdict
from outreach.inbox.filing import file_by_hand
from outreach.inbox.kinds import MailKind
from outreach.inbox.overruling import overrule, take_out
from outreach.inbox.parsing import parse
from outreach.inbox.processing import take_in
from outreach.inbox.receiving import store
from outreach.inbox.tables import Change, IncomingMail, RawMail, Thread, ThreadState
from outreach.inbox.threads import find_thread
from outreach.tracking.events import record
from outreach.tracking.tables import EventKind
from tests.inbox.samples import a_mail
from tests.inbox.world import World
from tests.tracking.making import NOW, TOKENS, events, state_of, suppressed

ANA, DEPUTY = "ana@mission-fr.example", "deputy@mission-fr.example"
LATER = NOW + timedelta(hours=3)
BACK_ON = date(2026, 12, 14)


@dataclass
class Mission:
    """Two people at one mission; each got the letter, and a reminder waits for each."""

    world: World
    ana: Delivery
    deputy: Delivery
    reminders: list[Delivery]

    @property
    def session(self) -> Session:
        return self.world.session

    def tells(
        self, kind: MailKind, about: Delivery, number: int = 1, at: datetime = NOW
    ) -> IncomingMail:
        """A mail about a copy, read as being of that kind."""
        to = f"inbox+{TOKENS.sign('reply', about.key)}@in.example.org"
        content = a_mail(
            f"Mail {number}",
            **{"to": to, "from": about.recipient_address},
            message_id=f"<{number}@x>",
        )
        raw = store(self.session, content, door="file", now=at)
        mail = parse(content)
        take_in(self.session, raw, mail, verdict(kind, about), TOKENS, at)
        return self.session.exec(select(IncomingMail).where(IncomingMail.raw_id == raw.id)).one()

    def states(self) -> list[State]:
        return [state_of(self.session, each) for each in (self.ana, self.deputy, *self.reminders)]

    def standing(self) -> dict[str, Any]:
        """All that the kinds of the mails decide."""
        return {
            "states": self.states(),
            "waits": [each.not_before for each in self.reminders if each.state is State.queued],
            "suppressed": set(suppressed(self.session)),
            "events": Counter((each.delivery_id, each.kind) for each in events(self.session)),
            "threads": [thread.state for thread in self.world.threads()],
        }


def verdict(kind: MailKind, about: Delivery) -> Verdict:
    bounce = Bounce(about.recipient_address, True, "5.1.1", "failed", "550 5.1.1 unknown")
    is_bounce = kind is MailKind.bounce
    back = BACK_ON if kind is MailKind.out_of_office else None
    return Verdict(kind, ["so it was made"], bounce if is_bounce else None, back)


def a_mission(session: Session) -> Mission:
    world = World(session)
    ana, deputy = world.letter(1, ANA, mission="FR"), world.letter(2, DEPUTY, mission="FR")
    return Mission(world, ana, deputy, [world.reminder(ana), world.reminder(deputy)])


@pytest.fixture
def mission(session: Session) -> Mission:
    return a_mission(session)


def test_a_reply_that_was_none_lets_the_reminders_wait_again(mission: Mission) -> None:
    before = mission.states()
    mail = mission.tells(MailKind.reply, mission.ana)
    assert mission.states()[2:] == [State.cancelled] * 2
    overrule(mission.session, mail, MailKind.auto_reply, now=LATER)
    assert mission.states()[2:] == before[2:] == [State.queued] * 2
    assert mission.world.threads() == []
    assert (mail.kind, mail.taken_for) == (MailKind.auto_reply, MailKind.reply)
    assert [each.kind for each in events(mission.session)] == [EventKind.autoresponded]


def test_an_absence_that_was_a_reply_stops_the_reminders_and_begins_a_thread(
    mission: Mission,
) -> None:
    mail = mission.tells(MailKind.out_of_office, mission.ana)
    assert mission.states()[2:] == [State.queued] * 2
    overrule(mission.session, mail, MailKind.reply, now=LATER)
    assert mission.states()[2:] == [State.cancelled] * 2
    [thread] = mission.world.threads()
    assert (mail.thread_id, thread.state) == (thread.id, ThreadState.waiting_for_us)
    assert events(mission.session) == []


def test_a_bounce_that_was_none_frees_the_address(mission: Mission) -> None:
    mail = mission.tells(MailKind.bounce, mission.ana)
    assert suppressed(mission.session) == {ANA: "bounced"}
    overrule(mission.session, mail, MailKind.reply, now=LATER)
    assert suppressed(mission.session) == {}
    assert mission.states() == [State.delivered, State.sent, State.cancelled, State.cancelled]


def test_what_a_person_calls_a_bounce_suppresses_the_address(mission: Mission) -> None:
    mail = mission.tells(MailKind.reply, mission.ana)
    overrule(mission.session, mail, MailKind.bounce, now=LATER)
    assert suppressed(mission.session) == {ANA: "bounced"}
    assert mission.states() == [State.bounced, State.sent, State.cancelled, State.queued]
    assert mail.bounce == {
        "recipient": ANA, "permanent": True, "status": None, "action": "failed", "diagnostic": "",
    }  # fmt: skip


def test_overruled_back_again_all_is_as_the_program_had_it(mission: Mission) -> None:
    mail = mission.tells(MailKind.opt_out, mission.ana)
    first = mission.standing()
    overrule(mission.session, mail, MailKind.reply, now=LATER)
    assert mission.standing() != first
    overrule(mission.session, mail, MailKind.opt_out, now=LATER)
    assert mission.standing() == first
    assert mail.taken_for is None


def test_a_return_date_that_a_person_gives_moves_the_reminders(mission: Mission) -> None:
    mail = mission.tells(MailKind.out_of_office, mission.ana)
    overrule(mission.session, mail, MailKind.out_of_office, returns_on=date(2026, 12, 7), now=LATER)
    mission.session.refresh(mission.reminders[0])
    assert mission.reminders[0].not_before is not None
    assert mission.reminders[0].not_before.date() == date(2026, 12, 8)


def test_what_is_said_twice_changes_nothing(mission: Mission) -> None:
    mail = mission.tells(MailKind.reply, mission.ana)
    overrule(mission.session, mail, MailKind.opt_out, now=LATER)
    with pytest.raises(NotAllowed, match="opt out"):
        overrule(mission.session, mail, MailKind.opt_out, now=LATER)


def test_another_reply_still_stops_the_reminders(mission: Mission) -> None:
    first = mission.tells(MailKind.reply, mission.ana, 1)
    mission.tells(MailKind.reply, mission.deputy, 2)
    overrule(mission.session, first, MailKind.auto_reply, now=LATER)
    assert mission.states()[2:] == [State.cancelled] * 2
    assert [each.state for each in mission.world.threads()] == [ThreadState.waiting_for_us]


def test_what_a_provider_told_still_holds(mission: Mission) -> None:
    mail = mission.tells(MailKind.bounce, mission.ana)
    record(
        mission.session, mission.ana, EventKind.complained,
        happened_at=NOW, source="sendgrid", source_key="sendgrid:1", now=NOW,
    )  # fmt: skip
    overrule(mission.session, mail, MailKind.auto_reply, now=LATER)
    assert suppressed(mission.session) == {ANA: "complained"}
    assert state_of(mission.session, mission.reminders[0]) is State.cancelled


def test_what_organizers_suppressed_stays_suppressed(mission: Mission) -> None:
    by_hand = SuppressionReason.by_hand
    suppression.suppress(mission.session, ANA, by_hand, now=NOW)
    mail = mission.tells(MailKind.opt_out, mission.ana)
    overrule(mission.session, mail, MailKind.reply, now=LATER)
    assert suppressed(mission.session) == {ANA: "by_hand"}


def test_a_suppression_that_was_lifted_since_does_not_come_back(mission: Mission) -> None:
    mission.tells(MailKind.opt_out, mission.deputy, 1)
    suppression.unsuppress(mission.session, DEPUTY)
    mail = mission.tells(MailKind.reply, mission.ana, 2)
    overrule(mission.session, mail, MailKind.auto_reply, now=LATER)
    assert suppressed(mission.session) == {}


def test_a_suppression_of_somebody_else_under_the_same_number_stays(mission: Mission) -> None:
    """SQLite gives the number of the last row anew once that row is deleted."""
    mail = mission.tells(MailKind.bounce, mission.ana)
    suppression.unsuppress(mission.session, ANA)
    unsubscribed = SuppressionReason.unsubscribed
    suppression.suppress(mission.session, "b@mission-de.example", unsubscribed, now=LATER)
    overrule(mission.session, mail, MailKind.reply, now=LATER)
    assert suppressed(mission.session) == {"b@mission-de.example": "unsubscribed"}


def test_what_others_did_at_the_same_moment_is_not_taken_back(mission: Mission) -> None:
    mail = mission.tells(MailKind.auto_reply, mission.ana)
    with changes.noted(mission.session, mail, mission.ana):
        suppression.suppress(mission.session, ANA, SuppressionReason.by_hand, now=NOW)
        record(
            mission.session, mission.ana, EventKind.deferred,
            happened_at=NOW, source="sendgrid", source_key="sendgrid:1", now=NOW,
        )  # fmt: skip
    overrule(mission.session, mail, MailKind.reply, now=LATER)
    assert suppressed(mission.session) == {ANA: "by_hand"}
    assert [each.kind for each in events(mission.session)] == [EventKind.deferred]


def test_a_thread_waits_for_us_as_long_as_another_reply_in_it_does(mission: Mission) -> None:
    mission.tells(MailKind.reply, mission.ana, 1)
    [thread] = mission.world.threads()
    thread.state = ThreadState.waiting_for_them  # it was answered
    second = mission.tells(MailKind.reply, mission.ana, 2, NOW + timedelta(hours=1))
    mission.tells(MailKind.reply, mission.deputy, 3, NOW + timedelta(hours=2))
    overrule(mission.session, second, MailKind.auto_reply, now=LATER)
    mission.session.refresh(thread)
    assert thread.state is ThreadState.waiting_for_us


def test_a_thread_is_not_deleted_while_a_mail_is_put_into_it(database: Database) -> None:
    with database.transaction() as session:
        mission = a_mission(session)
        about, first = mission.ana, mission.tells(MailKind.reply, mission.ana, 1).id
        second = mission.tells(MailKind.auto_reply, mission.ana, 2)
        second.thread_id = None
    with ThreadPoolExecutor() as another:
        with database.transaction() as session:
            thread_id = find_thread(session, about)
            overruled = another.submit(call_automatic, database, first or 0)
            wait([overruled], timeout=0.5)
            session.get_one(IncomingMail, second.id).thread_id = thread_id
        overruled.result()
    with database.reading() as session:
        assert session.exec(select(Thread)).all() == []
        assert session.get_one(IncomingMail, second.id).thread_id is None


def call_automatic(database: Database, mail: int) -> None:
    with database.transaction() as session:
        found = session.get_one(IncomingMail, mail)
        overrule(session, found, MailKind.auto_reply, now=LATER)


def test_a_delay_that_a_person_called_a_bounce_and_then_not_is_a_delay(mission: Mission) -> None:
    letter = mission.world.letter(37, "x@mission-td.example", mission="TD")
    mail = mission.world.receive_sample("delayed-postfix")
    overrule(mission.session, mail, MailKind.bounce, now=LATER)
    assert state_of(mission.session, letter) is State.bounced
    overrule(mission.session, mail, MailKind.auto_reply, now=LATER)
    assert state_of(mission.session, letter) is State.sent
    assert [each.kind for each in events(mission.session)] == [EventKind.deferred]


def test_called_a_bounce_in_the_holding_pen_it_stops_the_address_it_is_filed_to(
    mission: Mission,
) -> None:
    mail = mission.world.receive(a_mail(**{"from": "nobody@elsewhere.example"}))
    overrule(mission.session, mail, MailKind.bounce, now=LATER)
    file_by_hand(mission.session, mail, mission.ana, LATER)
    assert suppressed(mission.session) == {ANA: "bounced"}


def test_a_cancelled_campaign_gets_no_copies_back(mission: Mission) -> None:
    mail = mission.tells(MailKind.reply, mission.ana)
    mission.world.campaign.state = CampaignState.cancelled
    mission.session.flush()
    overrule(mission.session, mail, MailKind.auto_reply, now=LATER)
    assert mission.states()[2:] == [State.cancelled] * 2


def test_a_thread_with_a_note_in_it_stays(mission: Mission) -> None:
    mail = mission.tells(MailKind.reply, mission.ana)
    [thread] = mission.world.threads()
    thread.outcome = None
    thread.owner_id = 7
    mission.session.flush()
    overrule(mission.session, mail, MailKind.auto_reply, now=LATER)
    [thread] = mission.world.threads()
    assert (thread.state, mail.thread_id) == (ThreadState.waiting_for_them, thread.id)


def test_taken_out_of_a_wrong_thread_it_waits_in_the_holding_pen(mission: Mission) -> None:
    other = mission.world.letter(9, "b@mission-de.example", mission="DE")
    its_reminder = mission.world.reminder(other)
    mail = mission.tells(MailKind.reply, mission.ana)
    take_out(mission.session, mail, now=LATER)
    assert (mail.delivery_id, mail.thread_id, mail.matched_by) == (None, None, "hand")
    assert mission.states() == [State.sent, State.sent, State.queued, State.queued]
    with pytest.raises(NotAllowed, match="already"):
        take_out(mission.session, mail, now=LATER)
    file_by_hand(mission.session, mail, other, LATER)
    assert state_of(mission.session, its_reminder) is State.cancelled
    assert mission.states()[2:] == [State.queued] * 2


def test_taken_out_it_is_not_filed_again_through_another_door(mission: Mission) -> None:
    mail = mission.tells(MailKind.reply, mission.ana)
    take_out(mission.session, mail, now=LATER)
    content = mission.session.get_one(RawMail, mail.raw_id).content
    again = store(mission.session, b"Received: from x.example\r\n" + content, door="lmtp", now=NOW)
    told = verdict(MailKind.reply, mission.ana)
    outcome = take_in(mission.session, again, parse(again.content), told, TOKENS, LATER)
    assert (outcome, mail.delivery_id) == ("repeated", None)


def test_a_mail_whose_texts_were_deleted_is_left_as_it_is(mission: Mission) -> None:
    mail = mission.tells(MailKind.reply, mission.ana)
    mail.emptied_at = LATER
    mission.session.flush()
    with pytest.raises(NotAllowed, match="was deleted"):
        overrule(mission.session, mail, MailKind.bounce, now=LATER)


def test_in_the_holding_pen_only_the_kind_changes(mission: Mission) -> None:
    mail = mission.world.receive(a_mail(**{"from": "nobody@elsewhere.example"}))
    overrule(mission.session, mail, MailKind.bounce, now=LATER)
    assert (mail.kind, mail.taken_for, mail.delivery_id) == (MailKind.bounce, MailKind.reply, None)
    assert mission.session.exec(select(Change)).all() == []


@pytest.fixture(scope="module")
def scratch() -> Iterator[Database]:
    database = Database("sqlite://")
    SQLModel.metadata.create_all(database.engine)
    yield database
    database.close()


@contextmanager
def fresh_mission(scratch: Database) -> Iterator[Mission]:
    """What happens in the block is undone at its end: to make the tables anew takes longer."""
    with Session(scratch.engine) as session:
        yield a_mission(session)
        session.rollback()


Told = tuple[MailKind, int]
told = st.lists(st.tuples(st.sampled_from(MailKind), st.integers(0, 1)), min_size=1, max_size=4)


def standing_of(mission: Mission, mails: Sequence[Told]) -> Any:
    for at, (kind, whose) in enumerate(mails):
        mission.tells(kind, (mission.ana, mission.deputy)[whose], at)
    return mission.standing()


@given(told, st.data())
@settings(max_examples=60)
def test_overruled_or_read_right_at_once_comes_to_the_same(
    scratch: Database, mails: list[Told], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(mails) - 1))
    kind = data.draw(st.sampled_from([each for each in MailKind if each is not mails[at][0]]))
    with fresh_mission(scratch) as mission:
        copies = (mission.ana, mission.deputy)
        came = [mission.tells(was, copies[whose], n) for n, (was, whose) in enumerate(mails)]
        back = BACK_ON if kind is MailKind.out_of_office else None
        overrule(mission.session, came[at], kind, returns_on=back, now=LATER)
        overruled = mission.standing()
    right = [*mails[:at], (kind, mails[at][1]), *mails[at + 1 :]]
    with fresh_mission(scratch) as mission:
        assert overruled == standing_of(mission, right)
