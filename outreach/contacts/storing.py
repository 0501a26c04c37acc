"""Checked contacts into the database, a chunk at a time: what is new, changed or the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from outreach.bulk import among
from outreach.contacts.erasing import ErasedAddresses
from outreach.contacts.fields import DEFAULT_ORGANIZATION
from outreach.contacts.lists import add_to_list
from outreach.contacts.missions import Missions
from outreach.contacts.rows import ContactRow
from outreach.contacts.tables import Contact, Mission
from outreach.contacts.terms import terms_of
from outreach.contacts.upserting import upsert

_STORED = (
    "name",
    "given_name",
    "family_name",
    "title",
    "role",
    "salutation",
    "languages",
    "time_zone",
    "tags",
    "extra",
)
_BLANK: Mapping[str, Any] = {
    **dict.fromkeys(_STORED, ""),
    "languages": [],
    "tags": [],
    "extra": {},
    "organization": DEFAULT_ORGANIZATION,
}


@dataclass
class Stored:
    """How many contacts came new, were changed, or were the same already."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    erased_rows: tuple[int, ...] = ()  # rows left out because their contact asked to be erased
    merged_rows: tuple[int, ...] = ()  # rows left out because their contact was merged into another


@dataclass(frozen=True)
class Change:
    """What a row makes of a contact; ``before`` is None of a new one."""

    row: ContactRow
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def is_change(self) -> bool:
        return self.before != self.after


class Store:
    """Writes contacts; with ``dry_run`` it only counts."""

    def __init__(
        self,
        session: Session,
        erased: ErasedAddresses,
        *,
        list_slug: str | None,
        now: datetime,
        dry_run: bool,
    ) -> None:
        self._session = session
        self._erased = erased
        self._missions = Missions(session)
        self._list_slug = list_slug
        self._now = now
        self._dry_run = dry_run
        self.stored = Stored()

    def write(self, rows: Sequence[ContactRow]) -> None:
        changes = self.compare(self._without_gone(rows))
        self._count(changes)
        if not self._dry_run:
            self._upsert({each.row.address: each.after for each in changes if each.is_change})
            self._add_to_lists([each.row for each in changes])

    def compare(self, rows: Sequence[ContactRow]) -> list[Change]:
        """What each row would make of its contact."""
        there = self._contacts_there([row.address for row in rows])
        befores = [there.get(row.address) for row in rows]
        return [
            Change(row, before, self._merge(before, row))
            for row, before in zip(rows, befores, strict=True)
        ]

    def _without_gone(self, rows: Sequence[ContactRow]) -> list[ContactRow]:
        merged = self._merged_away([row.address for row in rows])
        erased_rows = [row.number for row in rows if row.address in self._erased]
        merged_rows = [row.number for row in rows if row.address in merged]
        self.stored.erased_rows += tuple(erased_rows)
        self.stored.merged_rows += tuple(merged_rows)
        left_out = {*erased_rows, *merged_rows}
        return [row for row in rows if row.number not in left_out]

    def _merged_away(self, addresses: Sequence[str]) -> set[str]:
        theirs = among(self._session, col(Contact.address), addresses)
        query = select(col(Contact.address)).where(theirs, col(Contact.merged_into).is_not(None))
        return set(self._session.execute(query).scalars())

    def _contacts_there(self, addresses: Sequence[str]) -> dict[str, dict[str, Any]]:
        columns = [getattr(Contact, name) for name in _STORED]
        query = (
            select(col(Contact.address), col(Mission.state), col(Mission.organization), *columns)
            .join(Mission, col(Contact.mission_id) == col(Mission.id))
            .where(col(Contact.address).in_(addresses))
        )
        names = ("state", "organization", *_STORED)
        found = self._session.connection().execute(query)
        return {address: dict(zip(names, values, strict=True)) for address, *values in found}

    def _merge(self, before: Mapping[str, Any] | None, row: ContactRow) -> dict[str, Any]:
        """A file changes the fields it has columns for, and leaves the others as they are."""
        given = {name: value for name, value in row.values.items() if name != "lists"}
        after = {**(before or _BLANK), **given}
        own = {**(before or _BLANK)["extra"], **given["extra"]}
        after["extra"] = {name: value for name, value in own.items() if value}
        after["organization"] = self._missions.spelling(after["state"], after["organization"])
        return after

    def _count(self, changes: Sequence[Change]) -> None:
        added = sum(each.is_new for each in changes)
        changed = sum(each.is_change for each in changes)
        self.stored.added += added
        self.stored.updated += changed - added
        self.stored.unchanged += len(changes) - changed

    def _upsert(self, contacts: Mapping[str, Mapping[str, Any]]) -> None:
        self._missions.make((c["state"], c["organization"]) for c in contacts.values())
        rows = [
            {name: contact[name] for name in _STORED}
            | {
                "address": address,
                "mission_id": self._missions.id(contact["state"], contact["organization"]),
                "created_at": self._now,
                "updated_at": self._now,
                "terms": terms_of({**contact, "address": address}),
            }
            for address, contact in contacts.items()
        ]
        upsert(self._session, Contact, rows, by="address", keep=["created_at"])

    def _add_to_lists(self, rows: Sequence[ContactRow]) -> None:
        members: dict[str, list[str]] = {}
        for row in rows:
            named = row.values.get("lists", [])
            for slug in (*named, *([self._list_slug] if self._list_slug else [])):
                members.setdefault(slug, []).append(row.address)
        for slug, addresses in members.items():
            add_to_list(self._session, slug, addresses)
