"""The pictures of a report, made from its stored figures: so they change no more than it does."""

from outreach.reports.figures import Figures
from outreach.reports.pictures.days import sends_and_answers
from outreach.reports.pictures.flow import flow
from outreach.reports.pictures.picture import Picture
from outreach.reports.pictures.regions import answers_by_region
from outreach.reports.pictures.tiles import tile_grid
from outreach.reports.pictures.world import world_map


def pictures_of(figures: Figures) -> list[Picture]:
    """Those there is something to show in; a report from before there were pictures has fewer."""
    made = (
        world_map(figures.states) if figures.states else None,
        tile_grid(figures.states) if figures.states else None,
        flow(figures),
        sends_and_answers(figures.days),
        answers_by_region(figures),
    )
    return [picture for picture in made if picture]
