"""The worker's pass: in the right order, harmless when doubled, and stopped at its own pace."""

import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from outreach.accounts import audit
from outreach.campaigns.tables import Campaign
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.demo import mailroom
from outreach.demo.mailroom import Received
from outreach.demo.story import FastClock, next_moment, set_up
from outreach.inbox import receiving
from outreach.inbox.tables import RawMail, RawState
from outreach.reports import weekly
from outreach.reports.counters.tables import Counter
from outreach.reports.tables import WeeklyReport
from outreach.reports.weeks import Week
from outreach.wiring import Outreach
from outreach.worker import reporting, stages
from outreach.worker.stages import tick


def live_until_a_reminder_is_due(outreach: Outreach, clock: FastClock) -> Delivery:
    """The first reminder of the campaign, at the moment at which it would go."""
    while True:
        tick(outreach, clock)
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
    tick(outreach, clock)
    assert state_of(outreach, reminder) is State.cancelled


def test_each_week_gets_one_report_however_often_the_clock_ticks(
    outreach: Outreach, clock: FastClock
) -> None:
    set_up(outreach, clock, lambda line: None)
    with outreach.database.transaction() as session:
        campaign = session.exec(select(Campaign)).one()
        campaign.approved_at = clock.now - timedelta(weeks=2)
    for _ in range(3):
        tick(outreach, clock)
    with outreach.database.reading() as session:
        made = session.exec(select(WeeklyReport)).all()
        mails = session.exec(select(Delivery).where(Delivery.purpose == Purpose.report)).all()
    assert [report.week for report in made] == ["2026-W47", "2026-W48"]
    assert len(mails) == 2 * 2
    assert {mail.state for mail in mails} == {State.sent}


def test_the_report_that_is_mailed_has_itself_as_pdf_where_the_settings_say_so(
    outreach: Outreach, clock: FastClock
) -> None:
    set_up(outreach, clock, lambda line: None)
    wanted = outreach.settings.model_copy(update={"report_pdf": True})
    week = Week.containing(clock.now, ZoneInfo(wanted.timezone)).previous
    reporting.make_report(replace(outreach, settings=wanted), week, clock.now)
    tick(outreach, clock)
    outbox = outreach.settings.var_dir / "outbox" / "new"
    mails = [message_from_bytes(path.read_bytes()) for path in outbox.glob("*.eml")]
    parts = (part for mail in mails for part in mail.walk())
    files = [part for part in parts if part.get_content_type() == "application/pdf"]
    assert [file.get_filename() for file in files] == [f"Weekly report {week}.pdf"] * 2


def test_a_report_is_drawn_while_nobody_waits_for_the_database_and_stands_with_its_mails_or_not(
    outreach: Outreach, clock: FastClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(outreach, clock, lambda line: None)
    week = Week.containing(clock.now, ZoneInfo(outreach.settings.timezone)).previous

    def broken(*_: object, **__: object) -> None:
        with outreach.database.transaction() as session:  # as somebody else does meanwhile
            audit.note(session, actor="somebody", act="something", now=clock.now)
            assert session.get(WeeklyReport, str(week)) is None
        raise RuntimeError("no room left")

    with monkeypatch.context() as patched:
        patched.setattr(weekly, "mailing", broken)
        with pytest.raises(RuntimeError):
            reporting.make_report(outreach, week, clock.now)
    for _ in range(2):
        reporting.make_report(outreach, week, clock.now)
    with outreach.database.reading() as session:
        assert [report.week for report in session.exec(select(WeeklyReport))] == [str(week)]
        query = select(Delivery).where(Delivery.purpose == Purpose.report)
        assert len(session.exec(query).all()) == 2


def test_a_stage_that_breaks_off_does_not_keep_the_others_from_work(
    outreach: Outreach, clock: FastClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("somebody@example.org")

    monkeypatch.setitem(stages.STAGES, "making reports", broken)
    set_up(outreach, clock, lambda line: None)
    sent = 0
    for _ in range(3):
        clock.now = next_moment(outreach, clock.now)
        done = tick(outreach, clock)
        assert done.failed == ["making reports: RuntimeError"]  # and no address
        sent += done.sent.sent
    assert sent > 0


def test_mail_whose_time_is_over_is_deleted_and_told(outreach: Outreach, clock: FastClock) -> None:
    with outreach.database.transaction() as session:
        receiving.store(session, b"From: a@b.example\n\nHello", door="file", now=clock.now)
        raw = session.exec(select(RawMail)).one()
        raw.state = RawState.done
        session.add(raw)
    clock.now += timedelta(days=365)
    assert tick(outreach, clock).as_facts()["raw_mails_deleted"] == 0
    clock.now += timedelta(seconds=1)
    done = tick(outreach, clock)
    assert done.did_something
    assert done.as_facts()["raw_mails_deleted"] == 1
    assert done.failed == []


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_pass_that_has_begun_is_finished_when_the_worker_is_told_to_stop_even_twice(
    tmp_path: Path, stop: signal.Signals
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_WORKER],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(stop)
    process.send_signal(signal.SIGTERM)
    said, complaints = process.communicate(timeout=20)
    assert said == "finished\nclosed\n"
    assert complaints == ""
    assert process.returncode == 0


SLOW_WORKER = """\
import time
from contextlib import nullcontext
from outreach.worker import clock, stages
from outreach.accounts import audit
from outreach.config import Settings

class Parts:
    clock = None
    reader = nullcontext()
    settings = Settings()

def slow(*_):
    print("begun", flush=True)
    time.sleep(1.5)
    print("finished", flush=True)

stages.STAGES = {"slow": slow}
clock.load_contacts = lambda *_: None
clock.fulfil_wishes = lambda outreach: None
clock.run(Parts())
print("closed", flush=True)
"""


def test_counters_that_are_wrong_are_put_right_and_that_is_told(
    outreach: Outreach, clock: FastClock, caplog: pytest.LogCaptureFixture
) -> None:
    set_up(outreach, clock, lambda line: None)
    tick(outreach, clock)
    stages.recount(outreach, lambda: False)
    assert caplog.messages == []
    with outreach.database.transaction() as session:
        session.exec(select(Counter).where(Counter.figure == "copies")).first().count += 1
    stages.recount(outreach, lambda: False)
    assert caplog.messages == [
        "Counters were wrong and are put right: 0 missions, 1 sums of all missions"
    ]
    with outreach.database.reading() as session:
        assert audit.latest(session, limit=1)[0].act == "counters put right"
