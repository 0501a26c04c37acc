"""Spreads copies over moments: not more an hour than the pace says, for all and for a domain.

One sweep through time. Who has waited longest goes first; a window that is closed and a domain
that must wait let the others pass. A window closes for everybody who waits for it in one step, so
the work grows with the number of copies and hardly with how long they wait.
"""

import heapq
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from outreach.campaigns.rates import Limit, Pace, Traffic, campaign_limit, domain_limits
from outreach.campaigns.timing import Opening, Timetable


@dataclass(frozen=True, slots=True)
class Wish:
    """One copy that may go from ``earliest`` on."""

    earliest: datetime
    timetable: Timetable
    domain: str


def spread(wishes: Sequence[Wish], pace: Pace, traffic: Traffic | None = None) -> list[Opening]:
    """A moment for each wish, in the order of the wishes, clear of the traffic there is."""
    traffic = traffic or Traffic()
    everybody = campaign_limit(pace, traffic)
    groups = _groups(wishes, domain_limits(pace, traffic))
    given: dict[int, Opening] = {}
    heap = [(group.ready, number) for number, group in enumerate(groups)]
    heapq.heapify(heap)
    while heap:
        (ready, _), number = heap[0]
        group = groups[number]
        moment = everybody.first_free(ready)
        opening = group.timetable.opening(moment)
        index = group.take(moment) if opening.at == moment else None
        if index is not None:
            given[index] = opening
            everybody.take(moment)
        if not group:
            heapq.heappop(heap)
        else:
            waits = group.ready if opening.at == moment else (opening.at, group.ready[1])
            heapq.heapreplace(heap, (waits, number))
    return [given[index] for index in range(len(wishes))]


@dataclass
class _Line:
    """Those of one group and domain, in their order."""

    indexes: deque[int]
    domain: Limit


Waiting = tuple[datetime, int]  # since when somebody could go, and which wish it is


class _Group:
    """All who share a timetable, in a line for each domain."""

    def __init__(self, wishes: Sequence[Wish], lines: Iterable[_Line]) -> None:
        self._wishes = wishes
        self._heap = [(*self._head(line), line) for line in lines]
        heapq.heapify(self._heap)
        self.timetable = wishes[self._heap[0][1]].timetable

    def __bool__(self) -> bool:
        return bool(self._heap)

    @property
    def ready(self) -> Waiting:
        return self._heap[0][:2]

    def take(self, moment: datetime) -> int | None:
        """Who has waited longest of those whose domain is free, or None."""
        while self._heap and self._heap[0][0] <= moment:
            _, index, line = self._heap[0]
            free = line.domain.first_free(moment)
            if free == moment:
                self._move_up(line, moment)
                return index
            heapq.heapreplace(self._heap, (free, index, line))
        return None

    def _move_up(self, line: _Line, moment: datetime) -> None:
        line.domain.take(moment)
        line.indexes.popleft()
        if line.indexes:
            heapq.heapreplace(self._heap, (*self._head(line), line))
        else:
            heapq.heappop(self._heap)

    def _head(self, line: _Line) -> Waiting:
        return self._wishes[line.indexes[0]].earliest, line.indexes[0]


def _groups(wishes: Sequence[Wish], domains: Mapping[str, Limit]) -> list[_Group]:
    """``wishes`` by timetable and domain, in each those first who may go first."""
    lines: dict[Timetable, dict[str, _Line]] = defaultdict(dict)
    for index in sorted(range(len(wishes)), key=lambda index: wishes[index].earliest):
        wish = wishes[index]
        line = lines[wish.timetable].get(wish.domain)
        if line is None:
            line = lines[wish.timetable][wish.domain] = _Line(deque(), domains[wish.domain])
        line.indexes.append(index)
    return [_Group(wishes, by_domain.values()) for by_domain in lines.values()]
