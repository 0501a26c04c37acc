"""Weekly reports for pages to show."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from outreach.reports import weekly
from outreach.reports.weeks import Week
from outreach.wiring import Outreach

ZONE = ZoneInfo("Europe/Zurich")
SOON = timedelta()


def a_report(outreach: Outreach, later: timedelta = SOON) -> Week:
    """Of the week that it is, or of one ``later``; made a week after that."""
    at = outreach.clock() + later
    week, now = Week.containing(at, ZONE), at + timedelta(weeks=1)
    with outreach.database.transaction() as session:
        weekly.make(session, week, zone=ZONE, states=outreach.states, now=now)
    return week
