"""Mail that is taken in at the desk out of files."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from outreach.accounts import audit
from outreach.db import Database
from outreach.inbox import uploads
from outreach.inbox.tables import RawMail, RawState
from outreach.web.app import LARGER_FORMS
from outreach.web.desk import uploading
from tests.inbox.attaching import OLD_OFFICE
from tests.inbox.samples import a_mail
from tests.web.reading import text
from tests.web.world import csrf_token

MAIL = a_mail("We agree.", message_id="<1@mission-fr.example>")
OTHER = a_mail("We do not.", message_id="<2@mission-de.example>")
SEPARATOR = b"From ana@mission-fr.example Mon Nov 23 10:00:00 2026\r\n"


def packed(**files: bytes) -> bytes:
    """A zip of files; ``folder__name_eml`` becomes "folder/name.eml"."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return made.getvalue()


def upload(browser: FlaskClient, *files: tuple[str, bytes]) -> TestResponse:
    """As a browser posts it; Werkzeug's own client leaves its temporary files open."""
    token = csrf_token(browser.get("/inbox/upload").text).encode()
    parts = [b'name="csrf_token"\r\n\r\n' + token]
    parts += [
        f'name="mail"; filename="{name}"\r\n\r\n'.encode() + content for name, content in files
    ]
    body = b"".join(
        b"--Boundary\r\nContent-Disposition: form-data; " + each + b"\r\n" for each in parts
    )
    kind = "multipart/form-data; boundary=Boundary"
    return browser.post("/inbox/upload", data=body + b"--Boundary--\r\n", content_type=kind)


def said(browser: FlaskClient, *files: tuple[str, bytes]) -> str:
    answer = upload(browser, *files)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/inbox/upload"
    return text(browser.get("/inbox/upload").text)


def kept(database: Database) -> list[bytes]:
    with database.reading() as session:
        return list(session.exec(select(RawMail.content).order_by(RawMail.id)))  # type: ignore[arg-type]


def test_mails_are_taken_in_as_they_are_and_wait_for_the_worker(
    organizer: FlaskClient, database: Database
) -> None:
    page = said(organizer, ("a.eml", MAIL), ("b", OTHER))
    assert "2 mails were taken in." in page
    with database.reading() as session:
        found = session.exec(select(RawMail)).all()
        (entry,) = audit.latest(session)
    assert {raw.content for raw in found} == {MAIL, OTHER}
    assert {(raw.door, raw.state) for raw in found} == {("desk", RawState.new)}
    assert (entry.act, entry.subject, entry.detail) == ("mail uploaded", "", "2 new, 0 known")
    assert "taken in." not in text(organizer.get("/inbox/upload").text)


def test_what_is_there_already_is_not_taken_twice(
    organizer: FlaskClient, database: Database
) -> None:
    assert "1 mail was taken in, 1 was there already." in said(
        organizer, ("a.eml", MAIL), ("copy of a.eml", MAIL)
    )
    assert "0 mails were taken in, 1 was there already." in said(organizer, ("a.eml", MAIL))
    assert kept(database) == [MAIL]
    with database.reading() as session:
        assert len(audit.latest(session)) == 1


def test_an_mbox_is_taken_apart(organizer: FlaskClient, database: Database) -> None:
    mbox = SEPARATOR + MAIL + b"\r\n\r\n" + SEPARATOR + OTHER + b"\r\n"
    assert "2 mails were taken in." in said(organizer, ("Archive.mbox", mbox))
    assert [each.strip() for each in kept(database)] == [MAIL, OTHER]


def test_an_archive_is_unpacked(organizer: FlaskClient, database: Database) -> None:
    archive = packed(
        a_eml=MAIL, more__b_eml=OTHER, __MACOSX__b_eml=b"\0\5", notes_txt=b"to do", _DS_Store=b"x"
    )
    page = said(organizer, ("mails.zip", archive))
    assert "2 mails were taken in." in page
    assert "mails.zip: notes.txt: it does not begin as a mail does" in page
    assert kept(database) == [MAIL, OTHER]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("photo.jpg", b"\xff\xd8\xff\xe0", "it does not begin as a mail does"),
        ("letter.msg", OLD_OFFICE, "open it in Outlook and save it as .eml"),
        ("all.pst", b"!BDN\0\0", "a whole Outlook data file"),
        ("nothing.eml", b"\r\n", "it is empty"),
        ("story.txt", b"From that day on\nnobody wrote.", "it does not begin as a mail does"),
    ],
)
def test_files_without_mail_are_named_and_the_others_taken(
    name: str, content: bytes, why: str, organizer: FlaskClient, database: Database
) -> None:
    page = said(organizer, (name, content), ("a.eml", MAIL))
    assert "1 mail was taken in." in page
    assert f"{name}: " in page
    assert why in page
    assert kept(database) == [MAIL]


def test_of_many_files_without_mail_a_few_are_named(organizer: FlaskClient) -> None:
    page = said(organizer, *((f"{n}{'щ' * 200}.txt", b"x") for n in range(20)))
    assert page.count("does not begin") == 5
    assert "15 more" in page


def test_no_file_at_all_is_told(organizer: FlaskClient) -> None:
    assert "No file was chosen." in said(organizer)


LOCKED = bytearray(packed(a_eml=MAIL))
LOCKED[6] |= 1
LOCKED[LOCKED.index(b"PK\1\2") + 8] |= 1
BOMB = packed(a_eml=MAIL + b"\r\n" + b"0" * 20_000_000)


@pytest.mark.parametrize(
    ("archive", "why"),
    [
        (bytes(LOCKED), "is damaged or has a password"),
        (packed(a_eml=MAIL)[:-30], "is damaged or has a password"),
        (packed(a_eml=MAIL).replace(MAIL[:0] + b"\x08\x00", b"\x63\x00"), "is damaged"),
        (packed(inner_zip=packed(a_eml=MAIL)), "holds another archive"),
        (BOMB, "unpacks to more than a mailbox would"),
        (b"PK\3\4" + b"PK\1\2" * 3_000, "holds too many files"),
    ],
    ids=["locked", "cut", "packed in another way", "nested", "bomb", "too many"],
)
def test_of_a_bad_archive_nothing_is_taken_in(
    archive: bytes, why: str, organizer: FlaskClient, database: Database
) -> None:
    answer = upload(organizer, ("a.eml", OTHER), ("mails.zip", archive))
    assert answer.status_code == 400
    assert why in answer.text
    assert kept(database) == []


def test_an_archive_of_large_files_is_refused_by_what_it_unpacks_to(
    organizer: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_LARGEST_TOGETHER", len(MAIL) + 10)
    answer = upload(organizer, ("mails.zip", packed(a_eml=MAIL, b_eml=OTHER)))
    assert "unpacks to more than a mailbox would" in answer.text
    assert kept(database) == []


def test_too_many_mails_at_once_are_refused_whole(
    organizer: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_MAILS", 1)
    answer = upload(organizer, ("a.eml", MAIL), ("b.eml", OTHER))
    assert answer.status_code == 400
    assert "outreach inbox ingest" in answer.text
    assert kept(database) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_upload_may_be_larger_than_other_forms_but_not_endless(
    organizer: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = MAIL + b"\r\n" + b"x" * 2 * app.config["MAX_CONTENT_LENGTH"]
    assert "1 mail was taken in." in said(organizer, ("a.eml", large))
    assert uploading.LARGEST == 40_000_000
    monkeypatch.setitem(LARGER_FORMS, "upload.take", len(large) // 2)
    assert upload(organizer, ("a.eml", large)).status_code == 413
