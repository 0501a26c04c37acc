"""What is different between a plan and the one before it."""

import difflib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, zip_longest

from outreach.campaigns.plans import PlanSummary, StepSummary

SHOWN = 10  # of the contacts that came or went
_MOST_LINES = 200


@dataclass(frozen=True)
class Sample:
    """Copies of one step in one language: how many, one of them, and the ids of their texts."""

    step: int
    language: str
    copies: int
    delivery_id: int
    texts: Sequence[str]


@dataclass(frozen=True)
class Planned:
    """All of a plan that is compared; ``contacts`` are the ids of those who get the letter."""

    made_at: datetime
    source: str
    summary: PlanSummary
    samples: Sequence[Sample]
    contacts: "array[int]"


@dataclass(frozen=True)
class StepChange:
    """Copies of a step, and when the first of them goes, before and after."""

    step: int
    letter: str
    copies_before: int
    copies: int
    first_before: datetime | None
    first_at: datetime | None


@dataclass(frozen=True)
class Changes:
    """``joined`` and ``left`` count contacts; ``some_...`` are ids of the first of them.

    ``texts`` are the steps and languages whose words are others, as "reminder.fr"; ``lines`` are
    those of the schedule file, each behind "+" or "-".
    """

    since: datetime
    joined: int
    left: int
    some_joined: Sequence[int]
    some_left: Sequence[int]
    held_before: int
    held: int
    steps: Sequence[StepChange]
    texts: Sequence[str]
    lines: Sequence[str]

    @property
    def nothing(self) -> bool:
        counts = (self.joined, self.left, self.held - self.held_before)
        return not (any(counts) or self.steps or self.texts or self.lines)


def compare(before: Planned, after: Planned) -> Changes:
    old, new = set(before.contacts), set(after.contacts)
    joined, left = sorted(new - old), sorted(old - new)
    return Changes(
        since=before.made_at,
        joined=len(joined),
        left=len(left),
        some_joined=joined[:SHOWN],
        some_left=left[:SHOWN],
        held_before=before.summary.held,
        held=after.summary.held,
        steps=list(_steps(before.summary.steps, after.summary.steps)),
        texts=list(_texts(before, after)),
        lines=list(islice(_lines(before.source, after.source), _MOST_LINES)),
    )


def _steps(before: Iterable[StepSummary], after: Iterable[StepSummary]) -> Iterator[StepChange]:
    """Those of which the number of copies or the first moment is another."""
    for was, is_ in zip_longest(before, after):
        either = is_ or was
        change = StepChange(
            step=either.step,
            letter=either.letter,
            copies_before=was.planned if was else 0,
            copies=is_.planned if is_ else 0,
            first_before=was.first_at if was else None,
            first_at=is_.first_at if is_ else None,
        )
        counts_differ = change.copies_before != change.copies
        if counts_differ or change.first_before != change.first_at:
            yield change


def _texts(before: Planned, after: Planned) -> Iterator[str]:
    """Only what both plans have: that somebody joined with a new language is no new text."""
    letters = {step.step: step.letter for step in after.summary.steps}
    known = {(each.step, each.language): set(each.texts) for each in before.samples}
    for each in after.samples:
        texts = known.get((each.step, each.language))
        if texts is not None and not texts & set(each.texts):
            yield f"{letters[each.step]}.{each.language}"


def _lines(before: str, after: str) -> Iterator[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return (line for line in islice(lines, 2, None) if not line.startswith("@@"))
