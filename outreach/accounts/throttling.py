"""Slows down whoever guesses: attempts are counted by the account and by where they come from.

In the database, so that all web processes count together and a restart forgets nothing. A browser
that somebody signed in with before is counted apart from strangers, so that these lock nobody out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from outreach.accounts.tables import Attempt
from outreach.tokens import Tokens

WINDOW = timedelta(minutes=15)


@dataclass(frozen=True)
class Act:
    """What may be tried within the window: so often on one account, so often from one place."""

    name: str
    by_account: int
    by_network: int  # an office may stand behind one address


SIGN_IN = Act("sign in", 10, 50)
SECOND_FACTOR = Act("second factor", 10, 50)
CONFIRM = Act("confirm", 10, 50)
RESET = Act("reset", 3, 20)
TEST_MAIL = Act("test mail", 3, 20)
NEW_BROWSER = Act("new browser", 3, 20)  # mails that tell of one
CHECKS = Act("checks", 10, 50)  # a server that is asked too often may shut us out


class Throttle:
    """Both counts of one act by one visitor."""

    def __init__(
        self, act: Act, account: str, network: str, tokens: Tokens, browser: str = ""
    ) -> None:
        """``browser`` names one that is known to be the account's own, for a count of its own."""
        whose = f"browser:{browser}" if browser else "account"
        self._account = tokens.key(f"attempt:{act.name}:{whose}:{account}")
        self._network = tokens.key(f"attempt:{act.name}:network:{_place(network)}")
        self._act = act

    def wait(self, session: Session, now: datetime) -> timedelta:
        """How long until another attempt; zero when it need not wait."""
        return max(
            _wait(session, self._account, self._act.by_account, now),
            _wait(session, self._network, self._act.by_network, now),
        )

    def count(self, session: Session, now: datetime) -> None:
        """Note one attempt; what is older than the window counts no more, and is deleted."""
        session.execute(delete(Attempt).where(col(Attempt.at) <= now - WINDOW))
        session.add_all(Attempt(key=key, at=now) for key in (self._account, self._network))
        session.flush()

    def forgive(self, session: Session) -> None:
        """The attempt that was counted last was right.

        Of the network's only that one: a known password must not open the way to guess others.
        """
        its_last = select(func.max(Attempt.id)).where(Attempt.key == self._network)
        right = col(Attempt.id) == its_last.scalar_subquery()
        session.execute(delete(Attempt).where((col(Attempt.key) == self._account) | right))

    @property
    def names(self) -> str:
        """For the log: the same for the same account and place, and they name nobody."""
        return f"account {self._account}, network {self._network}"


def _wait(session: Session, key: str, most: int, now: datetime) -> timedelta:
    recent = select(Attempt.at).where(Attempt.key == key, Attempt.at > now - WINDOW)
    nth_last = session.exec(recent.order_by(col(Attempt.at).desc()).offset(most - 1)).first()
    return nth_last + WINDOW - now if nth_last else timedelta(0)


def _place(network: str) -> str:
    """Whoever has one IPv6 address has all 2^64 of its subnet."""
    try:
        address = ip_address(network)
    except ValueError:
        return network
    return str(int(address) >> 64) if isinstance(address, IPv6Address) else str(address)
