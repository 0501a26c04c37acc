"""Whose turn it is in a conversation, and when it is over."""

import pytest
from sqlmodel import Session

from outreach.errors import NotAllowed, NotFound
from outreach.inbox.tables import ThreadState
from outreach.inbox.threads import close, reopen
from tests.inbox.world import World
from tests.tracking.making import TOKENS


@pytest.fixture
def world(session: Session) -> World:
    return World(session)


def answered(world: World) -> tuple[int, str]:
    """A thread that an answer began, and the address that leads into it."""
    letter = world.letter(1, "fr@mission.example")
    address = f"inbox+{TOKENS.sign('reply', letter.key)}@in.example.org"
    answer(world, address, "Thank you for your letter.")
    (thread,) = world.threads()
    assert thread.id is not None
    return thread.id, address


def answer(world: World, address: str, text: str) -> None:
    mail = f"From: fr@mission.example\nTo: {address}\nSubject: Re: A letter\n\n{text}\n"
    world.receive(mail.encode())


def state(world: World) -> ThreadState:
    (thread,) = world.threads()
    return thread.state


def test_a_closed_thread_waits_for_nobody_until_it_is_reopened(world: World) -> None:
    thread_id, _ = answered(world)
    close(world.session, thread_id)
    assert state(world) is ThreadState.closed
    reopen(world.session, thread_id)
    assert state(world) is ThreadState.waiting_for_us


def test_another_answer_takes_a_closed_thread_up_again(world: World) -> None:
    thread_id, address = answered(world)
    close(world.session, thread_id)
    answer(world, address, "One more question.")
    assert state(world) is ThreadState.waiting_for_us


def test_what_is_done_already_or_is_no_thread_is_refused(world: World) -> None:
    thread_id, _ = answered(world)
    with pytest.raises(NotAllowed, match="is not closed"):
        reopen(world.session, thread_id)
    close(world.session, thread_id)
    with pytest.raises(NotAllowed, match="closed already"):
        close(world.session, thread_id)
    with pytest.raises(NotFound):
        close(world.session, 9999)
