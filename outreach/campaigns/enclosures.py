"""What goes with the copies of a plan beside their text, read from its rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import func, select
from sqlmodel import Session, col

from outreach.campaigns.schedule import schedule_of
from outreach.campaigns.tables import Campaign
from outreach.delivery.states import plan_of
from outreach.delivery.tables import Delivery
from outreach.letters.enclosures import Enclosed, enclosed, size
from outreach.letters.tables import Enclosure
from outreach.texts import mark
from outreach.typesetting.glyphs import has_all_glyphs

_HEAVY = 1_000_000  # bytes of enclosures in one mail that are worth a second look
_BOXES = mark(
    "in the PDF of %(copies)s of the copies something that was filled in shows as "
    "boxes, for no font here has its letters; look at copy %(copy)s."
)
_LARGE = mark(
    "each mail carries %(each)s of enclosures, %(together)s in all: some "
    "receivers refuse large mail, and a link in the letter weighs nothing."
)


@dataclass(frozen=True)
class EnclosedPapers:
    """The copies of these steps that go with themselves as PDF; sizes in bytes."""

    steps: Sequence[int]
    copies: int
    largest: int
    together: int


def enclosures(session: Session, campaign: Campaign) -> list[Enclosed]:
    """What goes with every copy beside its own paper; nothing before there is a plan."""
    one = (
        select(col(Delivery.step), col(Delivery.enclosures))
        .where(plan_of(campaign.id), col(Delivery.skeleton_id).is_not(None))
        .where(col(Delivery.recipient_domain) != "")  # an erased one encloses nothing any more
        .order_by(col(Delivery.campaign_id), col(Delivery.step), col(Delivery.id))  # by an index
        .limit(1)
    )
    step, ids = session.execute(one).first() or (None, [])
    has_paper = step in schedule_of(campaign).steps_with_pdf
    return enclosed(session, ids[1:] if has_paper else ids)


def enclosed_papers(session: Session, campaign: Campaign) -> EnclosedPapers:
    steps = schedule_of(campaign).steps_with_pdf
    if not steps:
        return EnclosedPapers([], 0, 0, 0)
    octets, ids = func.length(Enclosure.content), cast(Any, Delivery.enclosures)
    query = (
        select(func.count(), func.coalesce(func.max(octets), 0), func.coalesce(func.sum(octets), 0))
        .select_from(Delivery)
        .join(Enclosure, col(Enclosure.id) == ids[0].as_string())
        .where(plan_of(campaign.id), col(Delivery.step).in_(steps))
    )
    return EnclosedPapers(steps, *session.execute(query).one())


def boxes(session: Session, campaign: Campaign) -> Iterator[str]:
    """A warning where a paper cannot show a name or what else was filled in."""
    those = plan_of(campaign.id) & col(Delivery.step).in_(schedule_of(campaign).steps_with_pdf)
    filled = session.execute(select(col(Delivery.id), col(Delivery.slots)).where(those))
    found = [number for number, slots in filled if not all(map(has_all_glyphs, slots))]
    if found:
        yield _BOXES % {"copies": f"{len(found):,}", "copy": found[0]}


def heavy(files: Sequence[Enclosed], papers: EnclosedPapers, copies: int) -> Iterator[str]:
    for_all = sum(file.size for file in files)
    each, together = for_all + papers.largest, for_all * copies + papers.together
    if each > _HEAVY:
        yield _LARGE % {"each": size(each), "together": size(together)}
