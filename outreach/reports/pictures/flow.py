"""The flow from planned to answered."""

from outreach.reports import wording
from outreach.reports.definitions import FIGURES
from outreach.reports.figures import Figures
from outreach.reports.pictures.picture import Picture
from outreach.reports.pictures.shares import Share, picture_of_shares
from outreach.texts import gettext as _

# In the letter's order; "delivered" is left out where no provider tells of it.
_STAGES = ("planned", "sent", "delivered", "opened_by_people", "missions_answered")


def flow(figures: Figures) -> Picture | None:
    """None before there is a plan."""
    stages = tuple(FIGURES[name] for name in _STAGES)
    shares = [_share(line) for line in wording.lines(figures, stages) if line.of]
    return picture_of_shares(
        "flow", _("From planned to answered, so far"), (_("Stage"), _("So far")), shares
    )


def _share(line: wording.Line) -> Share:
    return Share(wording.label(line.figure), line.so_far, line.of, line.base.as_base)
