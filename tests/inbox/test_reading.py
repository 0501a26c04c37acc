"""Mail is read in a process of its own: whatever happens to that one, the next mail is read."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from outreach.inbox import reading
from outreach.inbox.kinds import MailKind
from outreach.inbox.reading import CannotStart, Reader, Unreadable
from tests.inbox.samples import NAMES, a_mail, sample

# How a child behaves that reads certain mails; it stands in for code that a mail leads astray.
ASTRAY = """
import ctypes, os, re, signal, sys, time
from multiprocessing.connection import Connection
from outreach.inbox import reading

plain = reading.understand
def astray(content):
    if b"backtracking" in content:
        re.fullmatch("(a|a)*b", "a" * 60)
    if b"segfault" in content:
        ctypes.string_at(0)
    if b"memory" in content:
        bytearray(2**33)
    if b"error" in content:
        raise ValueError(content)
    return plain(content)

reading.understand = astray
reading._serve(Connection(int(sys.argv[1])), float(sys.argv[2]))
"""


@pytest.fixture
def astray(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "astray.py"
    program.write_text(ASTRAY)
    monkeypatch.setattr(reading, "_PROGRAM", (str(program),))


@pytest.fixture
def reader() -> Iterator[Reader]:
    with Reader(limit=1.5) as reader:
        yield reader


def children() -> set[int]:
    """The ids of this process's children."""
    listed = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {int(each) for path in listed for each in path.read_text().split()}


def test_what_is_understood_is_the_same_without_the_tree_of_parts(reader: Reader) -> None:
    for name in NAMES:
        mail, verdict = reader.understand(sample(name))
        told, same = reading.understand(sample(name))
        assert verdict == same
        for field in ("from_address", "recipients", "subject", "visible", "attachments", "problem"):
            assert getattr(mail, field) == getattr(told, field)
        assert not mail.message.items()


def test_the_process_starts_with_the_first_mail_stays_and_ends(reader: Reader) -> None:
    before = children()
    with Reader() as other:
        assert children() == before
        other.understand(a_mail())
        started = children() - before
        other.understand(a_mail())
        assert children() - before == started
    assert children() == before
    other.understand(a_mail())  # as if it were new
    other.close()
    assert children() == before


@pytest.mark.usefixtures("astray")
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("backtracking", "reading it took longer than 1.5 seconds"),
        ("segfault", "the program that read it broke off"),
        ("memory", "reading it takes too much memory"),
        ("error", "ValueError in astray.py, line 15"),
    ],
)
def test_a_mail_that_leads_the_reader_astray_is_unreadable_and_the_next_is_read(
    reader: Reader, text: str, problem: str
) -> None:
    with pytest.raises(Unreadable) as raised:
        reader.understand(a_mail(text))
    assert str(raised.value) == problem
    assert reader.understand(a_mail())[1].kind is MailKind.reply


def test_a_reader_that_was_killed_meanwhile_costs_no_mail(reader: Reader) -> None:
    before = children()
    reader.understand(a_mail())
    [child] = children() - before
    os.kill(child, signal.SIGKILL)
    time.sleep(0.2)
    assert reader.understand(a_mail())[1].kind is MailKind.reply


def test_a_program_that_does_not_start_is_said_and_no_mail_is_blamed(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_PROGRAM", ("-c", "import nothing_of_that_name"))
    with pytest.raises(CannotStart, match="does not start"):
        reader.understand(a_mail())


def test_a_machine_that_starts_no_more_programs_is_no_fault_of_a_mail(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(CannotStart):
        reader.understand(a_mail())


def test_it_works_in_the_workers_thread_with_its_signals_blocked(reader: Reader) -> None:
    kinds: list[MailKind] = []
    stops = {signal.SIGTERM, signal.SIGINT}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    scheduler = BackgroundScheduler(timezone=UTC)
    read = threading.Event()

    def job() -> None:
        with reader:
            kinds.append(reader.understand(a_mail())[1].kind)
        read.set()

    try:
        scheduler.start()
        scheduler.add_job(job)
        assert read.wait(20)
    finally:
        scheduler.shutdown()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    assert kinds == [MailKind.reply]


PARENT = """
import sys, time
from outreach.inbox import reading
if len(sys.argv) > 1:
    reading._PROGRAM = (sys.argv[1],)
with reading.Reader(limit=4) as reader:
    reader.understand(b"From: a@b.example\\n\\nx")
    print(reader._child._process.pid, flush=True)
    reader.understand(b"From: a@b.example\\n\\nbacktracking")
    time.sleep(60)
"""


def a_parent(*arguments: str) -> tuple["subprocess.Popen[str]", int]:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout
    return parent, int(parent.stdout.readline())


def ends(process: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not Path(f"/proc/{process}").exists():
            return True
        time.sleep(0.05)
    return False


def test_it_dies_with_its_parent_however_that_ends() -> None:
    parent, child = a_parent()
    with parent:
        parent.kill()
    assert ends(child, 5)


def test_it_dies_after_its_parent_even_amid_a_mail(tmp_path: Path) -> None:
    (tmp_path / "astray.py").write_text(ASTRAY)
    parent, child = a_parent(str(tmp_path / "astray.py"))
    with parent:
        parent.kill()
    assert ends(child, 10)


def test_ctrl_c_leaves_nothing_running_and_the_child_says_nothing() -> None:
    parent, child = a_parent()
    with parent:
        os.kill(parent.pid, signal.SIGINT)
        _, said = parent.communicate()
    assert ends(child, 5)
    assert said.count("Traceback") == 1  # the parent's own: this one has no command line


def test_starting_it_loads_neither_the_web_nor_the_database() -> None:
    code = "import sys, outreach.inbox.reading; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"flask", "sqlalchemy", "sqlmodel", "pydantic", "apscheduler"} & set(loaded)
