"""Mail that a real Postfix hands over by LMTP: kept before it is answered for, and each once."""

import os
import smtplib
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from outreach.db import Database
from outreach.demo.story import FastClock
from outreach.errors import Misconfigured
from outreach.inbox import lmtp, receiving
from outreach.inbox.lmtp import listening
from outreach.inbox.processing import process_new
from outreach.inbox.reading import understand
from outreach.inbox.tables import IncomingMail, MailKind, RawMail, RawState
from tests.inbox.world import World
from tests.ports import free_port
from tests.postfix import Postfix, postfix_is_here
from tests.tracking.making import NOW, TOKENS

SENDER = "person@mission.example"
_PATIENCE = 60.0


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def postfix(port: int) -> Iterator[Postfix]:
    """Hands over what comes for in.example.org, and tries again at once when it is told to."""
    if not postfix_is_here():
        pytest.skip("Postfix is missing, or this is not root: apt-get install postfix")
    settings = {
        "virtual_mailbox_domains": "in.example.org",
        "virtual_transport": f"lmtp:inet:127.0.0.1:{port}",
        "message_size_limit": "50000000",
        "minimal_backoff_time": "1s",
        "transport_retry_time": "1s",
    }
    with tempfile.TemporaryDirectory(prefix="outreach-") as folder:
        Path(folder).chmod(0o755)
        with Postfix(Path(folder), settings) as running:
            yield running


@pytest.fixture
def door(database: Database, clock: FastClock, port: int) -> Iterator[int]:
    with listening(database, f"127.0.0.1:{port}", clock):
        yield port


class Client(smtplib.LMTP):
    """Says what it is told to, after LHLO."""

    def __init__(self, port: int) -> None:
        super().__init__("127.0.0.1", port, timeout=_PATIENCE)
        self.ehlo()

    def begin(self, *recipients: str) -> None:
        """As far as the data."""
        self.docmd("MAIL", f"FROM:<{SENDER}>")
        for recipient in recipients:
            assert self.docmd("RCPT", f"TO:<{recipient}>")[0] == 250
        assert self.docmd("DATA")[0] == 354

    def finish(self, mail: bytes, answers: int) -> list[int]:
        self.send(mail + b".\r\n")
        return [self.getreply()[0] for _ in range(answers)]


def a_mail(number: int = 1, text: str = "Thank you.", to: str = "inbox@in.example.org") -> bytes:
    head = f"From: {SENDER}\r\nTo: {to}\r\nMessage-ID: <{number}@mission.example>\r\n"
    return f"{head}Subject: {number}\r\n\r\n{text}\r\n".encode()


def hand_in(postfix: Postfix, mail: bytes, *recipients: str, sender: str = SENDER) -> None:
    utf8 = [] if all(map(str.isascii, recipients)) else ["SMTPUTF8"]
    with smtplib.SMTP("127.0.0.1", postfix.port) as smtp:
        smtp.sendmail(sender, recipients, mail, mail_options=utf8)


def kept(database: Database) -> list[RawMail]:
    with database.reading() as session:
        return list(session.exec(select(RawMail).order_by("id")))


def wait_for(happened: Callable[[], object]) -> None:
    by = time.monotonic() + _PATIENCE
    while not happened():
        assert time.monotonic() < by, "it has not happened"
        time.sleep(0.02)


def read(database: Database) -> None:
    process_new(database, tokens=TOKENS, clock=lambda: NOW, understand=understand)


def test_postfix_hands_over_mails_for_several_recipients(
    database: Database, postfix: Postfix, door: int
) -> None:
    recipients = [f"inbox{number}@in.example.org" for number in range(3)]
    said = postfix.log.count("status=sent (250 2.0.0 Kept)")
    for number in range(20):
        hand_in(postfix, a_mail(number), *recipients)
    wait_for(lambda: postfix.log.count("status=sent (250 2.0.0 Kept)") == said + 60)
    subjects = [raw.content.partition(b"Subject: ")[2].split()[0] for raw in kept(database)]
    assert sorted(map(int, subjects)) == list(range(20))
    assert {tuple(sorted(raw.envelope_recipients)) for raw in kept(database)} == {(*recipients,)}
    assert {raw.door for raw in kept(database)} == {"lmtp"}


def test_postfix_keeps_what_the_database_cannot_and_hands_it_over_later(
    database: Database, postfix: Postfix, door: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> RawMail:
        raise OperationalError("INSERT", {}, Exception("somebody@example.org"))

    deferred = postfix.log.count("status=deferred")
    with monkeypatch.context() as trouble:
        trouble.setattr(receiving, "store", away)
        for number in range(3):
            hand_in(postfix, a_mail(number), "a@in.example.org", "b@in.example.org")
        wait_for(lambda: postfix.log.count("status=deferred") >= deferred + 6)
    assert kept(database) == []
    postfix.try_again()
    wait_for(lambda: len(kept(database)) == 3)
    assert "status=bounced" not in postfix.log


def test_a_mail_of_25_mb_comes_whole(database: Database, postfix: Postfix, door: int) -> None:
    text = "\r\n".join(["..x.", "." * 70, "x" * 900] * 25_700)
    hand_in(postfix, a_mail(text=text), "inbox@in.example.org")
    wait_for(lambda: kept(database))
    [raw] = kept(database)
    assert len(raw.content) > 25_000_000
    assert raw.content.endswith(f"\r\n\r\n{text}\r\n".encode())


def test_a_recipient_outside_ascii_is_kept(database: Database, postfix: Postfix, door: int) -> None:
    hand_in(postfix, a_mail(), "посол@in.example.org")
    wait_for(lambda: kept(database))
    assert kept(database)[0].envelope_recipients == ["посол@in.example.org"]


def test_a_token_in_the_envelope_alone_files_the_mail(
    database: Database, postfix: Postfix, door: int
) -> None:
    with database.transaction() as session:
        letter = World(session).letter(1, SENDER)
    token = TOKENS.sign("reply", letter.key)
    hand_in(postfix, a_mail(to="undisclosed:;"), f"inbox+{token.upper()}@in.example.org")
    wait_for(lambda: kept(database))
    read(database)
    with database.reading() as session:
        mail = session.exec(select(IncomingMail)).one()
    assert (mail.delivery_id, mail.matched_by) == (letter.id, "token")


def test_a_mail_from_nobody_is_known_by_its_return_path(
    database: Database, postfix: Postfix, door: int
) -> None:
    hand_in(postfix, a_mail(), "inbox@in.example.org", sender="<>")
    wait_for(lambda: kept(database))
    assert kept(database)[0].content.startswith(b"Return-Path: <>\r\n")
    read(database)
    with database.reading() as session:
        assert session.exec(select(IncomingMail)).one().kind is not MailKind.reply


def test_the_same_mail_through_two_doors_is_one(
    database: Database, postfix: Postfix, door: int
) -> None:
    with database.transaction() as session:
        receiving.store(session, a_mail(), door="imap", now=NOW)
    hand_in(postfix, a_mail(), "inbox@in.example.org")
    wait_for(lambda: len(kept(database)) == 2)
    read(database)
    with database.reading() as session:
        assert len(session.exec(select(IncomingMail)).all()) == 1
    assert {raw.state for raw in kept(database)} == {RawState.done}


def test_each_recipient_gets_an_answer_whatever_it_is(
    door: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Client(door) as client:
        client.begin("a@in.example.org", "b@in.example.org", "c@in.example.org")
        assert client.finish(a_mail(), 3) == [250, 250, 250]
        monkeypatch.setattr(receiving, "store", None)  # to call it is an error
        client.begin("a@in.example.org", "b@in.example.org")
        assert client.finish(a_mail(), 2) == [451, 451]
        assert client.docmd("NOOP")[0] == 250


def test_a_mail_that_is_too_large_is_refused_before_or_after_its_data(
    database: Database, clock: FastClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lmtp, "LARGEST_MAIL", 1_000)
    port = free_port()
    with listening(database, f"127.0.0.1:{port}", clock), Client(port) as client:
        assert client.docmd("MAIL", f"FROM:<{SENDER}> SIZE=1001")[0] == 552
        client.begin("a@in.example.org", "b@in.example.org")
        assert client.finish(a_mail(text="x" * 1_000), 2) == [552, 552]
        client.begin("a@in.example.org")
        assert client.finish(a_mail(), 1) == [250]
    assert len(kept(database)) == 1


def test_a_line_of_a_megabyte_is_kept(database: Database, door: int) -> None:
    with Client(door) as client:
        client.begin("a@in.example.org")
        assert client.finish(a_mail(text="x" * 2**20), 1) == [250]
    assert kept(database)[0].content.endswith(b"x" * 2**20 + b"\r\n")


@pytest.mark.parametrize(
    ("sender", "on_top"),
    [
        ("<a,b@c.example.>", b"Return-Path: <a,b@c.example.>\r\n"),
        ('<"a>b"@c.example>', b'Return-Path: <"a>b"@c.example>\r\n'),
        ("<>", b"Return-Path: <>\r\n"),
    ],
)
def test_a_strange_sender_is_taken_as_it_is(
    database: Database, door: int, sender: str, on_top: bytes
) -> None:
    with Client(door) as client:
        assert client.docmd("MAIL", f"FROM:{sender}")[0] == 250
        client.docmd("RCPT", "TO:<a@in.example.org>")
        client.docmd("DATA")
        assert client.finish(a_mail(), 1) == [250]
    assert kept(database)[0].content == on_top + a_mail()


def test_a_return_path_that_is_there_stays_the_only_one(database: Database, door: int) -> None:
    mail = b"Return-Path: <bounces@mission.example>\r\n" + a_mail()
    with Client(door) as client:
        client.begin("a@in.example.org")
        assert client.finish(mail, 1) == [250]
    assert kept(database)[0].content == mail


def test_bytes_that_are_no_text_stop_no_mail(database: Database, door: int) -> None:
    with Client(door) as client:
        client.command_encoding = "latin-1"
        client.docmd("MAIL", f"FROM:<{SENDER}>")
        assert client.docmd("RCPT", "TO:<caf\xe9@in.example.org>")[0] == 250
        client.docmd("DATA")
        assert client.finish(a_mail(), 1) == [250]
    assert kept(database)[0].envelope_recipients == ["caf?@in.example.org"]


def test_one_who_stalls_is_dropped_and_nothing_of_it_is_kept(
    database: Database, clock: FastClock
) -> None:
    port = free_port()
    with listening(database, f"127.0.0.1:{port}", clock, patience=0.2), Client(port) as client:
        client.begin("a@in.example.org")
        client.send(a_mail())
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.getreply()
    assert kept(database) == []


def test_there_is_an_end_to_how_many_may_speak_at_once(
    database: Database, clock: FastClock
) -> None:
    port = free_port()
    with listening(database, f"127.0.0.1:{port}", clock, most_connections=2):
        with Client(port), Client(port), pytest.raises(smtplib.SMTPConnectError, match="421"):
            Client(port)
        wait_for(lambda: answers(port))


def answers(port: int) -> bool:
    try:
        Client(port).close()
    except smtplib.SMTPConnectError:
        return False
    return True


def test_what_is_in_hand_at_the_end_is_kept_and_answered_for(
    database: Database, clock: FastClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, store, port = threading.Event(), receiving.store, free_port()

    def slow(*args: object, **more: object) -> RawMail:
        begun.set()
        time.sleep(0.3)
        return store(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(receiving, "store", slow)
    with listening(database, f"127.0.0.1:{port}", clock):
        client = Client(port)
        client.begin("a@in.example.org")
        client.send(a_mail() + b".\r\n")
        assert begun.wait(_PATIENCE)
    assert client.getreply()[0] == 250
    client.close()
    assert len(kept(database)) == 1


def test_a_unix_socket_is_for_all_who_may_enter_its_folder(
    database: Database, clock: FastClock, tmp_path: Path
) -> None:
    path = tmp_path / "lmtp"
    for _ in range(2):  # what a killed worker left there is in nobody's way
        with listening(database, f"unix:{path}", clock):
            assert path.stat().st_mode & 0o777 == 0o666
            with smtplib.LMTP(str(path)) as client:
                client.sendmail(SENDER, ["a@in.example.org"], a_mail())
    assert len(kept(database)) == 1


def test_a_place_that_is_taken_is_told(database: Database, clock: FastClock) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with (
            pytest.raises(Misconfigured, match="Address already in use"),
            listening(database, f"127.0.0.1:{port}", clock),
        ):
            pass


@pytest.mark.parametrize("command", [["worker"], ["inbox", "lmtp"]])
def test_the_worker_and_the_command_take_mail_until_they_are_told_to_stop(
    tmp_path: Path, command: list[str]
) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "outreach", *command],
        cwd=tmp_path,
        env={**os.environ, "OUTREACH_LMTP_LISTEN": str(port), "PYTHONPATH": os.getcwd()},
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(lambda: listens(port) or process.poll() is not None)
    with Client(port) as client:
        client.sendmail(SENDER, ["secret@in.example.org"], a_mail())
    process.terminate()
    _, said = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "secret" not in said
    assert SENDER not in said
    database = Database(f"sqlite:///{tmp_path}/var/outreach.db")
    assert len(kept(database)) == 1
    database.close()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
