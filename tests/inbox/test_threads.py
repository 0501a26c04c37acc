"""How a thread stands, what is noted about it, and what is in it."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from outreach.accounts.tables import Organizer, Role
from outreach.delivery.tables import Delivery, State
from outreach.errors import InvalidInput, NotAllowed, NotFound
from outreach.inbox import saved_answers, threads
from outreach.inbox.tables import Outcome, Thread, ThreadState
from outreach.inbox.threads import Standing, is_due
from tests.inbox.samples import a_mail
from tests.inbox.world import World
from tests.tracking.making import NOW, TOKENS

ANA = "ana@mission-fr.example"
TODAY = NOW.date()


def answered(world: World) -> tuple[Thread, Delivery]:
    letter = world.letter(1, ANA)
    answer(world, letter)
    (thread,) = world.threads()
    return thread, letter


def answer(world: World, letter: Delivery, text: str = "Thank you.") -> None:
    to = f"inbox+{TOKENS.sign('reply', letter.key)}@in.example.org"
    world.receive(a_mail(text, to=to))


def an_organizer(world: World, role: Role = Role.organizer, *, disabled: bool = False) -> int:
    made = Organizer(
        address=f"{role}{disabled}@example.org",
        role=role,
        created_at=NOW,
        disabled_at=NOW if disabled else None,
    )
    world.session.add(made)
    world.session.flush()
    assert made.id is not None
    return made.id


def contents(world: World, thread: Thread) -> Sequence[str]:
    return threads.contents(world.session, thread)


def change(world: World, thread: Thread, standing: Standing) -> Thread:
    assert thread.id is not None
    seen = contents(world, thread)
    return threads.change(world.session, thread.id, standing, seen=seen)


def test_an_organizer_says_how_a_thread_stands(world: World) -> None:
    thread, _ = answered(world)
    wanted = Standing(ThreadState.new, Outcome.supportive, an_organizer(world), TODAY)
    changed = change(world, thread, wanted)
    world.session.flush()
    world.session.refresh(changed)
    assert Standing(changed.state, changed.outcome, changed.owner_id, changed.due_on) == wanted
    change(world, thread, Standing(ThreadState.closed))
    assert (thread.state, thread.outcome, thread.owner_id) == (ThreadState.closed, None, None)


def test_another_answer_takes_a_closed_thread_up_again(world: World) -> None:
    thread, letter = answered(world)
    change(world, thread, Standing(ThreadState.closed))
    answer(world, letter, "One more question.")
    world.session.refresh(thread)
    assert thread.state is ThreadState.waiting_for_us


def test_whoever_has_not_seen_the_newest_mail_changes_nothing(world: World) -> None:
    thread, letter = answered(world)
    seen = contents(world, thread)
    answer(world, letter, "One more question.")
    with pytest.raises(NotAllowed, match="Something new"):
        threads.change(world.session, thread.id or 0, Standing(ThreadState.closed), seen=seen)
    assert thread.state is ThreadState.waiting_for_us


@pytest.mark.parametrize(
    ("role", "disabled"), [(Role.viewer, False), (Role.organizer, True)], ids=["viewer", "disabled"]
)
def test_the_owner_is_somebody_who_may_act(world: World, role: Role, disabled: bool) -> None:
    thread, _ = answered(world)
    unable = an_organizer(world, role, disabled=disabled)
    with pytest.raises(InvalidInput, match="may act"):
        change(world, thread, Standing(ThreadState.new, owner_id=unable))
    thread.owner_id = unable  # as it was before: no reason to refuse the rest
    assert change(world, thread, Standing(ThreadState.new, owner_id=unable)).owner_id == unable


def test_a_thread_is_due_from_its_day_until_it_is_closed() -> None:
    def due(day: date | None, state: ThreadState = ThreadState.new) -> bool:
        thread = Thread(
            campaign_id=1, mission_id=1, state=state, opened_at=NOW, last_mail_at=NOW, due_on=day
        )
        return is_due(thread, TODAY)

    assert due(TODAY)
    assert due(TODAY - timedelta(days=9), ThreadState.waiting_for_them)
    assert not due(TODAY + timedelta(days=1))
    assert not due(None)
    assert not due(TODAY, ThreadState.closed)


def test_a_note_is_kept_with_its_author_and_is_no_mail(world: World) -> None:
    thread, _ = answered(world)
    author, before = an_organizer(world), contents(world, thread)
    threads.write_note(world.session, thread.id or 0, " Call them. ", author_id=author, now=NOW)
    world.session.flush()
    (note,) = threads.notes_of(world.session, thread)
    assert (note.text, note.author_id, note.written_at) == ("Call them.", author, NOW)
    assert contents(world, thread) == before


def test_what_no_database_stores_is_left_out_of_notes_and_saved_answers(world: World) -> None:
    thread, _ = answered(world)
    author = an_organizer(world)
    note = threads.write_note(world.session, thread.id or 0, "a\0b", author_id=author, now=NOW)
    saved = saved_answers.save(world.session, "T\0", "a\0b", now=NOW)
    world.session.flush()
    assert (note.text, saved.title, saved.text) == ("ab", "T", "ab")


def test_a_note_needs_a_text_and_a_thread(world: World) -> None:
    thread, _ = answered(world)
    author = an_organizer(world)
    for text in ("", " \n", "x" * (threads.LONGEST_NOTE + 1)):
        with pytest.raises(InvalidInput):
            threads.write_note(world.session, thread.id or 0, text, author_id=author, now=NOW)
    with pytest.raises(NotFound):
        threads.write_note(world.session, 9999, "Call them.", author_id=author, now=NOW)
    with pytest.raises(NotFound):
        threads.change(world.session, 9999, Standing(ThreadState.closed), seen=())


def test_only_what_came_or_went_is_in_a_thread(world: World) -> None:
    thread, letter = answered(world)
    world.reminder(letter)
    other = world.letter(2, "b@mission-de.example")
    answer(world, other)
    (mail,) = threads.mails_of(world.session, thread)
    assert [copy.id for copy in threads.copies_of(world.session, thread)] == [letter.id]
    assert set(contents(world, thread)) == {f"mail-{mail.id}", f"copy-{letter.id}"}
    assert other.state is not State.queued
