"""Answers whoever has tried too often: later, and when."""

import math
from datetime import datetime

from flask import request
from sqlmodel import Session
from werkzeug.exceptions import TooManyRequests

from outreach.accounts.throttling import Act, Throttle
from outreach.delivery.addresses import canonical
from outreach.errors import InvalidInput
from outreach.web.current import parts

LONGEST_ACCOUNT = 254  # as an organizer's address is stored


def throttle(act: Act, account: str) -> Throttle:
    """Of whoever asks now; ``account`` is the address, in any spelling, that it is tried on."""
    return Throttle(act, _one_spelling(account), request.remote_addr or "", parts().tokens)


def check(asked: Throttle, session: Session, now: datetime) -> None:
    if wait := asked.wait(session, now):
        raise TooManyRequests(retry_after=math.ceil(wait.total_seconds()))


def _one_spelling(account: str) -> str:
    """Every spelling that leads to one account is one."""
    try:
        return canonical(account)
    except InvalidInput:
        return account.casefold()[:LONGEST_ACCOUNT]
