"""The outbox is a maildir."""

import mailbox
from email import message_from_binary_file
from email.policy import default
from pathlib import Path

from outreach.delivery.carriers import Outcome
from outreach.delivery.carriers.outbox import Outbox
from tests.delivery.making import a_mail


def test_any_program_that_reads_a_maildir_can_read_it(tmp_path: Path) -> None:
    Outbox(tmp_path / "outbox").send([a_mail(1), a_mail(2)])
    maildir = mailbox.Maildir(
        tmp_path / "outbox", factory=lambda file: message_from_binary_file(file, policy=default)
    )
    assert sorted(message["To"] for message in maildir) == [
        "Person 1 <person1@mission.example>",
        "Person 2 <person2@mission.example>",
    ]
    maildir.close()


def test_a_mail_is_found_by_its_key(tmp_path: Path) -> None:
    mail = a_mail(1)
    Outbox(tmp_path).send([mail])
    assert (tmp_path / "new" / f"{mail.key}.eml").read_bytes() == mail.mime()
    assert list((tmp_path / "tmp").iterdir()) == []


def test_the_same_copy_again_changes_nothing(tmp_path: Path) -> None:
    mail = a_mail(1)
    Outbox(tmp_path).send([mail])
    written = tmp_path / "new" / f"{mail.key}.eml"
    written.write_bytes(b"as it was")
    assert Outbox(tmp_path).send([mail]) == [Outcome("sent")]
    assert written.read_bytes() == b"as it was"


def test_a_mail_that_cannot_be_written_leaves_nothing_half_written(tmp_path: Path) -> None:
    outbox, mail = Outbox(tmp_path), a_mail(1)
    outbox.send([a_mail(2)])
    (tmp_path / "tmp").rmdir()
    (tmp_path / "tmp").write_bytes(b"in the way")
    [outcome] = outbox.send([mail])
    assert (outcome.verdict, outcome.answer) == (
        "later",
        "the outbox cannot be written: File exists",
    )
    assert not (tmp_path / "new" / f"{mail.key}.eml").exists()
