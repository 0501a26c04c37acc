"""Drafts: for each contact and step of a campaign the compiled letter, or why there is none."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import Any

from outreach.campaigns.eligibility import Candidate, reason_against
from outreach.campaigns.schedule import Schedule
from outreach.campaigns.timing import Timetable, timetable
from outreach.campaigns.values import NAMES, Values
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact, Mission
from outreach.delivery.tables import Suppression
from outreach.errors import InvalidInput
from outreach.letters.address import Forms
from outreach.letters.checking import check
from outreach.letters.compiling import Compiled, Compiler, MissingValue
from outreach.letters.languages import choose
from outreach.letters.source import Letter, LetterSource
from outreach.letters.tables import Enclosure
from outreach.texts import gettext as _
from outreach.texts import mark

_NO_VALUE = mark("%(name)s has no value")
_NO_LANGUAGE = mark("no letter in a language they read (%(languages)s)")


@dataclass(frozen=True)
class Materials:
    """What copies are made of; ``footers`` are by language, ``enclosures`` go with every copy."""

    letter: Letter
    footers: Mapping[str, LetterSource]
    forms: Forms
    states: MemberStates
    compiler: Compiler
    enclosures: Sequence[Enclosure] = ()


@dataclass(slots=True)
class Draft:
    """One copy for one contact: compiled, and later with its moment and what goes with it; or a
    reason against it."""

    contact_id: int | None
    mission_id: int | None
    name: str
    address: str
    step: int
    language: str
    compiled: Compiled | None = None
    paper: Compiled | None = None  # what its PDF says, where it goes with one
    reason: str | None = None
    timetable: Timetable | None = None
    planned_at: datetime | None = None
    enclosures: list[str] = field(default_factory=list)  # ids

    def hold_back(self, reason: str) -> None:
        self.compiled, self.paper, self.planned_at, self.reason = None, None, None, reason


class Drafter:
    """Makes the drafts of one campaign. What many contacts share is worked out once."""

    def __init__(self, schedule: Schedule, materials: Materials) -> None:
        self._schedule = schedule
        self._materials = materials
        self._files = [file.name for file in materials.enclosures]
        self._window = schedule.window.window
        self._languages = _languages(schedule, materials)
        self._chosen: dict[tuple[tuple[str, ...], int], str | None] = {}
        self._values = Values(schedule.campaign, materials.forms, materials.states)

    def drafts(
        self, contact: Contact, mission: Mission, suppression: Suppression | None
    ) -> Iterator[Draft]:
        """A draft for each step. Once one is held back, so are those after it."""
        state = self._materials.states.get(mission.state)
        candidate = Candidate(contact, mission, state, suppression)
        reason = reason_against(candidate)
        reads = candidate.reads(self._schedule.campaign.fallback_language)
        who = (contact.id, mission.id, contact.name, contact.address)
        values = cache(partial(self._values.of, candidate))  # by language, the same for all steps
        for step in range(1, len(self._languages) + 1):
            language = self._language(reads, step)
            draft = Draft(*who, step, language or next(iter(reads), ""))
            if reason is None and language is None:
                reason = _NO_LANGUAGE % {"languages": ", ".join(reads)}
            if reason is None:
                reason = self._write(draft, candidate, values(draft.language))
            draft.reason = reason
            yield draft

    def _write(self, draft: Draft, candidate: Candidate, values: dict[str, Any]) -> str | None:
        """Compiles the letter into the draft; the reason why that cannot be done, or None."""
        has_pdf = self._schedule.steps[draft.step - 1].pdf
        try:
            draft.compiled = self._compiled(draft, values, pdf=has_pdf)
            if has_pdf:  # which does not say that it is enclosed with itself
                draft.paper = self._compiled(draft, values, pdf=False)
        except MissingValue as missing:
            return _NO_VALUE % {"name": missing.name}
        draft.timetable = timetable(candidate.time_zone, candidate.mission.state, self._window)
        return None

    def _compiled(self, draft: Draft, values: dict[str, Any], *, pdf: bool) -> Compiled:
        source = self._materials.letter.source(self._letter(draft.step), draft.language)
        footer = self._materials.footers[draft.language]
        enclosed = {"pdf": pdf, "files": self._files}
        return self._materials.compiler.compile(source, footer, {**values, "enclosed": enclosed})

    def unreviewed(self, drafts: Iterable[Draft]) -> list[str]:
        """The files that the drafts use and nobody has reviewed, as "reminder.fr"."""
        used = {(self._letter(draft.step), draft.language) for draft in drafts if draft.compiled}
        sources = (self._materials.letter.source(*key) for key in sorted(used))
        return [f"{source.step}.{source.language}" for source in sources if not source.reviewed_by]

    def _letter(self, step: int) -> str:
        return self._schedule.steps[step - 1].letter

    def _language(self, reads: tuple[str, ...], step: int) -> str | None:
        key = (reads, step)
        if key not in self._chosen:
            self._chosen[key] = choose(reads, self._languages[step - 1])
        return self._chosen[key]


def _languages(schedule: Schedule, materials: Materials) -> list[tuple[str, ...]]:
    """The languages of each step; InvalidInput when a step or a footer is not there."""
    letter, problems = materials.letter, []
    languages = [letter.languages(step.letter) for step in schedule.steps]
    for step, found in zip(schedule.steps, languages, strict=True):
        if not found:
            there = ", ".join(letter.steps)
            said = _(
                'the letter has no step "%(step)s"; it has %(there)s', step=step.letter, there=there
            )
            problems.append(said)
    for language in sorted({language for found in languages for language in found}):
        if language not in materials.footers:
            said = _("there is no templates/notices/footer.%(language)s.md", language=language)
            problems.append(said)
    used = {(step.letter, one) for step in schedule.steps for one in letter.languages(step.letter)}
    problems += [
        f"{letter.source(*each).name}: {problem}"
        for each in sorted(used)
        for problem in check(letter.source(*each), NAMES)
    ]
    if problems:
        raise InvalidInput(_("The letter %(slug)s cannot be used:", slug=letter.slug), problems)
    return languages
