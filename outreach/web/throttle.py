"""Answers whoever has tried too often: later, and when."""

import hmac
import math
import secrets
from datetime import datetime, timedelta

from flask import current_app, request
from sqlmodel import Session
from werkzeug import Response
from werkzeug.exceptions import TooManyRequests

from outreach.accounts.throttling import Act, Throttle
from outreach.delivery.addresses import canonical
from outreach.errors import InvalidInput
from outreach.web.current import parts

LONGEST_ACCOUNT = 254  # as an organizer's address is stored
KNOWN_FOR = timedelta(days=180)


def throttle(act: Act, account: str) -> Throttle:
    """Of whoever asks now; ``account`` is the address, in any spelling, that it is tried on."""
    account = _one_spelling(account)
    place = request.remote_addr or ""
    return Throttle(act, account, place, parts().tokens, _known_browser(account))


def check(asked: Throttle, session: Session, now: datetime) -> None:
    if wait := asked.wait(session, now):
        raise TooManyRequests(retry_after=math.ceil(wait.total_seconds()))


def attempt(asked: Throttle) -> None:
    """Counted before it is looked at: many guesses at one moment do not get past the count."""
    now = parts().clock()
    with parts().database.transaction() as session:
        check(asked, session, now)
        asked.count(session, now)


def recognise(answer: Response, account: str) -> None:
    """Let this browser know itself again as the account's own; it opens nothing."""
    number = secrets.token_hex(8)
    config = current_app.config
    answer.set_cookie(
        _cookie_name(),
        f"{number}.{_sign(account, number)}",
        max_age=KNOWN_FOR,
        secure=config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite=config["SESSION_COOKIE_SAMESITE"],
    )


def is_known(account: str) -> bool:
    """Whether somebody signed in to it with this browser, or set its password by a link here."""
    return bool(_known_browser(_one_spelling(account)))


def _known_browser(account: str) -> str:
    """The number of this browser if somebody signed in to ``account`` with it, else nothing."""
    number, _, signature = request.cookies.get(_cookie_name(), "").partition(".")
    known = hmac.compare_digest(signature.encode(), _sign(account, number).encode())
    return number if known else ""


def _cookie_name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-browser"


def _sign(account: str, number: str) -> str:
    return parts().tokens.key(f"browser:{number}:{account}")


def _one_spelling(account: str) -> str:
    """Every spelling that leads to one account is one."""
    try:
        return canonical(account)
    except InvalidInput:
        return account.casefold()[:LONGEST_ACCOUNT]
