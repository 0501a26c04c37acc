"""A file of contacts at the desk: uploaded, looked at, put right, and stored by the worker."""

import csv
from collections.abc import Callable, Sequence
from io import BytesIO, StringIO

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook
from werkzeug.test import TestResponse

from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.contacts import loading, uploads
from outreach.contacts.rows import ContactRow
from outreach.contacts.storing import Store
from outreach.wiring import Outreach
from outreach.worker import stages
from tests.inbox.attaching import OLD_OFFICE
from tests.web.conftest import SignedIn
from tests.web.forms import fill
from tests.web.reading import links, text
from tests.web.test_uploading import packed
from tests.web.world import csrf_token

FILE = "E-mail,Land,Name\nann@example.org,BR,Ann <b>\nbad,FR,\nbo@example.org,Atlantis,\n"


NO_AT = "An email address must have an @-sign."
NO_STATE = "is no member state, or could be more than one; write its name or ISO code"
BY_HTMX = {"HX-Request": "true"}


def upload(browser: FlaskClient, content: bytes, name: str = "ours.csv") -> TestResponse:
    """As a browser posts it; Werkzeug's own client leaves its temporary files open."""
    token = csrf_token(browser.get("/contacts/import").text).encode()
    head = b"--B\r\nContent-Disposition: form-data; name="
    body = head + b'"csrf_token"\r\n\r\n' + token + b"\r\n" + head
    body += f'"file"; filename="{name}"\r\n\r\n'.encode() + content + b"\r\n--B--\r\n"
    kind = "multipart/form-data; boundary=B"
    return browser.post("/contacts/import", data=body, content_type=kind)


def work(outreach: Outreach) -> None:
    stages.load_contacts(outreach, lambda: False)


def seen_on(page: str) -> str:
    return page.partition('name="seen" value="')[2].partition('"')[0]


def test_the_rows_with_errors_are_taken_away_mended_and_brought_in_again(
    organizer: FlaskClient, outreach: Outreach
) -> None:
    file = (
        "Outreach: what is wrong,Email,State,Name\n"
        ",ann@example.org,BR,Ann\n,bad,FR,=1+1\n,ann@example.org,Atlantis,Bo\n,ann@example.org,FR,Bo\n"
    )
    page = upload(organizer, file.encode()).headers["Location"]
    assert organizer.get(f"{page}/errors.csv").status_code == 409  # not looked at yet
    work(outreach)
    assert f"{page}/errors.csv" in links(organizer.get(page).text)
    with organizer.get(f"{page}/errors.csv") as answer:
        told = answer.data.decode("utf-8-sig")
    assert answer.headers["Content-Disposition"].endswith("filename=rows-with-errors.csv")
    rows = list(csv.reader(StringIO(told)))
    assert rows == [
        ["Outreach: what is wrong", "Email", "State", "Name"],
        [f"Row 3: Email: {NO_AT}", "bad", "FR", "'=1+1"],
        [f"Row 4: State: {NO_STATE}", "ann@example.org", "Atlantis", "Bo"],
        ["Row 5: Email: is the same address as in row 2", "ann@example.org", "FR", "Bo"],
    ]
    mended = told.replace("bad", "cy@example.org").replace(",Atlantis", ",FR")
    again = upload(organizer, mended.encode()).headers["Location"]
    work(outreach)
    assert "New 2 Changed 0 Unchanged 0 Rows with errors 1" in text(organizer.get(again).text)


def test_a_file_is_looked_at_put_right_and_stored(
    organizer: FlaskClient, outreach: Outreach
) -> None:
    page = upload(organizer, FILE.encode()).headers["Location"]
    waiting = organizer.get(page)
    assert f'hx-get="{page}" hx-trigger="every 2s"' in waiting.text
    assert page in links(waiting.text)  # without a script
    assert organizer.get(page, headers=BY_HTMX).text.startswith("<p><label")
    assert page in links(organizer.get("/contacts/import").text)  # for whoever closed it
    work(outreach)
    assert organizer.get(page, headers=BY_HTMX).headers["HX-Refresh"] == "true"
    assert "has no column for state" in organizer.get(page).text
    form = {"csrf_token": csrf_token(organizer.get(page).text)}
    organizer.post(f"{page}/columns", data={**form, "field": ["address", "state", "name"]})
    work(outreach)
    looked_at = organizer.get(page).text
    assert "New 1 Changed 0 Unchanged 0 Rows with errors 2" in text(looked_at)
    assert "3 E-mail An email address must have an @-sign." in text(looked_at)
    assert "4 Land is no member state" in text(looked_at)
    assert "Ann &lt;b&gt;" in looked_at
    form |= {"seen": seen_on(looked_at), "new_list": "geneva"}
    assert organizer.post(f"{page}/store", data=form).status_code == 409  # rows with errors
    organizer.post(f"{page}/store", data={**form, "skip_bad": "yes"})
    assert "0 of 1 row stored" in organizer.get(page).text
    work(outreach)
    done = organizer.get(page).text
    assert "New 1 Changed 0 Unchanged 0 Left out, with errors 2" in text(done)
    assert "/contacts?list=geneva" in links(done)
    assert "ann@example.org" in organizer.get("/contacts?list=geneva").text
    with outreach.database.reading() as session:
        acts = [entry.act for entry in audit.latest(session, limit=2)]
    assert acts == ["contacts imported", "import of contacts begun"]


def a_workbook(**more: bytes) -> bytes:
    made = BytesIO()
    Workbook().save(made)
    return made.getvalue() + packed(**more) if more else made.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (OLD_OFFICE, "old format"),
        (b"%PDF-1.7\0\0", "neither text nor a workbook"),
        (packed(word__document_xml=b"x"), "is no .xlsx workbook"),
        (packed(**{"xl__vbaProject_bin": b"x"}), "holds macros"),
        (packed(xl__workbook_xml=b"0" * 200_000_001), "too large when unpacked"),
        (b"PK\x03\x04 and no more", "damaged"),
    ],
    ids=["xls", "pdf", "docx", "macros", "bomb", "damaged"],
)
def test_a_file_of_another_kind_is_refused_at_once(
    organizer: FlaskClient, content: bytes, told: str
) -> None:
    answer = upload(organizer, content)
    assert answer.status_code == 400
    assert told in text(answer.text)
    assert "Files on their way in" not in organizer.get("/contacts/import").text


def test_a_file_that_is_too_large_is_refused(
    organizer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LARGEST", 10)
    answer = upload(organizer, FILE.encode())
    assert (answer.status_code, "larger than 10 bytes" in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (a_workbook(), "is empty"),
        ('E-mail,State\n"a,FR'.encode("utf-16"), "quotation mark"),
        (b"E-mail" + b",x" * 10_000, "more than 200 columns"),
    ],
    ids=["empty", "quotation", "columns"],
)
def test_a_file_that_cannot_be_read_says_why_and_goes(
    organizer: FlaskClient, outreach: Outreach, content: bytes, told: str
) -> None:
    page = upload(organizer, content).headers["Location"]
    work(outreach)
    answer = organizer.get(page)
    assert told in answer.text
    assert "Nothing of it was stored" in answer.text
    assert "hx-get" not in answer.text


def test_cells_in_one_column_are_told_and_formulas_stay_text(
    organizer: FlaskClient, outreach: Outreach
) -> None:
    page = upload(organizer, b"E-mail:State\nann@example.org:BR\n").headers["Location"]
    work(outreach)
    assert "all one column" in organizer.get(page).text
    formulas = b"E-mail|State|Name\nann@example.org|BR|=1+1\n"
    page = upload(organizer, formulas).headers["Location"]
    work(outreach)
    assert "=1+1" in organizer.get(page).text


def test_a_file_may_be_deleted_instead(organizer: FlaskClient, outreach: Outreach) -> None:
    page = upload(organizer, FILE.encode()).headers["Location"]
    work(outreach)
    assert "The file was deleted" in fill(organizer, page, f"{page}/discard").text
    assert organizer.get(page).status_code == 404


def test_an_organizer_who_waits_for_no_worker_is_told(
    organizer: FlaskClient, outreach: Outreach, signed_in: SignedIn
) -> None:
    page = upload(organizer, FILE.encode()).headers["Location"]
    assert "Nobody works on it" not in organizer.get(page).text
    with outreach.database.transaction() as session:
        kept = uploads.get(session, int(page.rpartition("/")[2]), to_change=True)
        kept.uploaded_at -= uploads.KEPT / 2
    assert "Nobody works on it" in organizer.get(page).text
    assert signed_in(Role.viewer).get(page).status_code == 403


def test_a_mistake_of_ours_can_be_gone_on_from(
    organizer: FlaskClient, outreach: Outreach, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = upload(organizer, b"E-mail,State\nann@example.org,BR\nbo@example.org,FR\n")
    at = page.headers["Location"]
    work(outreach)
    fill(organizer, at, f"{at}/store", seen=seen_on(organizer.get(at).text))
    monkeypatch.setattr(loading, "_PORTION", 1)
    with monkeypatch.context() as broken:
        broken.setattr(Store, "write", _twice(Store.write))
        work(outreach)
    work(outreach)  # which leaves it to a person
    told = text(organizer.get(at).text)
    assert "This file went no further" in told
    assert "New 1 Changed 0" in told
    assert "Storing the contacts" in fill(organizer, at, f"{at}/go-on").text
    assert fill(organizer, "/contacts/import", f"{at}/go-on").status_code == 409
    work(outreach)
    assert "The contacts are stored New 2" in text(organizer.get(at).text)


def _twice(write: Callable[..., None]) -> Callable[..., None]:
    """Looking through the file and the first portion go well."""
    calls = iter([write] * 2)

    def write_or_break(store: Store, rows: Sequence[ContactRow]) -> None:
        next(calls, lambda *_: 1 / 0)(store, rows)

    return write_or_break
