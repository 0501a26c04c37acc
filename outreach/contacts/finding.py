"""Which contacts are meant by a search and filters, as conditions that an index answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact, ListMembership, Mission
from outreach.contacts.terms import found_by, mark, seek
from outreach.delivery.tables import Suppression


class Mail(StrEnum):
    """Whether mail may go to a contact's address."""

    may_go = "may_go"
    stopped = "stopped"


@dataclass(frozen=True)
class Wanted:
    """What to look for; empty fields ask for everything. ``language`` may be NO_LANGUAGE."""

    text: str = ""
    state: str = ""
    role: str = ""
    tag: str = ""
    language: str | None = None
    list_id: int | None = None
    mail: Mail | None = None

    @property
    def is_empty(self) -> bool:
        return self == Wanted()


Conditions = Sequence[ColumnElement[bool]]


def is_there() -> ColumnElement[bool]:
    """Not erased, and not merged into another."""
    return and_(col(Contact.erased_at).is_(None), col(Contact.merged_into).is_(None))


def conditions(session: Session, wanted: Wanted, states: MemberStates) -> list[ColumnElement[bool]]:
    """For a query about contacts; what a text means beyond its words, ``states`` say."""
    sought = seek(wanted.text, states, _marks(wanted))
    found = [is_there()]
    if not sought.is_empty:
        found.append(found_by(session, sought))
    if wanted.list_id is not None:
        found.append(_is_on(wanted.list_id))
    if wanted.mail is not None:
        stopped = col(Contact.address).in_(select(col(Suppression.address)))
        found.append(stopped if wanted.mail is Mail.stopped else ~stopped)
    return found


def page(
    session: Session, wanted: Wanted, states: MemberStates, *, after: int, rows: int
) -> Sequence[tuple[Contact, Mission]]:
    """In the order in which they came in, from the one after the id ``after``."""
    query = (
        select_rows(Contact, Mission)
        .join(Mission)
        .where(*conditions(session, wanted, states), col(Contact.id) > after)
        .order_by(col(Contact.id))
        .limit(rows)
    )
    return session.exec(query).all()


def count_up_to(session: Session, those: Conditions, most: int) -> int:
    """How many there are, or one more than ``most``."""
    some = select(col(Contact.id)).where(*those).limit(most + 1).subquery()
    count: int = session.execute(select(func.count()).select_from(some)).scalar_one()
    return count


def _marks(wanted: Wanted) -> list[str]:
    kinds = {"state": wanted.state, "role": wanted.role, "tag": wanted.tag}
    marks = [mark(kind, value) for kind, value in kinds.items() if value]
    return marks if wanted.language is None else [*marks, mark("language", wanted.language)]


def _is_on(list_id: int) -> ColumnElement[bool]:
    members = select(col(ListMembership.contact_id)).where(col(ListMembership.list_id) == list_id)
    return col(Contact.id).in_(members)
