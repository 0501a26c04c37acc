"""Figures as a report has them: counted up to now, and then read from the counters."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from outreach.contacts.states import MemberStates
from outreach.reports import figures
from outreach.reports.counters.keeping import catch_up
from outreach.reports.figures import Figures
from outreach.reports.weeks import Week


def compute(
    session: Session,
    week: Week,
    *,
    zone: ZoneInfo,
    states: MemberStates,
    now: datetime,
    before: Figures | None = None,
) -> Figures:
    session.flush()
    catch_up(session, zone)
    return figures.compute(session, week, zone=zone, states=states, now=now, before=before)
