"""Addresses that nothing is sent to, as organizers see and change them at the desk."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from outreach.contacts.finding import is_there
from outreach.contacts.tables import Contact
from outreach.delivery.addresses import canonical
from outreach.delivery.suppression import suppress, suppressed, unsuppress
from outreach.delivery.tables import Suppression, SuppressionReason
from outreach.errors import InvalidInput, NotAllowed, NotFound
from outreach.texts import gettext as _
from outreach.texts import mark

LONGEST_NOTE = 500

# Why the desk does not let mail go there again; what is not here may be lifted.
HELD: Mapping[SuppressionReason, str] = {
    SuppressionReason.unsubscribed: mark("The recipient opted out. Only they can take that back."),
    SuppressionReason.complained: mark("The recipient complained. Only they can take that back."),
    SuppressionReason.bounced: mark(
        "Mail came back from there for good: correct the contact's address. "
        "If the returned mail was misread, say so where it stands in the inbox."
    ),
}
# What stops a person, and not only the mailbox.
_OF_THE_PERSON = frozenset(SuppressionReason) - {SuppressionReason.bounced}


def page(
    session: Session, *, address: str, before: int | None, rows: int
) -> Sequence[tuple[Suppression, Contact | None]]:
    """The latest first, each with the contact of that address; with ``address`` only that one."""
    same = (col(Contact.address) == col(Suppression.address)) & is_there()
    query = (
        select(Suppression, Contact)
        .join(Contact, same, isouter=True)
        .order_by(col(Suppression.id).desc())
        .limit(rows)
    )
    if address:
        query = query.where(col(Suppression.address) == address)
    if before:
        query = query.where(col(Suppression.id) < before)
    return session.exec(query).all()


def stop(session: Session, address: str, note: str, now: datetime) -> Suppression | None:
    """By hand; None where nothing was going there already. Raises InvalidInput."""
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(_("The note is longer than %(most)s letters.", most=LONGEST_NOTE))
    by_hand = SuppressionReason.by_hand
    if not suppress(session, address, by_hand, now=now, detail=" ".join(note.split())):
        return None
    return session.exec(select(Suppression).where(Suppression.address == canonical(address))).one()


def lift(session: Session, number: int) -> None:
    """Let mail go there again. What was withdrawn stays withdrawn.

    Raises NotFound, and NotAllowed for what no organizer decides.
    """
    found = session.get(Suppression, number)
    if found is None:
        raise NotFound(_("That address is not stopped any more."))
    if found.reason in HELD:
        raise NotAllowed(_(HELD[found.reason]))
    unsuppress(session, found.address)


def carry_over(session: Session, address: str, to: str, *, now: datetime) -> bool:
    """What stops a person at one address stops them at another; True where it does so now."""
    found = suppressed(session, [address]).get(address)
    if found is None or found.reason not in _OF_THE_PERSON:
        return False
    return suppress(session, to, found.reason, now=now, detail=found.detail)
