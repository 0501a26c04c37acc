"""Mails to organizers, through the one queue of everything that leaves."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from outreach.accounts.tables import Organizer
from outreach.db import insert_once
from outreach.delivery.addresses import canonical
from outreach.delivery.queue import NewDelivery, enqueue
from outreach.delivery.suppression import suppressed
from outreach.delivery.tables import Purpose
from outreach.errors import NotAllowed
from outreach.letters.tables import Enclosure, Skeleton
from outreach.texts import gettext as _
from outreach.tokens import Tokens


def queue_for_organizers(
    session: Session,
    organizers: Sequence[Organizer],
    skeleton: Skeleton,
    *,
    about: str,
    purpose: Purpose,
    sender_name: str,
    sender_address: str,
    tokens: Tokens,
    now: datetime,
    slots: Sequence[str] = (),
    enclosures: Sequence[Enclosure] = (),
) -> int:
    """One copy for each, however often it is called; the number that were added.

    ``about`` names what it tells, and must be another when there is something new to tell.
    """
    for row in (skeleton, *enclosures):
        insert_once(session, row)
    stopped = suppressed(session, [organizer.address for organizer in organizers])
    copies = (
        NewDelivery(
            identity=identity(about, organizer),
            purpose=purpose,
            sender_name=sender_name,
            sender_address=sender_address,
            recipient_name=organizer.name,
            recipient_address=organizer.address,
            skeleton_id=skeleton.id,
            slots=slots,
            enclosures=[enclosure.id for enclosure in enclosures],
            due_at=now,
        )
        for organizer in organizers
        if organizer.address not in stopped
    )
    return enqueue(session, copies, tokens=tokens, now=now)


def refuse_suppressed(session: Session, address: str) -> None:
    """For whoever asks for a mail and waits for it: NotAllowed where it would never leave."""
    if suppressed(session, [canonical(address)]):
        raise NotAllowed(
            _(
                "Nothing is sent to %(address)s, which is among the suppressed addresses. "
                "Lift that under Contacts, Suppressed addresses, then try again.",
                address=address,
            )
        )


def identity(about: str, organizer: Organizer) -> str:
    """Not by address: an identity may be logged, and may not be longer than its column."""
    return f"{about}:organizer:{organizer.id}"
