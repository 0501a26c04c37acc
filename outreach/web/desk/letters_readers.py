"""Whom a page of a letter is shown for: chosen among contacts, or a made-up mailbox of a state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.core import get_global
from sqlmodel import Session, select

from outreach.campaigns.previewing import Reader, made_up_contact, stored_contact
from outreach.campaigns.proofreading import MOST_READERS
from outreach.contacts import finding
from outreach.contacts.finding import Wanted
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import ContactList
from outreach.letters.languages import base
from outreach.texts import gettext as _
from outreach.web.presentation import state_name

MOST_OFFERED = 40
_LONGEST = 200
_ANYWHERE = "CH"


@dataclass(frozen=True)
class Asked:
    """What a reader was looked for by, as typed: words, a list, and the one that was chosen.

    ``to`` is the number of a contact, the code of a state, or empty.
    """

    who: str = ""
    on: str = ""
    to: str = ""

    @property
    def given(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class Choice:
    to: str
    label: str


def read_asked(values: Mapping[str, str]) -> Asked:
    return Asked(*(values.get(name, "").strip()[:_LONGEST] for name in ("who", "on", "to")))


def found(session: Session, asked: Asked, states: MemberStates) -> list[Reader]:
    """The first contacts of the search, as many as are tried while somebody waits."""
    listed = select(ContactList.id).where(ContactList.slug == asked.on)
    wanted = Wanted(text=asked.who, list_id=session.exec(listed).first() if asked.on else None)
    rows = finding.page(session, wanted, states, after=0, rows=MOST_READERS)
    return [Reader(*row) for row in rows]


def chosen(
    session: Session,
    asked: Asked,
    readers: Sequence[Reader],
    language: str,
    states: MemberStates,
    now: datetime,
) -> Reader:
    """Who was asked for; else the first who would get it; else a mailbox of a fitting state."""
    if asked.to.isdecimal() and len(asked.to) < 10:
        return stored_contact(session, int(asked.to))
    if asked.to in states:
        return made_up_contact(asked.to, states, now)
    return readers[0] if readers else made_up_contact(home_of(language, states), states, now)


def choices(
    readers: Sequence[Reader], one: Reader, language: str, states: MemberStates
) -> list[Choice]:
    offered = [_choice(reader) for reader in readers[:MOST_OFFERED]]
    made_up = home_of(language, states)
    last = Choice(made_up, _("A made-up mailbox of %(state)s", state=state_name(made_up)))
    mine = _choice(one)
    return list({each.to: each for each in (*offered, mine, last)}.values())


def home_of(language: str, states: MemberStates) -> str:
    """The state where most read it, as far as that is a member."""
    likely = get_global("likely_subtags").get(base(language), "").rpartition("_")[2]
    return likely if likely in states else _ANYWHERE


def value_of(reader: Reader) -> str:
    """As ``Asked.to`` has it."""
    return str(reader.contact.id) if reader.contact.id else reader.mission.state


def _choice(reader: Reader) -> Choice:
    country = state_name(reader.mission.state)
    if reader.contact.id is None:
        return Choice(value_of(reader), _("A made-up mailbox of %(state)s", state=country))
    return Choice(value_of(reader), f"{reader.contact.name or reader.contact.address}, {country}")
