"""Rows out of files in the dialects and encodings that organizers have."""

import codecs
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from outreach.contacts.reading import read_rows
from outreach.errors import InvalidInput

ROWS = [["E-mail", "State", "Name"], ["a@example.org", "Côte d'Ivoire", "José, Zoë"]]


def csv_text(delimiter: str) -> str:
    return "".join(delimiter.join(f'"{cell}"' for cell in row) + "\r\n" for row in ROWS)


def a_workbook(path: Path, *rows: list[object]) -> Path:
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    workbook.save(path)
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
def test_delimiters_and_encodings_are_told(tmp_path: Path, delimiter: str, encoding: str) -> None:
    mark = codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b""
    path = tmp_path / "contacts.csv"
    path.write_bytes(mark + csv_text(delimiter).encode(encoding))
    assert list(read_rows(path)) == [(1, ROWS[0]), (2, ROWS[1])]


def test_a_header_with_commas_inside_is_still_cut_at_semicolons(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text('E-mail;"State, country";Name\na@example.org;FR;"A, B"\n', encoding="utf-8")
    assert [cells for _, cells in read_rows(path)] == [
        ["E-mail", "State, country", "Name"],
        ["a@example.org", "FR", "A, B"],
    ]


def test_row_numbers_are_those_of_the_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text('E-mail,Note\n\na,"two\nlines"\n,\nb,x\n', encoding="utf-8")
    assert [number for number, _ in read_rows(path)] == [1, 3, 5]


def test_a_workbook_reads_like_the_same_csv(tmp_path: Path) -> None:
    path = a_workbook(
        tmp_path / "contacts.xlsx",
        ["E-mail", "Table", "Share", "Since", "Met", "Vip", "Note", None],
        ["a@example.org", 7, 0.5, datetime(2026, 1, 2), datetime(2026, 1, 2, 9, 30), True],  # noqa: DTZ001
        [],
        ["b@example.org", 7.0, None, date(2026, 1, 2)],
    )
    assert list(read_rows(path)) == [
        (1, ["E-mail", "Table", "Share", "Since", "Met", "Vip", "Note"]),
        (2, ["a@example.org", "7", "0.5", "2026-01-02", "2026-01-02T09:30:00", "TRUE", ""]),
        (4, ["b@example.org", "7", "", "2026-01-02", "", "", ""]),
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'a,b\n"open,1\n2,3\n', "row 2: a quotation mark is not closed"),
        (b'a,b\n"x"y,1\n', "row 2: a quotation mark is not closed, or text follows"),
        (b"a,b\n1,2\n3," + b"x" * 1_000_000 + b"\n", "row 3: a field is far too long"),
        (b"a,b\n\x81,2\n", "no text in UTF-8, UTF-16 or Windows-1252"),
        (b"\xff\xfea\x00\n", "no text in UTF-8"),
        (b"PK\x03\x04 and then nothing", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old format"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "contacts.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=problem):
        list(read_rows(path))


def test_a_truncated_workbook_is_an_error_and_no_half_of_it(tmp_path: Path) -> None:
    whole = a_workbook(tmp_path / "whole.xlsx", *([f"{n}@example.org", "FR"] for n in range(500)))
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(whole.read_bytes()[:-400])
    with pytest.raises(InvalidInput, match="damaged"):
        list(read_rows(cut))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"nothing\.csv cannot be read: No such file"):
        list(read_rows(tmp_path / "nothing.csv"))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        list(read_rows(tmp_path))


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_bytes(b"")
    assert list(read_rows(path)) == []
