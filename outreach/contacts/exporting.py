"""Contacts as a file that spreadsheets open and that imports take back unchanged."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from io import TextIOWrapper
from typing import BinaryIO, TextIO

from openpyxl import Workbook
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from outreach.contacts.finding import is_there
from outreach.contacts.formulas import defuse
from outreach.contacts.headers import HEADERS
from outreach.contacts.lists import on_lists
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact, ContactList, ListMembership, Mission

_CHUNK = 1_000
_BETWEEN = "; "


def export_contacts(
    session: Session, out: TextIO, states: MemberStates, list_slug: str | None = None
) -> int:
    """Write all contacts, or those of one list, as CSV; the number written.

    ``out`` is a text file in UTF-8 opened with newline="". Raises NotFound for a list that there
    is not.
    """
    chosen = [is_there(), *([on_lists(session, [list_slug])] if list_slug else [])]
    return write_csv(table_rows(session, chosen, states), out)


def write_csv(rows: Iterable[Sequence[str]], out: TextIO) -> int:
    """The number of rows below the header."""
    out.write("\ufeff")  # without it Excel takes UTF-8 for the local code page
    table = csv.writer(out)
    written = -1  # the header is no contact
    for row in rows:
        table.writerow(row)
        written += 1
    return written


def write_xlsx(rows: Iterable[Sequence[str]], out: BinaryIO) -> int:
    """The number of rows below the header."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Contacts")
    written = -1  # the header is no contact
    for row in rows:
        sheet.append(row)
        written += 1
    book.save(out)
    return written


def write_bytes_of_csv(rows: Iterable[Sequence[str]], out: BinaryIO) -> int:
    """As ``write_csv``; ``out`` stays open."""
    text = TextIOWrapper(out, encoding="utf-8", newline="")
    try:
        return write_csv(rows, text)
    finally:
        text.detach()


WRITERS: Mapping[str, Callable[[Iterable[Sequence[str]], BinaryIO], int]] = {
    "csv": write_bytes_of_csv,
    "xlsx": write_xlsx,
}


def table_rows(
    session: Session, chosen: Sequence[ColumnElement[bool]], states: MemberStates
) -> Iterator[list[str]]:
    """The header, then a row for each contact of which the conditions hold, safe to open."""
    own = _own_columns(session, chosen)
    yield [*(every[0] for every in HEADERS.values()), *own]
    for chunk in _chunks(session, chosen):
        yield from _table_rows(session, chunk, own, states)


def _own_columns(session: Session, chosen: Sequence[ColumnElement[bool]]) -> list[str]:
    query = select(Contact.extra).where(*chosen).execution_options(yield_per=_CHUNK)
    return sorted({name for extra in session.exec(query) for name in extra})


def _chunks(
    session: Session, chosen: Sequence[ColumnElement[bool]]
) -> Iterator[list[tuple[Contact, Mission]]]:
    last = 0
    query = select(Contact, Mission).join(Mission).where(*chosen).order_by(col(Contact.id))
    while chunk := session.exec(query.where(col(Contact.id) > last).limit(_CHUNK)).all():
        yield list(chunk)
        last = chunk[-1][0].id or 0


def _table_rows(
    session: Session,
    chunk: Sequence[tuple[Contact, Mission]],
    own: Sequence[str],
    states: MemberStates,
) -> Iterator[list[str]]:
    lists = _lists_of(session, [contact.id for contact, _ in chunk])
    for contact, mission in chunk:
        values = contact.model_dump() | {
            "state": _state(mission.state, states),
            "organization": mission.organization,
            "languages": _BETWEEN.join(contact.languages),
            "tags": _BETWEEN.join(contact.tags),
            "lists": _BETWEEN.join(lists.get(contact.id, [])),
        }
        cells = [*(values[name] for name in HEADERS), *(contact.extra.get(n, "") for n in own)]
        yield [defuse(cell) for cell in cells]


def _lists_of(session: Session, ids: Sequence[int | None]) -> Mapping[int | None, list[str]]:
    query = (
        select(ListMembership.contact_id, ContactList.slug)
        .join(ContactList)
        .where(col(ListMembership.contact_id).in_(ids))
        .order_by(ContactList.slug)
    )
    found: dict[int | None, list[str]] = {}
    for contact_id, slug in session.exec(query):
        found.setdefault(contact_id, []).append(slug)
    return found


def _state(code: str, states: MemberStates) -> str:
    """The name, where it leads back to the state in the file of states that is in use."""
    name = states.name(code)
    return name if states.find(name) == code else code
