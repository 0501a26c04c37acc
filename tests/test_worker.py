"""The worker's pass: in the right order, harmless when doubled, and stopped at its own pace."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from outreach.campaigns.tables import Campaign
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.demo import mailroom
from outreach.demo.mailroom import Received
from outreach.demo.story import FastClock, next_moment, set_up
from outreach.inbox import receiving
from outreach.reports.tables import WeeklyReport
from outreach.wiring import Outreach
from outreach.worker import tick


def live_until_a_reminder_is_due(outreach: Outreach, clock: FastClock) -> Delivery:
    """The first reminder of the campaign, at the moment at which it would go."""
    while True:
        tick(outreach, clock.now)
        clock.now = next_moment(outreach, clock.now)
        query = select(Delivery).where(
            Delivery.purpose == Purpose.reminder, Delivery.state == State.queued
        )
        with outreach.database.reading() as session:
            due = session.exec(query.where(Delivery.due_at <= clock.now)).first()  # type: ignore[operator]
        if due:
            return due


def letter_to(outreach: Outreach, address: str) -> Received:
    outbox = outreach.settings.var_dir / "outbox" / "new"
    letters = (Received.read(path.read_bytes()) for path in outbox.glob("*.eml"))
    return next(letter for letter in letters if letter.address == address)


def state_of(outreach: Outreach, delivery: Delivery) -> State:
    with outreach.database.reading() as session:
        return session.get_one(Delivery, delivery.id).state


def test_an_answer_that_is_there_stops_the_reminder_due_in_the_same_pass(
    outreach: Outreach, clock: FastClock
) -> None:
    set_up(outreach, clock, lambda line: None)
    reminder = live_until_a_reminder_is_due(outreach, clock)
    answer = mailroom.reply(
        letter_to(outreach, reminder.recipient_address), "Thank you.", clock.now, client="Gmail"
    )
    with outreach.database.transaction() as session:
        receiving.store(session, answer, door="file", now=clock.now)
    tick(outreach, clock.now)
    assert state_of(outreach, reminder) is State.cancelled


def test_each_week_gets_one_report_however_often_the_clock_ticks(
    outreach: Outreach, clock: FastClock
) -> None:
    set_up(outreach, clock, lambda line: None)
    with outreach.database.transaction() as session:
        campaign = session.exec(select(Campaign)).one()
        campaign.approved_at = clock.now - timedelta(weeks=2)
    for _ in range(3):
        tick(outreach, clock.now)
    with outreach.database.reading() as session:
        made = session.exec(select(WeeklyReport)).all()
        mails = session.exec(select(Delivery).where(Delivery.purpose == Purpose.report)).all()
    assert [report.week for report in made] == ["2026-W47", "2026-W48"]
    assert len(mails) == 2 * 2
    assert {mail.state for mail in mails} == {State.sent}


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_ends_when_told_to(tmp_path: Path, stop: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "outreach", "worker"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stderr is not None
    assert b"Working every" in process.stderr.readline()
    time.sleep(1.5)  # into its first pass
    process.send_signal(stop)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert b"Traceback" not in said
