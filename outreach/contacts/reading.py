"""Rows out of files as organizers have them: CSV of several dialects and encodings, and .xlsx."""

import codecs
import csv
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from outreach.errors import InvalidInput
from outreach.texts import gettext as _
from outreach.texts import mark

Row = tuple[int, list[str]]

_DELIMITERS = ",;\t|"
_XLSX = b"PK\x03\x04"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NO_TEXT = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_FEW = 20  # one byte of so many may be zero in a text
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_TEXT_SAMPLE = 4_096
_BLOCK = 1 << 20
_HEADER_SAMPLE = 20_000
_LARGEST_UNPACKED = 200_000_000  # bytes; 100,000 contacts take a tenth of it
_MOST_COLUMNS = 200
_TOO_WIDE = mark("%(file)s has more than %(most)s columns.")
_TOO_LONG = mark(
    "%(file)s, row %(row)s: a field is far too long; perhaps a quotation mark is not closed."
)
_NOT_CLOSED = mark(
    "%(file)s, row %(row)s: a quotation mark is not closed, or text follows a closed one."
)
_DAMAGED = mark("%(file)s is damaged, or is no .xlsx workbook.")


def read_rows(path: Path) -> Iterator[Row]:
    """Rows with the numbers that a spreadsheet shows, the header first; blank rows are left out.

    The file is read as it is asked for, never whole. Raises InvalidInput naming the row.
    """
    try:
        rows = (row for row in _any_rows(path) if any(cell.strip() for cell in row[1]))
        for place, row in enumerate(rows):
            if not place and len(row[1]) > _MOST_COLUMNS:
                raise InvalidInput(_(_TOO_WIDE, file=path.name, most=_MOST_COLUMNS))
            yield row
    except UnicodeDecodeError:
        raise InvalidInput(
            _(
                "%(file)s is no text in UTF-8, UTF-16 or Windows-1252. "
                "Save it as CSV in UTF-8, or as .xlsx.",
                file=path.name,
            )
        ) from None
    except OSError as error:
        why = error.strerror or error
        raise InvalidInput(_("%(file)s cannot be read: %(why)s.", file=path, why=why)) from None


def require_table(path: Path) -> None:
    """Raises InvalidInput for what by its first bytes, or by its parts, can be no such file."""
    _is_workbook(path)


def _any_rows(path: Path) -> Iterator[Row]:
    return _padded(_xlsx_rows(path)) if _is_workbook(path) else _csv_rows(path)


def _is_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(_TEXT_SAMPLE)
    if start.startswith(_OLD_EXCEL):
        raise InvalidInput(
            _(
                "%(file)s is in Excel's old format, or has a password: save it as .xlsx or CSV, "
                "without one.",
                file=path.name,
            )
        )
    if start.startswith(_XLSX):
        _check_parts(path)
        return True
    if start.startswith(_NO_TEXT) or _is_binary(start):
        raise InvalidInput(
            _(
                "%(file)s is neither text nor a workbook. Save it as CSV in UTF-8, or as .xlsx.",
                file=path.name,
            )
        )
    return False


def _is_binary(start: bytes) -> bool:
    """One such byte may have strayed into a cell: then that row is named."""
    return start.count(0) > len(start) // _FEW and not start.startswith(_UTF16)


def _csv_rows(path: Path) -> Iterator[Row]:
    encoding = _encoding(path)
    delimiter = _delimiter(path, encoding)
    with path.open(encoding=encoding, newline="") as lines:
        # Strict, or a quotation mark that is never closed would swallow the rows after it.
        reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
        number = 0
        try:
            for number, cells in enumerate(reader, start=1):
                yield number, cells
        except csv.Error as error:
            raise InvalidInput(_explain(error, path.name, number + 1)) from None


def _explain(error: csv.Error, file: str, row: int) -> str:
    said = _TOO_LONG if "field limit" in str(error) else _NOT_CLOSED
    return _(said, file=file, row=row)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(_UTF16):
        return "utf-16"
    return "utf-8-sig" if _is_utf8(path) else "cp1252"


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(path: Path, encoding: str) -> str:
    """The one that cuts the header into most cells."""
    with path.open(encoding=encoding, newline="") as lines:
        header = next((line for line in lines if line.strip()), "")[:_HEADER_SAMPLE]

    def cells(delimiter: str) -> int:
        return len(next(csv.reader([header], delimiter=delimiter), []))

    return max(_DELIMITERS, key=cells)


def _xlsx_rows(path: Path) -> Iterator[Row]:
    try:
        with path.open("rb") as file, closing(_workbook(file)) as workbook:
            sheet = workbook.worksheets[0]
            sheet.reset_dimensions()  # what programs write there is often wrong
            for number, cells in enumerate(
                sheet.iter_rows(values_only=True, max_col=_MOST_COLUMNS + 1), start=1
            ):
                values = [_text(cell) for cell in cells]
                yield number, values[: _width(values)]
    except OSError:
        raise
    except Exception:  # openpyxl lets through whatever a damaged part makes it raise
        raise InvalidInput(_(_DAMAGED, file=path.name)) from None


def _check_parts(path: Path) -> None:
    """A small workbook can unpack to more than the machine holds."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = {part.filename: part.file_size for part in packed.infolist()}
    except zipfile.BadZipFile:
        raise InvalidInput(_(_DAMAGED, file=path.name)) from None
    if "xl/vbaProject.bin" in parts:
        raise InvalidInput(
            _("%(file)s holds macros: save it as .xlsx, which holds none.", file=path.name)
        )
    if "xl/workbook.xml" not in parts:
        raise InvalidInput(
            _("%(file)s is no .xlsx workbook: save it as one, or as CSV.", file=path.name)
        )
    if sum(parts.values()) > _LARGEST_UNPACKED:
        raise InvalidInput(
            _("%(file)s is too large when unpacked; save it as CSV.", file=path.name)
        )


def _workbook(file: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and validations, which are not read
        return load_workbook(file, read_only=True, data_only=True, keep_links=False)


def _text(cell: object) -> str:
    """A cell's value as it would stand in a CSV file."""
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).upper()
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime() | date() | time():
            return cell.isoformat()
    return str(cell)


def _padded(rows: Iterable[Row]) -> Iterator[Row]:
    """A workbook leaves out empty cells at the end of a row: all rows get the header's width."""
    width = 0
    for number, cells in rows:
        width = width or _width(cells)
        yield number, cells[:width] + [""] * (width - len(cells)) + cells[width:]


def _width(cells: list[str]) -> int:
    return max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0)
