"""Organizers: adding and finding them, their roles, and whether they may come in."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from outreach.accounts import passwords
from outreach.accounts.tables import Organizer, Role
from outreach.delivery.addresses import canonical
from outreach.errors import InvalidInput, NotAllowed, NotFound


def add_organizer(
    session: Session, address: str, role: Role, name: str, password: str | None, now: datetime
) -> Organizer:
    """Without a password the person exists and gets reports, but cannot sign in."""
    address = canonical(address)
    if find(session, address):
        raise InvalidInput(f"{address} is an organizer already; change the role instead.")
    organizer = Organizer(
        address=address,
        name=" ".join(name.split()),
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
    raise NotFound(f"No organizer has the address {address}; see `outreach user list`.")


def list_organizers(session: Session) -> Sequence[Organizer]:
    return session.exec(select(Organizer).order_by(col(Organizer.address))).all()


def who_can_act(session: Session) -> Sequence[Organizer]:
    """All who may do something about what happens: neither viewers nor those who are disabled."""
    there = col(Organizer.disabled_at).is_(None) & (col(Organizer.role) != Role.viewer)
    return session.exec(select(Organizer).where(there).order_by(col(Organizer.id))).all()


def set_role(session: Session, address: str, role: Role) -> Organizer:
    organizer = get(session, address)
    if role is not Role.admin:
        _keep_an_admin(session, besides=organizer)
    organizer.role = role
    session.add(organizer)
    return organizer


def set_password(session: Session, address: str, password: str) -> Organizer:
    organizer = get(session, address)
    organizer.password_hash = _hashed(password, organizer.address)
    session.add(organizer)
    return organizer


def disable(session: Session, address: str, now: datetime) -> Organizer:
    """Ends every session of the person at the next click; what they did stays on record."""
    organizer = get(session, address)
    _keep_an_admin(session, besides=organizer)
    organizer.disabled_at = organizer.disabled_at or now
    session.add(organizer)
    return organizer


def authenticate(session: Session, address: str, password: str) -> Organizer | None:
    """Who this is, or None: unknown, disabled, without a password and mistyped look the same."""
    organizer = find(session, address)
    stored = organizer.password_hash if organizer and organizer.disabled_at is None else None
    return organizer if passwords.matches(password, stored) else None


def _hashed(password: str | None, address: str) -> str | None:
    return None if password is None else passwords.hash_password(password, address=address)


def _keep_an_admin(session: Session, *, besides: Organizer) -> None:
    """Somebody must be left who can let others in."""
    if besides.role is not Role.admin or besides.disabled_at:
        return
    others = select(Organizer.id).where(
        Organizer.role == Role.admin,
        col(Organizer.disabled_at).is_(None),
        Organizer.id != besides.id,
    )
    if session.exec(others).first() is None:
        raise NotAllowed("This is the only admin; make somebody else admin first.")
