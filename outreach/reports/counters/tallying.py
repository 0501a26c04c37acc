"""What one mission adds to the counters, and how far its campaigns have come, from its rows."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from outreach.delivery.tables import State
from outreach.reports import counting
from outreach.reports.counters.tables import MissionProgress
from outreach.reports.counting import Thing
from outreach.reports.definitions import FIGURES
from outreach.reports.mission_rows import Copy, MissionRows
from outreach.reports.weeks import Week
from outreach.tracking.tables import Agent, EventKind

TOLD_LATE = ".late"  # after a figure's name: those of its things that happened in an earlier week
COPIES = "copies"  # the dimension of all copies of a step, by their state and the day of the plan
HELD_BACK = "held_back"
WAITING = "waiting"  # copies that are still to go, on the day that is foreseen for them

_LONGEST_VALUE = 300
_BACK = (State.bounced, State.failed)


class Key(NamedTuple):
    """As in ``Counter``; ``day`` is ISO 8601."""

    dimension: str
    value: str
    figure: str
    day: str


Tally = Counter[Key]
Place = tuple[str, str]  # dimension and value


def tally_of(rows: MissionRows, zone: ZoneInfo) -> Tally:
    """The figures of the whole, and those of each step and language: its copies and their mails."""
    # The same moment is a thing of many figures, and the same contact of many things.
    day_of = cache(lambda moment: _day(moment, zone))
    places_of = cache(lambda contact: (*_everywhere(rows), *_members_places(rows, contact)))
    counted = Counter(
        (*place, name, day)
        for figure, thing in _things(rows)
        for name, day in _told(figure, thing, day_of)
        for place in (*places_of(thing.contact_id), *_because_of(thing))
    )
    for dimension, value, part in _parts(rows):
        counted.update(
            (dimension, value, name, day)
            for figure, thing in _things(part)
            for name, day in _told(figure, thing, day_of)
        )
    counted.update(_states(rows, day_of))
    return Counter({Key(*place): count for place, count in counted.items()})


def nested(tally: Tally) -> dict[str, Any]:
    """As it is stored: dimension, value, figure and day, each inside the one before."""
    made: dict[str, Any] = {}
    for key, count in sorted(tally.items()):
        by_figure = made.setdefault(key.dimension, {}).setdefault(key.value, {})
        by_figure.setdefault(key.figure, {})[key.day] = count
    return made


def flat(stored: dict[str, Any]) -> Tally:
    return Counter(
        {
            Key(dimension, value, figure, day): count
            for dimension, by_value in stored.items()
            for value, by_figure in by_value.items()
            for figure, by_day in by_figure.items()
            for day, count in by_day.items()
        }
    )


def progress_of(mission_id: int, rows: MissionRows) -> list[MissionProgress]:
    """A row for each campaign that has copies or replies."""
    campaigns = {copy.campaign_id for copy in rows.copies}
    campaigns |= {mail.campaign_id for mail in rows.mails if mail.campaign_id is not None}
    return [_progress(campaign, mission_id, rows) for campaign in sorted(campaigns)]


def _things(rows: MissionRows) -> Iterator[tuple[str, Thing]]:
    for name, figure in FIGURES.items():
        for thing in figure.rule(rows):
            yield name, thing
    for thing in _waiting(rows):
        yield WAITING, thing


def _parts(rows: MissionRows) -> Iterator[tuple[str, str, MissionRows]]:
    steps = {(copy.campaign_id, copy.step) for copy in rows.copies}
    steps |= {
        (mail.of_campaign, mail.of_step) for mail in rows.mails if mail.of_campaign and mail.of_step
    }
    for campaign, step in sorted(steps):
        yield "step", f"{campaign}:{step}", rows.of_step(campaign, step)
    languages = {copy.language for copy in rows.copies}
    languages |= {mail.of_language for mail in rows.mails if mail.of_language}
    for language in sorted(languages):
        yield "language", language, rows.in_language(language)


def _states(
    rows: MissionRows, day_of: Callable[[datetime], tuple[str, Week]]
) -> Iterator[tuple[str, str, str, str]]:
    """Claimed copies as queued: that changes from moment to moment."""
    for copy in rows.copies:
        step, (day, _) = f"{copy.campaign_id}:{copy.step}", day_of(copy.created_at)
        state = State.queued if copy.state is State.sending else copy.state
        yield COPIES, step, state.value, day
        if counting.is_held_back(copy):
            yield COPIES, step, HELD_BACK, day


def _foreseen(copy: Copy) -> datetime | None:
    """When it is due; before its release, what the plan foresees or an absence postpones it to."""
    if copy.due_at:
        return copy.due_at
    return max(filter(None, (copy.planned_at, copy.not_before)), default=None)


# What a carrier has in hand is among them: that changes from moment to moment.
_waiting = counting.copies(_foreseen, lambda copy: copy.state in (State.queued, State.sending))


def _everywhere(rows: MissionRows) -> tuple[Place, ...]:
    return ("", ""), ("state", rows.state)


def _members_places(rows: MissionRows, contact: int | None) -> list[Place]:
    """A contact on two lists counts in both; a mission counts where any of its contacts is."""
    of = rows.own_contacts if contact is None else (contact,)
    members = [rows.contacts[each] for each in of if each in rows.contacts]
    lists = frozenset[int]().union(*(member.lists for member in members))
    tags = frozenset[str]().union(*(member.tags for member in members))
    return [
        *(("list", str(number)) for number in lists),
        *(("tag", tag) for tag in {tag[:_LONGEST_VALUE] for tag in tags}),
    ]


def _because_of(thing: Thing) -> tuple[Place, ...]:
    return (("reason", thing.reason[:_LONGEST_VALUE]),) if thing.reason is not None else ()


def _told(
    figure: str, thing: Thing, day_of: Callable[[datetime], tuple[str, Week]]
) -> Iterator[tuple[str, str]]:
    """The figure and the day it counts on; once more as told late where it was."""
    day, week = day_of(thing.at)
    yield figure, day
    if thing.happened_at and day_of(thing.happened_at)[1] < week:
        yield figure + TOLD_LATE, day


def _day(moment: datetime, zone: ZoneInfo) -> tuple[str, Week]:
    """In ISO 8601, and the week that it is in."""
    day = moment.astimezone(zone).date()
    return day.isoformat(), Week.of(day)


def _progress(campaign: int, mission_id: int, rows: MissionRows) -> MissionProgress:
    copies = [copy for copy in rows.copies if copy.campaign_id == campaign]
    gone = [copy for copy in copies if counting.may_have_gone(copy)]
    back = [copy for copy in copies if copy.state in _BACK]
    there = [copy for copy in copies if copy.state is State.delivered]
    loaded = [counting.loaded_by(copy, Agent.person) for copy in copies]
    left = [counting.first_told(copy, (EventKind.unsubscribed,)) for copy in copies]
    replies = [mail for mail in rows.mails if mail.campaign_id == campaign]
    return MissionProgress(
        campaign_id=campaign,
        mission_id=mission_id,
        written_at=_first(map(counting.left_at, gone)),
        bounced_at=_first(map(counting.left_at, back)),
        sent_at=_first(counting.left_at(copy) for copy in gone if copy.state not in _BACK),
        delivered_at=_first(copy.settled_at for copy in there),
        loaded_at=_first(told and told.received_at for told in loaded),
        opted_out_at=_first(told and told.received_at for told in left),
        replied_at=_first(mail.received_at for mail in replies if counting.is_reply(mail)),
    )


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)
