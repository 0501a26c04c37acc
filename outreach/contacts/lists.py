"""Contact lists: who is on them."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, delete, func, literal
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from outreach.contacts.fields import read_slug
from outreach.contacts.tables import Contact, ContactList, ListMembership, Mission
from outreach.contacts.upserting import insert_new, insert_new_from
from outreach.db import insert_once
from outreach.errors import InvalidInput, NotAllowed, NotFound
from outreach.texts import gettext as _
from outreach.texts import mark

COUNTED = 10_000  # members; more are not counted while somebody waits for a page
_TAKEN = mark("There is a list %(name)s already.")


def names(session: Session) -> list[str]:
    return list(session.exec(select(ContactList.slug).order_by(ContactList.slug)))


def contacts_on(session: Session, slugs: Sequence[str]) -> list[tuple[Contact, Mission]]:
    """The contacts on any of the lists, each once, by state; raises NotFound."""
    query = (
        select(Contact, Mission)
        .join(Mission)
        .where(on_lists(session, slugs))
        .order_by(Mission.state, col(Contact.id))
    )
    return list(session.exec(query))


def on_lists(session: Session, slugs: Sequence[str]) -> ColumnElement[bool]:
    """The condition that a contact is on any of the lists; raises NotFound."""
    theirs = col(ListMembership.list_id).in_(_list_ids(session, slugs))
    return col(Contact.id).in_(select(ListMembership.contact_id).where(theirs))


def add_to_list(session: Session, slug: str, addresses: Sequence[str]) -> None:
    """Put contacts, by canonical address, on a list; a list that there is not is made."""
    insert_new(session, ContactList, [{"slug": slug}])
    found = select(ContactList.id).where(ContactList.slug == slug)
    list_id = session.exec(found).one()
    contacts = select(literal(list_id), col(Contact.id)).where(col(Contact.address).in_(addresses))
    insert_new_from(session, ListMembership, ["list_id", "contact_id"], contacts)


def every(session: Session) -> Sequence[ContactList]:
    return session.exec(select(ContactList).order_by(ContactList.slug)).all()


def get(session: Session, number: int) -> ContactList:
    found = session.get(ContactList, number)
    if found is None:
        raise NotFound(_("There is no such list any more."))
    return found


def count(session: Session, number: int | None) -> int:
    """How many are on a list, or one more than COUNTED."""
    members = select_columns(col(ListMembership.contact_id)).where(
        col(ListMembership.list_id) == number
    )
    some = members.limit(COUNTED + 1).subquery()
    found: int = session.execute(select_columns(func.count()).select_from(some)).scalar_one()
    return found


def lists_of(session: Session, ids: Iterable[int | None]) -> Mapping[int, list[ContactList]]:
    """The lists that contacts are on, by contact."""
    query = (
        select(ListMembership.contact_id, ContactList)
        .join(ContactList)
        .where(col(ListMembership.contact_id).in_([each for each in ids if each]))
        .order_by(ContactList.slug)
    )
    found: dict[int, list[ContactList]] = {}
    for contact_id, on in session.exec(query):
        found.setdefault(contact_id, []).append(on)
    return found


def make(session: Session, slug: str) -> ContactList:
    """Raises InvalidInput, also where there is one of that name."""
    made = ContactList(slug=_read_name(slug))
    made.id = insert_once(session, made)
    if made.id is None:
        raise InvalidInput(_(_TAKEN, name=made.slug))
    return made


def rename(session: Session, number: int, slug: str) -> ContactList:
    """Raises InvalidInput, also where there is one of that name."""
    found, name = get(session, number), _read_name(slug)
    taken = session.exec(select(ContactList).where(ContactList.slug == name)).first()
    if taken and taken.id != found.id:
        raise InvalidInput(_(_TAKEN, name=name))
    found.slug = name
    session.add(found)
    session.flush()
    return found


def delete_empty(session: Session, number: int) -> None:
    """Raises NotAllowed where somebody is on it."""
    found = get(session, number)
    if count(session, number):
        raise NotAllowed(_("Somebody is on this list: take all off it first."))
    session.delete(found)
    session.flush()


def put_on(session: Session, number: int, those: Sequence[ColumnElement[bool]]) -> None:
    """All contacts of which these conditions hold; who is on the list stays there once."""
    get(session, number)
    contacts = select_columns(literal(number), col(Contact.id)).where(*those)
    insert_new_from(session, ListMembership, ["list_id", "contact_id"], contacts)


def take_off(session: Session, number: int, contact_id: int) -> None:
    session.execute(
        delete(ListMembership).where(
            col(ListMembership.list_id) == number, col(ListMembership.contact_id) == contact_id
        )
    )


def _read_name(slug: str) -> str:
    try:
        return read_slug(slug.strip())
    except InvalidInput as wrong:
        told = {"name": slug.strip()[:80], "wrong": wrong}
        raise InvalidInput(_('"%(name)s" %(wrong)s.', **told)) from None


def _list_ids(session: Session, slugs: Sequence[str]) -> list[int]:
    query = select(ContactList.slug, ContactList.id).where(col(ContactList.slug).in_(slugs))
    found = dict(session.exec(query).all())
    missing = [slug for slug in slugs if slug not in found]
    if missing:
        there = ", ".join(names(session)) or _("none yet")
        lacking = ", ".join(missing)
        raise NotFound(
            _("There is no contact list %(these)s. Lists: %(lists)s.", these=lacking, lists=there)
        )
    return [number for number in found.values() if number is not None]
