"""The counters are at every moment what counting all rows anew would give."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, update
from sqlmodel import Session, SQLModel, col, func, select

from outreach.contacts.tables import Contact, ContactList, ListMembership, Mission
from outreach.db import Database
from outreach.delivery import states
from outreach.delivery.tables import Delivery, State
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import IncomingMail, Thread
from outreach.reports.counters.keeping import Drift, catch_up, keep_up, recount
from outreach.reports.counters.tables import (
    Counter,
    MissionProgress,
    MissionTally,
    StaleMission,
)
from outreach.tracking.tables import Event, EventKind
from tests.reports.generated import generate
from tests.reports.rows import Rows

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def any_row(session: Session, chance: Random, kind: type[SQLModel]) -> SQLModel:
    return chance.choice(session.exec(select(kind)).all())


def settle(rows: Rows, chance: Random) -> None:
    number = any_row(rows.session, chance, Delivery).id
    for to in chance.sample(list(State), 3):
        states.move(rows.session, [number], to, now=NOW, reason="of some kind")


def take_back(rows: Rows, chance: Random) -> None:
    copy = any_row(rows.session, chance, Delivery)
    states.take_back(rows.session, copy.id, was=copy.state, to=State.sent, sent_at=NOW)


def tell(rows: Rows, chance: Random) -> None:
    copy, kind = any_row(rows.session, chance, Delivery), chance.choice(list(EventKind))
    rows.event(copy, kind, NOW, happened_at=NOW - timedelta(days=chance.randint(0, 20)))


def untell(rows: Rows, chance: Random) -> None:
    number = any_row(rows.session, chance, Event).id
    rows.session.exec(delete(Event).where(col(Event.id) == number))


def reconsider(rows: Rows, chance: Random) -> None:
    number = any_row(rows.session, chance, Event).id
    change = update(Event).where(col(Event.id) == number)
    rows.session.exec(change.values(agent=chance.choice(["person", "machine", None])))


def file(rows: Rows, chance: Random) -> None:
    mail = any_row(rows.session, chance, IncomingMail)
    mail.thread_id = any_row(rows.session, chance, Thread).id
    mail.kind = chance.choice(list(MailKind))


def unfile(rows: Rows, chance: Random) -> None:
    mail = any_row(rows.session, chance, IncomingMail)
    mail.thread_id = mail.delivery_id = None


def tag(rows: Rows, chance: Random) -> None:
    contact = any_row(rows.session, chance, Contact)
    contact.tags = chance.sample(["g77", "press", "new"], chance.randint(0, 3))


def move_contact(rows: Rows, chance: Random) -> None:
    contact = any_row(rows.session, chance, Contact)
    contact.mission_id = any_row(rows.session, chance, Mission).id


def put_on_list(rows: Rows, chance: Random) -> None:
    place = {
        "contact_id": any_row(rows.session, chance, Contact).id,
        "list_id": any_row(rows.session, chance, ContactList).id,
    }
    if rows.session.get(ListMembership, place) is None:
        rows.session.add(ListMembership(**place))


def take_off_list(rows: Rows, chance: Random) -> None:
    rows.session.delete(any_row(rows.session, chance, ListMembership))


def correct_state(rows: Rows, chance: Random) -> None:
    any_row(rows.session, chance, Mission).state = chance.choice(["FR", "TV"])


def merge_missions(rows: Rows, chance: Random) -> None:
    """Its copies go to another mission."""
    copy = any_row(rows.session, chance, Delivery)
    copy.mission_id = any_row(rows.session, chance, Mission).id


CHANGES = (
    settle, take_back, tell, untell, reconsider, file, unfile, tag, move_contact, put_on_list,
    take_off_list, correct_state, merge_missions,
)  # fmt: skip


def test_whatever_changes_the_counters_follow(
    database: Database, session: Session, zone: ZoneInfo
) -> None:
    rows, chance = Rows(session), Random(1)
    generate(rows, 1, zone)
    session.commit()
    assert keep_up(database, zone) == 12
    for change in CHANGES * 3:
        change(rows, chance)
        session.commit()
        keep_up(database, zone)
        assert recount(database, zone) == Drift(), change.__name__


def test_a_change_of_one_mission_counts_that_one_only(
    rows: Rows, session: Session, zone: ZoneInfo
) -> None:
    generate(rows, 2, zone)
    catch_up(session, zone)
    assert catch_up(session, zone) == 0
    tell(rows, Random(1))
    assert catch_up(session, zone) == 1


def test_a_claim_is_no_change(rows: Rows, session: Session, zone: ZoneInfo) -> None:
    copy = rows.copy(rows.campaign(), rows.contact(), planned_at=NOW, due_at=NOW)
    catch_up(session, zone)
    states.move(session, [copy.id], State.sending, now=NOW)
    assert catch_up(session, zone) == 0
    states.move(session, [copy.id], State.sent, now=NOW)
    assert catch_up(session, zone) == 1


@pytest.mark.parametrize("wrong", [Counter, MissionTally, MissionProgress])
def test_what_drifted_is_found_and_put_right(
    database: Database, session: Session, zone: ZoneInfo, wrong: type[SQLModel]
) -> None:
    generate(Rows(session), 3, zone)
    session.commit()
    keep_up(database, zone)
    before = all_of(session, wrong)
    session.exec(delete(wrong))
    session.commit()
    assert recount(database, zone)
    assert all_of(session, wrong) == before
    assert recount(database, zone) == Drift()


def test_a_sum_that_is_wrong_by_one_is_found(
    database: Database, session: Session, zone: ZoneInfo
) -> None:
    generate(Rows(session), 3, zone)
    session.commit()
    keep_up(database, zone)
    right = session.exec(select(Counter).where(Counter.figure == "sent")).first()
    count = right.count
    right.count += 1
    session.commit()
    assert recount(database, zone) == Drift(missions=0, counters=1)
    session.refresh(right)
    assert right.count == count


def test_what_changes_while_another_counts_is_counted_next_time(
    database: Database, zone: ZoneInfo, session: Session
) -> None:
    if database.is_sqlite:
        return  # one writes at a time
    rows = Rows(session)
    copy = rows.copy(rows.campaign(), rows.contact(), planned_at=NOW)
    session.commit()
    keep_up(database, zone)
    with database.transaction() as slow:
        states.move(slow, [copy.id], State.cancelled, now=NOW)
        slow.flush()
        assert keep_up(database, zone) == 0
    assert keep_up(database, zone) == 1
    assert recount(database, zone) == Drift()


def test_in_another_zone_all_days_are_counted_anew(
    database: Database, session: Session, zone: ZoneInfo
) -> None:
    generate(Rows(session), 4, zone)
    session.commit()
    keep_up(database, zone)
    before = all_of(session, Counter)
    keep_up(database, ZoneInfo("Pacific/Kiritimati"))
    assert all_of(session, Counter) != before
    keep_up(database, zone)
    assert all_of(session, Counter) == before
    assert session.exec(select(func.count()).select_from(StaleMission)).one() == 0


def test_it_breaks_off_between_two_transactions_when_it_is_told_to(
    database: Database, session: Session, zone: ZoneInfo
) -> None:
    rows = Rows(session)
    for _ in range(60):
        rows.contact()
    session.commit()
    asked = iter([False, True])
    assert keep_up(database, zone, lambda: next(asked)) == 50
    assert keep_up(database, zone) == 10


def all_of(session: Session, kind: type[SQLModel]) -> list[tuple[object, ...]]:
    session.expire_all()
    rows = (tuple(each.model_dump().items()) for each in session.exec(select(kind)))
    nonzero = sorted((row for row in rows if ("count", 0) not in row), key=repr)
    session.commit()
    return nonzero
