"""Sessions: who is signed in with which browser, since when, and ending them."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import ColumnElement, and_, delete, or_
from sqlmodel import Session, col, select

from outreach.accounts.tables import DeskSession, Organizer
from outreach.texts import mark

LONGEST = timedelta(hours=12)  # then it is signed in anew, however busy
IDLE = timedelta(hours=2)
HALFWAY = timedelta(minutes=10)  # between the password and the code
SEEN_EVERY = timedelta(minutes=5)  # not at each click: that would be a write for each page

# By what the browser says of itself, the first that fits: most claim to be one another too.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", mark("%(browser)s on iPhone")),
    ("iPad", mark("%(browser)s on iPad")),
    ("Android", mark("%(browser)s on Android")),
    ("Windows", mark("%(browser)s on Windows")),
    ("CrOS", mark("%(browser)s on ChromeOS")),
    ("Mac OS X", mark("%(browser)s on Mac")),
    ("Linux", mark("%(browser)s on Linux")),
)


@dataclass(frozen=True)
class Client:
    """Where a session is: the network address, and what the browser says of itself."""

    address: str = ""
    agent: str = ""

    @property
    def network(self) -> str:
        """Without its last part: enough to know one's own office or country again."""
        try:
            bits = 24 if ip_address(self.address).version == 4 else 48
        except ValueError:
            return ""
        return str(ip_network(f"{self.address}/{bits}", strict=False))

    @property
    def browser(self) -> str:
        browser = next((name for sign, name in _BROWSERS if sign in self.agent), mark("A browser"))
        on = next((words for sign, words in _SYSTEMS if sign in self.agent), "%(browser)s")
        return on % {"browser": browser}


def begin(
    session: Session,
    organizer: Organizer,
    client: Client,
    *,
    now: datetime,
    awaits_code: bool = False,
) -> str:
    """The token for the browser to keep; here only its hash stays."""
    assert organizer.id is not None
    session.execute(delete(DeskSession).where(~_alive(now)))
    token = secrets.token_urlsafe(32)
    begun = DeskSession(
        organizer_id=organizer.id,
        token_hash=_hash(token),
        awaits_code=awaits_code,
        begun_at=now,
        seen_at=now,
        network=client.network,
        browser=client.browser,
    )
    session.add(begun)
    session.flush()
    return token


def find(
    session: Session, token: str, *, now: datetime, awaits_code: bool = False
) -> tuple[DeskSession, Organizer] | None:
    """None for a token that was never given, has ended, or belongs to somebody disabled."""
    query = (
        select(DeskSession, Organizer)
        .join(Organizer, col(Organizer.id) == col(DeskSession.organizer_id))
        .where(
            DeskSession.token_hash == _hash(token),
            DeskSession.awaits_code == awaits_code,
            col(Organizer.disabled_at).is_(None),
            _alive(now),
        )
    )
    return session.exec(query).first()


def needs_touch(found: DeskSession, now: datetime) -> bool:
    return now - found.seen_at >= SEEN_EVERY


def touch(session: Session, number: int, now: datetime) -> None:
    if found := session.get(DeskSession, number):
        found.seen_at = now


def of(session: Session, organizer_id: int | None, now: datetime) -> Sequence[DeskSession]:
    """Those in which somebody is signed in, the last seen first."""
    theirs = select(DeskSession).where(
        DeskSession.organizer_id == organizer_id, ~col(DeskSession.awaits_code), _alive(now)
    )
    return session.exec(theirs.order_by(col(DeskSession.seen_at).desc())).all()


def end(session: Session, token: str) -> None:
    session.execute(delete(DeskSession).where(col(DeskSession.token_hash) == _hash(token)))


def end_one(session: Session, organizer_id: int | None, number: int) -> bool:
    """Only one of the organizer's own; whether there was one."""
    its = (col(DeskSession.id) == number) & (col(DeskSession.organizer_id) == organizer_id)
    return bool(session.exec(delete(DeskSession).where(its)).rowcount)


def end_all(session: Session, organizer_id: int | None, *, besides: int | None = None) -> int:
    """Also those halfway in; the number that ended. ``besides`` is the id of one that stays."""
    theirs = col(DeskSession.organizer_id) == organizer_id
    if besides is not None:
        theirs &= col(DeskSession.id) != besides
    return int(session.exec(delete(DeskSession).where(theirs)).rowcount)


def _alive(now: datetime) -> ColumnElement[bool]:
    begun, seen = col(DeskSession.begun_at), col(DeskSession.seen_at)
    halfway = and_(col(DeskSession.awaits_code), begun > now - HALFWAY)
    whole = and_(~col(DeskSession.awaits_code), begun > now - LONGEST, seen > now - IDLE)
    return or_(halfway, whole)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
