"""One contact by hand: made or changed by the same rules as a row of a file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from outreach.contacts.columns import OWN, Columns
from outreach.contacts.erasing import ErasedAddresses
from outreach.contacts.finding import is_there
from outreach.contacts.missions import Missions
from outreach.contacts.rows import ContactRow, Problem, RowReader
from outreach.contacts.states import MemberStates
from outreach.contacts.stopping import carry_over
from outreach.contacts.tables import Contact, Mission
from outreach.contacts.terms import terms_of
from outreach.errors import InvalidInput, NotAllowed, NotFound
from outreach.texts import gettext as _
from outreach.tokens import Tokens

FIELDS = (
    "address", "state", "organization", "role", "title", "given_name", "family_name", "name",
    "salutation", "languages", "time_zone", "tags",
)  # fmt: skip
_SEVERAL = ("languages", "tags")


class Refused(InvalidInput):
    """A form that cannot be used; ``reasons`` say why, by field."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__(_("Some of this cannot be used."))
        self.reasons = reasons


class ChangedMeanwhile(NotAllowed):
    """Somebody else was quicker."""

    def __init__(self) -> None:
        super().__init__(_("Somebody changed this contact after you opened it: look at it anew."))


def get(session: Session, number: int, *, to_change: bool = False) -> tuple[Contact, Mission]:
    """Raises NotFound also for a contact that was erased or merged into another.

    ``to_change``: whoever else wants to change it waits until the transaction ends.
    """
    query = select(Contact, Mission).join(Mission).where(Contact.id == number, is_there())
    lock = query.with_for_update(of=col(Contact.id)) if to_change else query
    found = session.exec(lock.execution_options(populate_existing=to_change)).first()
    if found is None:
        raise NotFound(_("There is no such contact any more. Look for it among all contacts."))
    return found


def merged_into(session: Session, number: int) -> int | None:
    """The contact that took the place of this one."""
    query = select(Contact.merged_into).where(
        Contact.id == number, col(Contact.erased_at).is_(None)
    )
    return session.exec(query).first()


def as_typed(contact: Contact, mission: Mission) -> dict[str, str]:
    """The contact as a form shows it, its own columns as ``own.<name>``."""
    values: dict[str, Any] = {**contact.model_dump(), **mission.model_dump(exclude={"id"})}
    typed = {
        field: "; ".join(values[field]) if field in _SEVERAL else values[field] for field in FIELDS
    }
    return typed | {OWN + name: value for name, value in contact.extra.items()}


def make(
    session: Session,
    typed: Mapping[str, str],
    states: MemberStates,
    *,
    tokens: Tokens,
    now: datetime,
) -> Contact:
    """Raises Refused."""
    row = _read(typed, states)
    _require_free(session, row.address, tokens)
    contact = Contact(mission_id=0, address=row.address, created_at=now, updated_at=now)
    _fill(session, contact, row)
    return contact


def change(
    session: Session,
    number: int,
    typed: Mapping[str, str],
    states: MemberStates,
    *,
    tokens: Tokens,
    seen: str,
    now: datetime,
) -> list[str]:
    """The names of the fields that changed. ``seen`` is ``version`` as the form was made with.

    Whoever opted out has not opted in by a new address: what stops the old one stops the new one.
    Raises Refused and ChangedMeanwhile.
    """
    contact, mission = get(session, number, to_change=True)
    if seen != version(contact):
        raise ChangedMeanwhile
    row = _read(typed, states)
    if row.address != contact.address:
        _require_free(session, row.address, tokens)
        carry_over(session, contact.address, row.address, now=now)
    before = as_typed(contact, mission)
    contact.address = row.address
    _fill(session, contact, row)
    after = as_typed(contact, session.get_one(Mission, contact.mission_id))
    changed = [field for field in {**before, **after} if before.get(field) != after.get(field)]
    if changed:
        contact.updated_at = now
    return changed


def version(contact: Contact) -> str:
    return contact.updated_at.isoformat()


def describe(contact: Contact, mission: Mission) -> dict[str, Any]:
    """All that ``terms_of`` reads."""
    return {**contact.model_dump(), "state": mission.state, "organization": mission.organization}


def _read(typed: Mapping[str, str], states: MemberStates) -> ContactRow:
    fields = [field for field in typed if field in FIELDS or field.startswith(OWN)]
    reader = RowReader(Columns(tuple(fields), tuple(fields)), states)
    row = reader.read(0, [typed[field] for field in fields])
    if isinstance(row, ContactRow):
        return row
    raise Refused(_by_field(row))


def _by_field(problems: Sequence[Problem]) -> dict[str, str]:
    return {problem.field: problem.reason for problem in problems}


def _require_free(session: Session, address: str, tokens: Tokens) -> None:
    found = session.exec(select(Contact).where(col(Contact.address) == address)).first()
    if found and found.merged_into:
        raise Refused({"address": _("is another address of a contact that is there already")})
    if found:
        raise Refused({"address": _("is the address of another contact")})
    if address in ErasedAddresses(session, tokens):
        raise Refused({"address": _("belongs to a person who asked to be erased")})


def _fill(session: Session, contact: Contact, row: ContactRow) -> None:
    """Into the mission that goes by that name, whatever its case; else into a new one."""
    values = dict(row.values)
    state = values.pop("state")
    missions = Missions(session, state)
    organization = missions.spelling(state, values.pop("organization"))
    missions.make([(state, organization)])
    own = {name: value for name, value in values.pop("extra").items() if value}
    contact.mission_id = missions.id(state, organization)
    contact.sqlmodel_update({**values, "extra": own})
    contact.terms = terms_of(describe(contact, session.get_one(Mission, contact.mission_id)))
    session.add(contact)
    session.flush()
