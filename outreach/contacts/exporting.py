"""Contacts as a CSV file that spreadsheets open and that imports take back unchanged."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from typing import TextIO

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

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
    """Write all contacts, or those of one list; the number written.

    ``out`` is a text file in UTF-8 opened with newline="". Erased contacts are left out.
    Raises NotFound for a list that there is not.
    """
    chosen: list[ColumnElement[bool]] = [col(Contact.erased_at).is_(None)]
    if list_slug:
        chosen.append(on_lists(session, [list_slug]))
    own = _own_columns(session, chosen)
    out.write("\ufeff")  # without it Excel takes UTF-8 for the local code page
    table = csv.writer(out)
    table.writerow([*(every[0] for every in HEADERS.values()), *own])
    count = 0
    for chunk in _chunks(session, chosen):
        table.writerows(_table_rows(session, chunk, own, states))
        count += len(chunk)
    return count


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
