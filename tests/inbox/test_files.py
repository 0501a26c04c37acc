"""Mail in files of the usual kinds."""

from pathlib import Path

import pytest

from outreach.errors import InvalidInput
from outreach.inbox.files import read_mails
from tests.inbox.samples import FOLDER, sample

ONE, TWO = sample("reply-phone-en"), sample("away-it")


def read(path: Path) -> list[tuple[str, bytes]]:
    return list(read_mails(path))


def test_a_single_file_is_one_mail_byte_for_byte() -> None:
    path = FOLDER / "broken-head.eml"
    assert read(path) == [(str(path), sample("broken-head"))]


def test_a_folder_gives_its_mails_in_order(tmp_path: Path) -> None:
    (tmp_path / "b.eml").write_bytes(TWO)
    (tmp_path / "a.eml").write_bytes(ONE)
    (tmp_path / "notes.txt").write_text("no mail")
    assert [content for _, content in read(tmp_path)] == [ONE, TWO]
    assert len(read(FOLDER)) == len(list(FOLDER.rglob("*.eml")))


def test_a_maildir_gives_what_is_read_and_what_is_new(tmp_path: Path) -> None:
    for part in ("cur", "new", "tmp"):
        (tmp_path / part).mkdir()
    (tmp_path / "cur" / "1:2,S").write_bytes(ONE)
    (tmp_path / "new" / "2.eml").write_bytes(TWO)
    (tmp_path / "tmp" / "3").write_bytes(b"half a mail")
    assert [content for _, content in read(tmp_path)] == [ONE, TWO]


def test_an_mbox_gives_each_mail_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "box"
    mails = [mail.replace(b"\r\n", b"\n") for mail in (ONE, TWO)]
    path.write_bytes(b"".join(b"From a@b.example Tue Dec  1\n" + mail + b"\n" for mail in mails))
    assert read(path) == [(f"{path}#{at}", mail) for at, mail in enumerate(mails, start=1)]


def test_an_mbox_of_one_mail_is_called_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "1"
    path.write_bytes(b"From a@b.example Tue Dec  1 09:00:00 2026\n" + ONE)
    assert read(path) == [(str(path), ONE)]


def test_a_sentence_that_begins_from_parts_no_mail(tmp_path: Path) -> None:
    path = tmp_path / "box"
    mail = b"Subject: x\n\nYes.\n\nFrom Monday on we meet.\n\nFrom here it is 9:30 by train.\n"
    path.write_bytes(b"From a@b.example Tue Dec  1 09:00:00 2026\n" + mail)
    assert [content for _, content in read(path)] == [mail]


def test_mails_of_an_mbox_without_blank_lines_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "box"
    line = b"From a@b.example Tue Dec  1 09:00:00 2026\n"
    path.write_bytes(line + b"Subject: 1\n\nx\n" + line + b"Subject: 2\n\ny\n")
    assert [content[:10] for _, content in read(path)] == [b"Subject: 1", b"Subject: 2"]


def test_a_folder_gives_mails_of_any_name_at_any_depth(tmp_path: Path) -> None:
    below = tmp_path / "inbox" / "2001"
    below.mkdir(parents=True)
    (below / "17.").write_bytes(ONE)
    (below / "letter.txt").write_bytes(TWO)
    (below / "README").write_text("Note: these are mails\n")
    (tmp_path / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "empty.eml").write_bytes(b"")
    assert [content for _, content in read(tmp_path)] == [b"", ONE, TWO]


def test_where_no_mail_is_it_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="holds no mail"):
        read(tmp_path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        read(tmp_path / "missing.eml")
