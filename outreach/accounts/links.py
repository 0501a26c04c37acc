"""Links by which somebody sets a password once: the first admin's, invitations, forgotten ones.

Only a row is written when one is asked for, whoever the address belongs to; the worker mails it. So
whoever asks learns nothing, not even from the time it takes.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from outreach.accounts import mailing, notices, people
from outreach.accounts.letterhead import Letterhead
from outreach.accounts.tables import EntryKind, EntryLink, Organizer, Role
from outreach.delivery.addresses import canonical
from outreach.errors import InvalidInput, NotAllowed
from outreach.texts import gettext as _
from outreach.tokens import Tokens

GOOD_FOR = {
    EntryKind.first: timedelta(days=1),
    EntryKind.invitation: timedelta(days=7),
    EntryKind.reset: timedelta(hours=1),
}


def invite(session: Session, address: str, role: Role, name: str, now: datetime) -> Organizer:
    """Adds the person, who gets no reports before the invitation is taken up.

    NotAllowed where nothing may be mailed to the address.
    """
    mailing.refuse_suppressed(session, address)
    invited = people.add_organizer(session, address, role, name, None, now)
    invited.gets_reports = False
    _ask_for(session, EntryKind.invitation, invited.address, now)
    return invited


def invite_again(session: Session, address: str, now: datetime) -> Organizer:
    """The link that was mailed before leads nowhere any more."""
    invited = people.get(session, address)
    if invited.password_hash or invited.disabled_at:
        says = _("%(address)s needs no invitation any more.", address=invited.address)
        raise NotAllowed(says)
    mailing.refuse_suppressed(session, invited.address)
    _end(session, EntryKind.invitation, invited.address)
    _ask_for(session, EntryKind.invitation, invited.address, now)
    return invited


def ask_for_reset(session: Session, address: str, now: datetime) -> None:
    """Whether anybody has the address is not even looked at here."""
    try:
        _ask_for(session, EntryKind.reset, canonical(address), now)
    except InvalidInput:
        return


def let_first_in(session: Session, tokens: Tokens, now: datetime) -> str:
    """The key of the link by which the first admin adds themselves; it ends those before it."""
    _end(session, EntryKind.first)
    key = tokens.key(f"entry:{secrets.token_hex(16)}")
    session.add(
        EntryLink(kind=EntryKind.first, key=key, expires_at=now + GOOD_FOR[EntryKind.first])
    )
    return key


def mail_waiting(session: Session, letterhead: Letterhead, now: datetime) -> int:
    """Put a mail into the queue for each link that was asked for; the number that were."""
    session.execute(delete(EntryLink).where(col(EntryLink.expires_at) <= now))
    waiting = select(EntryLink).where(col(EntryLink.key).is_(None)).order_by(col(EntryLink.id))
    rows = session.exec(waiting.with_for_update(skip_locked=True)).all()
    return sum(_mail(session, link, letterhead, now) for link in rows)


def find(session: Session, token: str, tokens: Tokens, now: datetime) -> EntryLink | None:
    """None for what was never a link, is too old, or was used: those look the same."""
    key = tokens.read("entry", token)
    if key is None:
        return None
    good = select(EntryLink).where(EntryLink.key == key, EntryLink.expires_at > now)
    found = session.exec(good.with_for_update()).first()
    return found if found and _may_use(session, found) else None


def use(session: Session, link: EntryLink, password: str) -> Organizer:
    """The person with the new password, which ends the link; InvalidInput if it is too weak."""
    invited = link.kind is EntryKind.invitation
    organizer = people.set_password(session, link.address, password)
    organizer.gets_reports = organizer.gets_reports or invited
    return organizer


def use_first(
    session: Session, link: EntryLink, address: str, name: str, password: str, now: datetime
) -> Organizer:
    """Adds the first admin, and ends the link."""
    session.delete(link)
    return people.add_organizer(session, address, Role.admin, name, password, now)


def _ask_for(session: Session, kind: EntryKind, address: str, now: datetime) -> None:
    session.add(EntryLink(kind=kind, address=address, expires_at=now + GOOD_FOR[kind]))
    session.flush()


def _end(session: Session, kind: EntryKind, address: str = "") -> None:
    these = (col(EntryLink.kind) == kind) & (col(EntryLink.address) == address)
    session.execute(delete(EntryLink).where(these))


def _mail(session: Session, link: EntryLink, letterhead: Letterhead, now: datetime) -> bool:
    organizer = people.find(session, link.address)
    if organizer is None or not _may_use(session, link):
        session.delete(link)
        return False
    link.key = notices.mail_entry(session, organizer, link.kind, letterhead, now)
    return True


def _may_use(session: Session, link: EntryLink) -> bool:
    """A forgotten password is replaced, and none is given to whoever was never to have one."""
    if link.kind is EntryKind.first:
        return not people.anybody(session)
    organizer = people.find(session, link.address)
    if organizer is None or organizer.disabled_at:
        return False
    return (organizer.password_hash is None) is (link.kind is EntryKind.invitation)
