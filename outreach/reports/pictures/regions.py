"""Answers by region."""

from outreach.reports import wording
from outreach.reports.figures import Breakdown, Figures
from outreach.reports.pictures.picture import Picture
from outreach.reports.pictures.shares import Share, picture_of_shares
from outreach.texts import gettext as _
from outreach.texts import mark


def answers_by_region(figures: Figures) -> Picture | None:
    """None before a mission has been written to."""
    shares = [share for part in figures.regions if (share := _share(part)).whole]
    title = _("Missions that answered, by region, so far")
    return picture_of_shares("regions", title, (_("Region"), _("Answered")), shares)


def _share(part: Breakdown) -> Share:
    answered, written = (
        wording.so_far(part, name) for name in ("missions_answered", "missions_written")
    )
    return Share(part.name, answered, written, mark("%(count)s written to"))
