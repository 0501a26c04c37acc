"""A page of a letter that is being written: as one reader would get it, and for whom not at all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from outreach.campaigns.eligibility import Candidate, reason_against
from outreach.campaigns.previewing import Reader
from outreach.campaigns.schedule import Schedule
from outreach.campaigns.values import NAMES, Values
from outreach.contacts.states import MemberStates
from outreach.delivery.tables import Suppression
from outreach.errors import InvalidInput
from outreach.letters.address import load_forms
from outreach.letters.checking import check
from outreach.letters.compiling import Compiled, Compiler, MissingValue
from outreach.letters.languages import choose
from outreach.letters.links import broken_links
from outreach.letters.source import LetterSource, load_footer
from outreach.texts import gettext as _
from outreach.texts import retold, spoken

MOST_READERS = 500  # contacts that are tried while somebody waits


class Lack(NamedTuple):
    """What is missing, "contact.title has no value", and whom it would hold back."""

    what: str
    readers: Sequence[Reader]


@dataclass(frozen=True)
class Tried:
    """``readers`` are those who would get this page, of ``looked_at`` contacts."""

    looked_at: int
    readers: Sequence[Reader]
    lacks: Sequence[Lack]


class Proof:
    """One page with the values of one campaign's schedule; not for several threads.

    ``languages`` are those that its step is written in, its own among them.
    """

    def __init__(
        self,
        source: LetterSource,
        languages: Collection[str],
        schedule: Schedule,
        templates: Path,
        states: MemberStates,
    ) -> None:
        self._source, self._languages, self._campaign = source, languages, schedule.campaign
        self.has_pdf = any(step.letter == source.step and step.pdf for step in schedule.steps)
        self._footer = load_footer(templates, source.language)
        self._states, self._compiler = states, Compiler()
        self._values = Values(schedule.campaign, load_forms(templates), states)

    def compile(self, reader: Reader, *, for_paper: bool = False) -> Compiled:
        """In this page's language, whatever they read. MissingValue; InvalidInput for mistakes.

        On paper it does not say that it is enclosed with itself.
        """
        values = self._printed(reader, pdf=self.has_pdf and not for_paper)
        return self._compiler.compile(self._source, self._footer, values)

    def against(self, reader: Reader, suppression: Suppression | None) -> str | None:
        """Why the reader would get nothing, or this letter in another language; or None."""
        candidate = self._candidate(reader, suppression)
        if reason := reason_against(candidate):
            return _("Nothing is sent to them: %(reason)s.", reason=retold(reason))
        chosen = self._language(candidate)
        if chosen is None:
            return _("Nothing is sent to them: there is no letter in a language they read.")
        if chosen != self._source.language:
            page = f"{self._source.step}.{chosen}"
            return _("They get %(page)s, for that is what they read first.", page=page)
        return None

    def try_on(self, readers: Sequence[Reader], stopped: Mapping[str, Suppression]) -> Tried:
        """Fill the page in for each of those who would get it; ``stopped`` are by address."""
        lacks: dict[str, list[Reader]] = {}
        theirs = [
            reader
            for reader in readers
            if not self.against(reader, stopped.get(reader.contact.address))
        ]
        for reader in theirs:
            try:
                values = self._printed(reader, pdf=self.has_pdf)
                self._compiler.render(self._source, self._footer, values)
            except MissingValue as missing:
                lacks.setdefault(str(missing), []).append(reader)
        return Tried(len(readers), theirs, [Lack(*each) for each in lacks.items()])

    def _printed(self, reader: Reader, *, pdf: bool) -> dict[str, Any]:
        candidate = self._candidate(reader)
        if candidate.state is None:
            state = reader.mission.state
            raise InvalidInput(_("%(state)s is not among the member states.", state=state))
        enclosed = {"pdf": pdf, "files": self._campaign.enclosures}
        return {**self._values.of(candidate, self._source.language), "enclosed": enclosed}

    def _candidate(self, reader: Reader, suppression: Suppression | None = None) -> Candidate:
        state = self._states.get(reader.mission.state)
        return Candidate(reader.contact, reader.mission, state, suppression)

    def _language(self, candidate: Candidate) -> str | None:
        reads = candidate.reads(self._campaign.fallback_language)
        return choose(reads, self._languages)


def mistakes(source: LetterSource) -> Sequence[str]:
    """What a plan would refuse, by its line in the text."""
    return _mistakes(replace(source, reviewed_by="", path=None, body_line=1), spoken())


def dead_links(source: LetterSource) -> Sequence[str]:
    """For a page without mistakes."""
    return _dead_links(replace(source, reviewed_by="", path=None, body_line=1), spoken())


@lru_cache(maxsize=512)
def _mistakes(source: LetterSource, _spoken: str) -> Sequence[str]:
    return check(source, NAMES)


@lru_cache(maxsize=512)
def _dead_links(source: LetterSource, _spoken: str) -> Sequence[str]:
    return broken_links(source)
