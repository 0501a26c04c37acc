"""What letters do not get to, as the worker last looked.

Among millions of copies that takes too long for a page.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from outreach.contacts.states import MemberStates
from outreach.db import insert_once
from outreach.reports.needs import Need, old_before
from outreach.reports.stuck import stuck
from outreach.reports.tables import StuckNow

_KEEPS = timedelta(minutes=2)  # where no worker looks, a page looks itself


def keep(session: Session, states: MemberStates, now: datetime, zone: ZoneInfo) -> None:
    """Look, in the organization's ``zone``, and put it in the place of what was there."""
    found = stuck(session, states, old_before(now.astimezone(zone).date()))
    needs = [need.model_dump(mode="json") for need in found]
    looked = StuckNow(id=1, looked_at=now, needs=needs)
    if insert_once(session, looked) is None:
        session.merge(looked)


def kept(session: Session, now: datetime) -> Sequence[Need] | None:
    """None where nobody has looked for minutes."""
    last = session.get(StuckNow, 1)
    if last is None or last.looked_at < now - _KEEPS:
        return None
    return [Need.model_validate(need) for need in last.needs]
