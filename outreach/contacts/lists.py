"""Contact lists: who is on them."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, literal
from sqlmodel import Session, col, select

from outreach.contacts.tables import Contact, ContactList, ListMembership, Mission
from outreach.contacts.upserting import insert_new, insert_new_from
from outreach.errors import NotFound


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


def _list_ids(session: Session, slugs: Sequence[str]) -> list[int]:
    query = select(ContactList.slug, ContactList.id).where(col(ContactList.slug).in_(slugs))
    found = dict(session.exec(query).all())
    missing = [slug for slug in slugs if slug not in found]
    if missing:
        there = ", ".join(names(session)) or "none yet"
        raise NotFound(f"There is no contact list {', '.join(missing)}. Lists: {there}.")
    return [number for number in found.values() if number is not None]
