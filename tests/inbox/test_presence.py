"""Who is writing an answer where: known while they are at it, forgotten soon after."""

from datetime import datetime, timedelta

from sqlmodel import select

from outreach.inbox import presence
from outreach.inbox.presence import SILENT
from outreach.inbox.tables import Writing
from tests.inbox.test_threads import an_organizer, answered
from tests.inbox.world import World
from tests.tracking.making import NOW

A_MINUTE = timedelta(minutes=1)


def told(world: World, me: int, now: datetime) -> list[tuple[str, datetime]]:
    return [(each.state, each.since) for each in presence.others(world.session, me, now)]


def test_others_see_since_when_somebody_is_writing_until_they_fall_silent(world: World) -> None:
    thread, _ = answered(world)
    ben, anna = an_organizer(world), an_organizer(world, disabled=True)
    for minutes in range(3):
        presence.beat(world.session, thread.id or 0, ben, NOW + minutes * A_MINUTE)
    last = NOW + 2 * A_MINUTE
    assert told(world, anna, last + SILENT) == [("01", NOW)]
    assert told(world, ben, last) == []  # nobody is told of themselves
    assert told(world, anna, last + SILENT + timedelta(seconds=1)) == []


def test_whoever_comes_back_after_a_silence_begins_anew(world: World) -> None:
    thread, _ = answered(world)
    ben, later = an_organizer(world), NOW + 5 * A_MINUTE
    presence.beat(world.session, thread.id or 0, ben, NOW)
    presence.beat(world.session, thread.id or 0, ben, later)
    assert told(world, 0, later) == [("01", later)]


def test_whoever_has_sent_is_no_longer_writing(world: World) -> None:
    thread, _ = answered(world)
    ben = an_organizer(world)
    presence.beat(world.session, thread.id or 0, ben, NOW)
    presence.stop(world.session, thread.id or 0, ben)
    assert told(world, 0, NOW) == []


def test_a_thread_that_is_gone_takes_its_writers_with_it(world: World) -> None:
    thread, _ = answered(world)
    ben = an_organizer(world)
    presence.beat(world.session, thread.id or 0, ben, NOW)
    for mail in world.mails():
        mail.thread_id = None
    world.session.flush()
    world.session.delete(thread)
    world.session.flush()
    presence.beat(world.session, thread.id or 0, ben, NOW)  # from a page that is still open
    assert world.session.exec(select(Writing)).all() == []
