"""A week's report, made and mailed to its readers once."""

from datetime import datetime
from zoneinfo import ZoneInfo

from outreach.reports import weekly
from outreach.reports.weeks import Week
from outreach.wiring import Outreach


def make_report(outreach: Outreach, week: Week, now: datetime) -> None:
    """Make the week's report and put a copy for each reader into the queue, each once.

    It is drawn while no transaction is open; report and copies are then committed together.
    """
    while not _draw_and_queue(outreach, week, now):
        pass  # an answer was erased meanwhile, or somebody else has made the report


def _draw_and_queue(outreach: Outreach, week: Week, now: datetime) -> bool:
    """False where what was drawn is not what the report says by now."""
    settings, states = outreach.settings, outreach.states
    zone = ZoneInfo(settings.timezone)
    with outreach.database.transaction() as session:
        figures = weekly.draft(session, week, zone=zone, states=states, now=now)
    mailing = weekly.mailing(figures, settings.public_url, with_pdf=settings.report_pdf)
    with outreach.database.transaction() as session:
        if not weekly.keep(session, figures, states):
            return False
        weekly.queue_for_sending(
            session,
            mailing,
            weekly.readers(session),
            sender_name="Outreach",
            sender_address=settings.reply_address,
            tokens=outreach.tokens,
            now=now,
        )
    return True
