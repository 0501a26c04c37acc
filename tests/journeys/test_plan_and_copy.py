"""What the plan shows is what leaves, to the byte; and doing anything twice doubles nothing."""

from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlmodel import select

from outreach.cli import cli
from outreach.config import shipped
from outreach.contacts.states import load_states
from outreach.delivery.tables import Delivery, State
from outreach.demo import missions
from outreach.demo.story import FastClock, next_moment, set_up
from outreach.letters.tables import Skeleton
from outreach.wiring import Outreach
from outreach.worker.stages import tick


def body(mail: bytes) -> bytes:
    """All below the header: text and HTML as they go over the wire."""
    return mail.partition(b"\r\n\r\n")[2]


def planned_bodies(outreach: Outreach) -> dict[str, bytes]:
    """The planned letters by their keys, as every preview composes them."""
    with outreach.database.reading() as session:
        rows = session.exec(
            select(Delivery, Skeleton)
            .join(Skeleton)
            .where(Delivery.step == 1, Delivery.state == State.queued)
        ).all()
    compose, at = outreach.composer.compose, outreach.clock()
    return {row.key: body(compose(row, skeleton, at).mime()) for row, skeleton in rows}


def test_193_copies_leave_as_the_plan_showed_them(outreach: Outreach, clock: FastClock) -> None:
    set_up(outreach, clock, lambda line: None)
    shown = planned_bodies(outreach)
    assert len(shown) == 193
    before_reminders = clock.now + timedelta(days=5)
    while clock.now < before_reminders:
        tick(outreach, clock)
        clock.now = next_moment(outreach, clock.now)
    assert {path.stem: body(path.read_bytes()) for path in outbox(outreach)} == shown


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(cli, arguments, input=stdin)


def test_doing_everything_twice_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    missions.write_missions(tmp_path / "missions.csv", load_states())
    password = "a quiet harbour at noon"
    done = run("user", "add", "a@example.org", "--role", "approver", stdin=password)
    assert done.exit_code == 0, done.stderr
    again = run("user", "add", "a@example.org", "--role", "approver", stdin=password)
    assert again.exit_code == 1
    assert "is an organizer already" in again.stderr

    bring_in = ("contacts", "import", "missions.csv", "--list", "geneva-missions")
    assert "197 new, 0 updated, 0 unchanged" in run(*bring_in).stderr
    assert "0 new, 0 updated, 197 unchanged" in run(*bring_in).stderr

    schedule = str(shipped("schedules") / "wipo-russia-office.toml")
    for _ in range(2):
        assert run("campaign", "load", schedule).exit_code == 0
        assert "195 to get the letter, 2 held back" in run("campaign", "plan", SLUG).stderr
    assert nothing_left(tmp_path)

    approve = ("campaign", "approve", SLUG, "--by", "a@example.org", "--alone")
    assert "585 copies will leave" in run(*approve).stderr
    refused = run(*approve)
    assert refused.exit_code == 1
    assert "is running" in refused.stderr
    assert run("campaign", "plan", SLUG).exit_code == 1

    for moment in ("2026-12-01T10:00", "2026-12-01T10:00", "2026-12-01T10:10"):
        run("tick", "--at", moment)
    left = outbox(tmp_path)
    assert left
    assert len({path.name for path in left}) == len({address_in(path) for path in left})


SLUG = "wipo-russia-office"


def outbox(of: Outreach | Path) -> list[Path]:
    folder = of / "var" if isinstance(of, Path) else of.settings.var_dir
    return list((folder / "outbox" / "new").glob("*.eml"))


def nothing_left(folder: Path) -> bool:
    run("tick", "--at", "2026-12-02T12:00")
    return not outbox(folder)


def address_in(path: Path) -> str:
    return str(message_from_bytes(path.read_bytes(), policy=policy.default)["To"])
