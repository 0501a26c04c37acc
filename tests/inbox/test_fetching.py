"""Mail fetched over IMAP: each mail once, whatever breaks off, and the mailbox stays as it was."""

import itertools
import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from sqlmodel import select

from outreach.cli import cli
from outreach.config import load_settings
from outreach.db import Database
from outreach.demo.story import FastClock
from outreach.errors import OutreachError
from outreach.inbox import doors, fetching, imap, receiving
from outreach.inbox.fetching import check
from outreach.inbox.tables import Mailbox, RawMail, RawState
from outreach.upkeep import doctor
from outreach.wiring import Outreach, build
from outreach.worker import stages
from tests.certificates import Authority
from tests.dovecot import Dovecot, dovecot_is_here
from tests.inbox.imap_server import ImapServer
from tests.ports import free_port

PASSWORD = "s p/@#?é"
_numbers = itertools.count()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def dovecot(authority: Authority) -> Iterator[Dovecot]:
    if not dovecot_is_here():
        pytest.skip("Dovecot is missing, or this is not root: apt-get install dovecot-imapd")
    passwords = {f"user{number}": PASSWORD for number in range(100)}
    with tempfile.TemporaryDirectory(prefix="outreach-") as folder:
        Path(folder).chmod(0o755)
        with Dovecot(Path(folder), passwords, authority.certificate("127.0.0.1")) as running:
            yield running


class Inbox:
    """A mailbox of its own for a test."""

    def __init__(self, dovecot: Dovecot) -> None:
        self.dovecot, self.user = dovecot, f"user{next(_numbers)}"

    def url(self, folders: str = "INBOX", *, scheme: str = "imap", password: str = PASSWORD) -> str:
        port = self.dovecot.tls_port if scheme == "imaps" else self.dovecot.port
        word = quote(password, safe="")
        return f"{scheme}://{self.user}:{word}@127.0.0.1:{port}/{quote(folders, safe=',')}"

    def put(self, *mails: bytes, folder: str = "INBOX") -> None:
        with self.dovecot.mailbox(self.user) as box:
            for mail in mails:
                assert box.append(folder, "", None, mail)[0] == "OK"  # type: ignore[arg-type]

    def delete(self, folder: str) -> None:
        with self.dovecot.mailbox(self.user) as box:
            box.delete(folder)

    def renew(self, folder: str) -> None:
        """It is empty then, and its UIDs begin anew."""
        self.delete(folder)
        with self.dovecot.mailbox(self.user) as box:
            assert box.create(folder)[0] == "OK"

    def unseen(self) -> int:
        with self.dovecot.mailbox(self.user) as box:
            return len(box.search(None, "UNSEEN")[1][0].split())

    def expunge(self, number: str) -> None:
        with self.dovecot.mailbox(self.user) as box:
            box.store(number, "+FLAGS", r"(\Deleted)")
            box.expunge()


@pytest.fixture
def inbox(dovecot: Dovecot) -> Inbox:
    return Inbox(dovecot)


Fetch = Callable[..., fetching.Tally]


@pytest.fixture
def fetch(database: Database, clock: FastClock) -> Fetch:
    def fetch(url: str, **options: object) -> fetching.Tally:
        return fetching.fetch(database, url, clock, **options)  # type: ignore[arg-type]

    return fetch


def a_mail(number: int, size: int = 0) -> bytes:
    head = f"From: person{number}@mission.example\r\nMessage-ID: <{number}@mission.example>\r\n"
    return f"{head}Subject: {number}\r\n\r\nThank you.\r\n{'x' * size}\r\n".encode()


def kept(database: Database) -> list[RawMail]:
    with database.reading() as session:
        return list(session.exec(select(RawMail).order_by("id")))


def contents(database: Database) -> list[bytes]:
    return [raw.content for raw in kept(database)]


def mailbox(database: Database) -> Mailbox:
    with database.reading() as session:
        return session.exec(select(Mailbox)).one()


def test_each_mail_is_fetched_once_over_several_passes(
    database: Database, inbox: Inbox, fetch: Fetch
) -> None:
    mails = [a_mail(number) for number in range(30)]
    inbox.put(*mails)
    assert fetch(inbox.url()) == fetching.Tally(fetched=30)
    assert contents(database) == mails
    assert {raw.door for raw in kept(database)} == {"imap"}
    assert fetch(inbox.url()).total == 0  # although "31:*" names the last mail
    inbox.put(a_mail(30))
    assert fetch(inbox.url()).total == 1
    assert contents(database) == [*mails, a_mail(30)]
    assert mailbox(database).last_uid == 31


def test_the_mailbox_stays_as_it_was(inbox: Inbox, fetch: Fetch) -> None:
    inbox.put(a_mail(1), a_mail(2))
    fetch(inbox.url())
    assert inbox.unseen() == 2


def test_what_is_remembered_of_a_mailbox_is_no_password(
    database: Database, inbox: Inbox, fetch: Fetch
) -> None:
    fetch(inbox.url())
    assert mailbox(database).name == f"{inbox.user}@127.0.0.1/INBOX"


def test_new_uids_give_no_doubles_and_hide_no_mail(
    database: Database, inbox: Inbox, fetch: Fetch
) -> None:
    mails = [a_mail(number) for number in range(5)]
    inbox.renew("Answers")
    inbox.put(*mails, folder="Answers")
    fetch(inbox.url("Answers"))
    before = mailbox(database)
    inbox.renew("Answers")
    inbox.put(a_mail(5), *mails[:3], folder="Answers")
    assert fetch(inbox.url("Answers")).total == 4
    assert contents(database) == [*mails, a_mail(5)]
    assert mailbox(database).uid_validity != before.uid_validity
    assert (before.last_uid, mailbox(database).last_uid) == (5, 4)


def test_breaking_off_in_the_middle_loses_nothing(
    database: Database, inbox: Inbox, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    mails = [a_mail(number) for number in range(12)]
    inbox.put(*mails)
    monkeypatch.setattr(fetching, "_GROUP_MAILS", 5)
    store = receiving.store

    def stores_until_the_eighth(session: object, content: bytes, **more: object) -> RawMail:
        if content == mails[7]:
            raise MemoryError
        return store(session, content, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(receiving, "store", stores_until_the_eighth)
        with pytest.raises(MemoryError):
            fetch(inbox.url())
    assert contents(database) == mails[:5]
    assert mailbox(database).last_uid == 5
    assert fetch(inbox.url()).fetched == 7
    assert contents(database) == mails


def test_it_stops_between_two_groups_when_told_to(
    database: Database, inbox: Inbox, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_GROUP_MAILS", 2)
    inbox.put(*(a_mail(number) for number in range(5)))
    told = iter([False, True])
    assert fetch(inbox.url(), stop=lambda: next(told)).fetched == 2
    assert fetch(inbox.url()).fetched == 3
    assert len(kept(database)) == 5


def test_of_a_mail_that_is_too_large_the_header_is_kept_and_those_behind_it_come(
    database: Database, inbox: Inbox, fetch: Fetch
) -> None:
    large = a_mail(1, size=20_000)
    inbox.put(a_mail(0), large, a_mail(2))
    assert fetch(inbox.url(), largest=10_000) == fetching.Tally(fetched=2, headers_only=1)
    states = {raw.content: (raw.state, raw.problem) for raw in kept(database)}
    assert states == {
        a_mail(0): (RawState.new, None),
        a_mail(2): (RawState.new, None),
        large[: large.index(b"\r\n\r\n") + 4]: (
            RawState.unreadable,
            "It is larger than 10,000 bytes: only its header was fetched.",
        ),
    }
    assert fetch(inbox.url(), largest=10_000).total == 0


def test_a_mail_of_25_mb_comes_whole(database: Database, inbox: Inbox, fetch: Fetch) -> None:
    mails = [a_mail(1), a_mail(2, size=25_000_000), a_mail(3)]
    inbox.put(*mails)
    assert fetch(inbox.url()).fetched == 3
    assert contents(database) == mails


def test_a_mail_that_is_deleted_meanwhile_is_passed_over(
    database: Database, inbox: Inbox, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.put(*(a_mail(number) for number in range(4)))
    sizes = imap.Account.sizes

    def delete_one_then(account: imap.Account, uids: list[int]) -> dict[int, int]:
        told = sizes(account, uids)
        inbox.expunge("2")
        return told

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(imap.Account, "sizes", delete_one_then)
        assert fetch(inbox.url()).fetched == 3
    assert contents(database) == [a_mail(0), a_mail(2), a_mail(3)]
    assert fetch(inbox.url()).total == 0


def test_several_folders_are_read_whatever_their_names(
    database: Database, inbox: Inbox, fetch: Fetch
) -> None:
    inbox.renew("M&APw-ll")
    inbox.put(a_mail(1))
    inbox.put(a_mail(2), folder="M&APw-ll")
    assert fetch(inbox.url("INBOX,Müll")).fetched == 2
    assert contents(database) == [a_mail(1), a_mail(2)]


def test_a_folder_that_is_not_there_is_named_with_those_that_are(
    database: Database, inbox: Inbox, fetch: Fetch
) -> None:
    inbox.renew("Junk")
    inbox.put(a_mail(1), folder="Junk")
    with pytest.raises(OutreachError, match=r"the folder Spam\. There are: Junk, INBOX\."):
        fetch(inbox.url("Spam,Junk"))
    assert contents(database) == [a_mail(1)]


def test_a_wrong_password_is_told_in_plain_words(inbox: Inbox) -> None:
    with pytest.raises(OutreachError, match="does not accept the user and password") as caught:
        check(inbox.url(password="hush"))
    assert "hush" not in str(caught.value)
    assert inbox.user not in str(caught.value)


def test_tls_from_the_start_with_a_certificate_that_is_known(
    database: Database, inbox: Inbox, fetch: Fetch, authority: Authority
) -> None:
    inbox.put(a_mail(1))
    assert fetch(inbox.url(scheme="imaps"), tls=authority.client_tls()).fetched == 1


def test_a_certificate_nobody_vouches_for_keeps_us_out(inbox: Inbox) -> None:
    with pytest.raises(OutreachError, match="a certificate that is not valid"):
        check(inbox.url(scheme="imaps"))


def test_starttls_is_insisted_on_when_the_server_is_elsewhere(
    inbox: Inbox, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors.ImapServer, "is_this_machine", False)
    check(inbox.url(), tls=authority.client_tls())
    with pytest.raises(OutreachError, match="a certificate that is not valid"):
        check(inbox.url())
    with ImapServer({}) as without, pytest.raises(OutreachError, match="offers no STARTTLS"):
        check(without.url)
    assert not any(command.startswith("AUTHENTICATE") for command in without.said)


def test_a_port_that_speaks_no_tls_is_told(inbox: Inbox) -> None:
    with pytest.raises(OutreachError, match="imaps:// is for TLS from the start"):
        check(inbox.url().replace("imap:", "imaps:"))


def test_a_server_that_cannot_be_reached_is_told() -> None:
    with pytest.raises(OutreachError, match=r"cannot be reached \(Connection refused\)"):
        check(f"imap://user:secret@127.0.0.1:{free_port()}")


def test_a_server_that_says_nothing_is_not_waited_for(fetch: Fetch) -> None:
    with ImapServer({}, greeting=b"") as silent, pytest.raises(OutreachError, match="in time"):
        fetch(silent.url, patience=0.1)


def test_a_server_that_signs_nobody_in_just_now_does_not_blame_the_password() -> None:
    busy = {"AUTHENTICATE": b"NO [UNAVAILABLE] user has moved\r\n"}
    with ImapServer(busy) as server, pytest.raises(OutreachError, match="just now"):
        check(server.url)


ODD = {
    "UID SEARCH": b"* SEARCH 3 5 4\r\n",
    "UID FETCH 3,4,5 (UID RFC822.SIZE": b"* 1 FETCH (RFC822.SIZE 3 UID 3)\r\n"
    b"* 9 FETCH (FLAGS (\\Seen))\r\n* 2 FETCH (UID 4 RFC822.SIZE 3)\r\n"
    b"* 3 FETCH (UID 5 RFC822.SIZE 0)\r\n",
    "UID FETCH 3,4,5 (UID BODY.PEEK[]": b"* 1 FETCH (BODY[] {3}\r\none UID 3 FLAGS ())\r\n"
    b"* 9 FETCH (FLAGS (\\Seen))\r\n* 2 FETCH (UID 4 BODY[] {3}\r\ntwo)\r\n"
    b'* 3 FETCH (UID 5 BODY[] "")\r\n',
}


def test_answers_in_another_order_and_among_other_news_are_understood(
    database: Database, fetch: Fetch
) -> None:
    with ImapServer(ODD) as server:
        assert fetch(server.url).fetched == 3
    assert contents(database) == [b"one", b"two", b""]


def test_a_mail_that_is_not_handed_over_is_told_and_not_passed_but_those_behind_it_come(
    database: Database, fetch: Fetch
) -> None:
    refusal = {
        "UID FETCH 3,4,5 (UID BODY.PEEK[]": b"NO [SERVERBUG] broken\r\n",
        "UID FETCH 3 (UID BODY": b"* 1 FETCH (UID 3 BODY[] {3}\r\none)\r\n",
        "UID FETCH 4 (UID BODY": b"NO [SERVERBUG] broken\r\n",
        "UID FETCH 5 (UID BODY": b"* 3 FETCH (UID 5 BODY[] {5}\r\nthree)\r\n",
        "UID SEARCH UID 4": b"* SEARCH 4\r\n",
    }
    with ImapServer(ODD | refusal) as server:
        with pytest.raises(OutreachError, match="does not hand over a mail in INBOX"):
            fetch(server.url)
        assert contents(database) == [b"one", b"three"]
        server.answers |= ODD
        assert fetch(server.url).fetched == 3
    assert b"two" in contents(database)


@pytest.fixture
def reading(tmp_path: Path, clock: FastClock, inbox: Inbox) -> Iterator[Outreach]:
    """The product as it comes, with a mailbox to fetch from."""
    settings = load_settings(var_dir=tmp_path / "var", imap_url=inbox.url())
    with closing(build(settings, clock)) as built:
        yield built


def test_a_single_pass_fetches_and_reads(reading: Outreach, clock: FastClock, inbox: Inbox) -> None:
    inbox.put(a_mail(1))
    done = stages.single_pass(reading, clock)
    assert (done.fetched.fetched, done.read.total, done.failed) == (1, 1, [])
    assert stages.tick(reading, clock).fetched.total == 0


def test_a_trouble_is_told_once_while_it_stays_the_same(
    database: Database, clock: FastClock, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "outreach.inbox.fetching")
    fetcher = fetching.Fetcher(database, inbox.url("Junk"), clock, lambda: False)
    for number in range(2):
        fetcher.fetch()
        fetcher.fetch()
        inbox.renew("Junk")
        inbox.put(a_mail(number), folder="Junk")
        fetcher.fetch()
        inbox.delete("Junk")
    assert [record.message.partition(".")[0] for record in caplog.records] == [
        "fetching mail broke off: The IMAP server does not open the folder Junk",
        "mails fetched: 1",
        "fetching mail works again",
    ] * 2


def test_the_doctor_tries_to_sign_in(reading: Outreach, tmp_path: Path, clock: FastClock) -> None:
    assert "can be read" in mailbox_finding(reading).what
    url = f"imap://user:secret@127.0.0.1:{free_port()}"
    with closing(build(load_settings(var_dir=tmp_path / "var", imap_url=url), clock)) as outreach:
        finding = mailbox_finding(outreach)
    assert finding.verdict == "wrong"
    assert "cannot be reached" in finding.what


def mailbox_finding(outreach: Outreach) -> doctor.Finding:
    found = (each for each in doctor.examine(outreach) if "mail is" in each.what + each.advice)
    return next(found)


def test_the_command_prints_what_it_fetched_or_why_it_could_not(
    tmp_path: Path, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    inbox.put(a_mail(1))
    run = partial(CliRunner().invoke, cli, ["inbox", "fetch", "--json"])
    said = run(env={"OUTREACH_IMAP_URL": inbox.url()})
    assert (said.exit_code, said.stdout) == (0, '{"fetched": 1, "headers_only": 0}\n')
    said = run(env={"OUTREACH_IMAP_URL": inbox.url(password="hush")})
    assert (said.exit_code, said.stdout) == (1, "")
    assert "does not accept the user and password" in said.stderr
    said = run(env={"OUTREACH_IMAP_URL": ""})
    assert said.exit_code == 1
    assert "OUTREACH_IMAP_URL is not set. It looks like this: imaps://" in said.stderr
