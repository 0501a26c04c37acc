"""Organizers: adding and finding them, their roles, and whether they may come in."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import available_timezones

from sqlalchemy import delete
from sqlmodel import Session, col, select

from outreach.accounts import passwords, second_factor, sessions
from outreach.accounts.tables import EntryLink, Organizer, Role
from outreach.delivery.addresses import canonical
from outreach.errors import InvalidInput, NotAllowed, NotFound
from outreach.texts import LANGUAGES
from outreach.texts import gettext as _

LONGEST_NAME = 200


def add_organizer(
    session: Session, address: str, role: Role, name: str, password: str | None, now: datetime
) -> Organizer:
    """Without a password the person exists and gets reports, but cannot sign in."""
    address = canonical(address)
    if find(session, address):
        says = _("%(address)s is an organizer already; change the role instead.", address=address)
        raise InvalidInput(says)
    organizer = Organizer(
        address=address,
        name=_one_line(name),
        role=role,
        password_hash=_hashed(password, address),
        created_at=now,
    )
    session.add(organizer)
    session.flush()
    return organizer


def find(session: Session, address: str) -> Organizer | None:
    """Whoever has this address, however it is written; also somebody who is disabled."""
    try:
        address = canonical(address)
    except InvalidInput:
        return None
    return session.exec(select(Organizer).where(Organizer.address == address)).first()


def get(session: Session, address: str) -> Organizer:
    """As ``find``, but it is an error when there is nobody."""
    if organizer := find(session, address):
        return organizer
    says = _("No organizer has the address %(address)s; see `outreach user list`.", address=address)
    raise NotFound(says)


def lock(session: Session, number: int | None) -> Organizer:
    """By id, as it stands now, and changed by nobody else until the transaction ends."""
    query = select(Organizer).where(Organizer.id == number).with_for_update()
    if found := session.exec(query.execution_options(populate_existing=True)).first():
        return found
    raise NotFound(_("There is no such person; /people lists all."))


def anybody(session: Session) -> bool:
    return session.exec(select(Organizer.id).limit(1)).first() is not None


def list_organizers(session: Session) -> Sequence[Organizer]:
    return session.exec(select(Organizer).order_by(col(Organizer.address))).all()


def who_can_act(session: Session) -> Sequence[Organizer]:
    """All who may do something about what happens: neither viewers nor those who are disabled."""
    there = col(Organizer.disabled_at).is_(None) & (col(Organizer.role) != Role.viewer)
    return session.exec(select(Organizer).where(there).order_by(col(Organizer.id))).all()


def set_role(session: Session, address: str, role: Role) -> Organizer:
    """Ends every session of the person, so that the next sign-in asks what the new role needs."""
    admins = _lock_admins(session)
    organizer = get(session, address)
    if role is not Role.admin:
        _keep_one(admins, besides=organizer)
    organizer.role = role
    return _changed(session, organizer)


def set_password(session: Session, address: str, password: str) -> Organizer:
    """Ends every session of the person, and the links to set another password."""
    organizer = get(session, address)
    organizer.password_hash = _hashed(password, organizer.address)
    session.execute(delete(EntryLink).where(col(EntryLink.address) == organizer.address))
    return _changed(session, organizer)


def rename(session: Session, address: str, name: str) -> Organizer:
    organizer = get(session, address)
    organizer.name = _one_line(name)
    session.add(organizer)
    return organizer


def choose_language(session: Session, address: str, language: str) -> Organizer:
    """One of LANGUAGES that the desk is read in; empty: as the browser asks."""
    if language and language not in LANGUAGES:
        raise InvalidInput(_("The desk does not speak that language yet. Choose one of the list."))
    organizer = get(session, address)
    organizer.language = language or None
    session.add(organizer)
    return organizer


def choose_zone(session: Session, address: str, zone: str) -> Organizer:
    """The IANA name of the zone that clock times are shown in; empty: the organization's."""
    if zone and zone not in available_timezones():
        said = _(
            "No time zone is called “%(name)s”; write it as Europe/Zurich or Asia/Tokyo.",
            name=zone[:40],
        )
        raise InvalidInput(said)
    organizer = get(session, address)
    organizer.zone = zone or None
    session.add(organizer)
    return organizer


def disable(session: Session, address: str, now: datetime) -> Organizer:
    """Ends every session of the person at once; what they did stays on record."""
    admins = _lock_admins(session)
    organizer = get(session, address)
    _keep_one(admins, besides=organizer)
    organizer.disabled_at = organizer.disabled_at or now
    return _changed(session, organizer)


def enable(session: Session, address: str) -> Organizer:
    """With the password and the second factor there were."""
    organizer = get(session, address)
    organizer.disabled_at = None
    session.add(organizer)
    return organizer


def reset_second_factor(session: Session, address: str) -> Organizer:
    """For somebody who lost it; ends every session of the person."""
    organizer = get(session, address)
    second_factor.remove(organizer)
    return _changed(session, organizer)


def authenticate(session: Session, address: str, password: str) -> Organizer | None:
    """Who this is, or None: unknown, disabled, without a password and mistyped look the same."""
    organizer = find(session, address)
    stored = organizer.password_hash if organizer and organizer.disabled_at is None else None
    return organizer if passwords.matches(password, stored) else None


def _changed(session: Session, organizer: Organizer) -> Organizer:
    session.add(organizer)
    sessions.end_all(session, organizer.id)
    return organizer


def _one_line(name: str) -> str:
    return " ".join(name.split())[:LONGEST_NAME]


def _hashed(password: str | None, address: str) -> str | None:
    return None if password is None else passwords.hash_password(password, address=address)


def _lock_admins(session: Session) -> Sequence[Organizer]:
    """In one order, and before anybody else: two admins may be demoting one another."""
    query = select(Organizer).where(
        Organizer.role == Role.admin, col(Organizer.disabled_at).is_(None)
    )
    locked = query.order_by(col(Organizer.id)).with_for_update()
    return session.exec(locked.execution_options(populate_existing=True)).all()


def _keep_one(admins: Sequence[Organizer], *, besides: Organizer) -> None:
    """Somebody must be left who can let others in."""
    if [each.id for each in admins] == [besides.id]:
        raise NotAllowed(_("This is the only admin; make somebody else admin first."))
