"""Mail in files of the usual kinds."""

from pathlib import Path

import pytest

from outreach.errors import InvalidInput
from outreach.inbox.files import read_mails
from tests.inbox.samples import FOLDER, NAMES, sample

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
    assert len(read(FOLDER)) == len(NAMES)


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


def test_where_no_mail_is_it_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="holds no mail"):
        read(tmp_path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        read(tmp_path / "missing.eml")
