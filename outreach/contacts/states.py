"""Member states: who they are, where and in which languages, read from a file with its dates."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from outreach.contacts.folding import fold
from outreach.contacts.state_file import SHIPPED, read_state_file
from outreach.contacts.state_names import StateNames


@dataclass(frozen=True)
class MemberState:
    """One state; ``code`` is ISO 3166-1 alpha-2, the first time zone its capital's."""

    code: str
    alpha3: str
    name: str
    region: str
    subregion: str
    official_languages: tuple[str, ...]
    time_zones: tuple[str, ...]
    un_member: bool
    coordination_committee: bool


class MemberStates:
    """The member states of one file, by code.

    ``as_of`` and ``coordination_committee_as_of`` are the days (or months) the file speaks of,
    in ISO 8601: whatever shows the facts shows their dates too.
    """

    def __init__(
        self, states: Iterable[MemberState], *, as_of: str, coordination_committee_as_of: str
    ) -> None:
        self._states = {state.code: state for state in states}
        self.as_of = as_of
        self.coordination_committee_as_of = coordination_committee_as_of
        codes = {state.code.lower(): state.code for state in self}
        codes |= {state.alpha3.lower(): state.code for state in self}
        self._names = StateNames(codes, {state.code: state.name for state in self})

    def __getitem__(self, code: str) -> MemberState:
        return self._states[code]

    def __contains__(self, code: object) -> bool:
        return code in self._states

    def __iter__(self) -> Iterator[MemberState]:
        return iter(self._states.values())

    def __len__(self) -> int:
        return len(self._states)

    def get(self, code: str) -> MemberState | None:
        return self._states.get(code)

    def name(self, code: str, language: str = "en") -> str:
        """The name to show in a UN language; in English it is the file's own."""
        return self._names.show(code, language)

    def by_name(self, language: str = "en") -> list[tuple[str, str]]:
        """Code and name of each, in the order in which readers of the language look for them."""
        names = [(state.code, self.name(state.code, language)) for state in self]
        return sorted(names, key=lambda each: fold(each[1]))

    def find(self, text: str) -> str | None:
        """The code of the state that is meant, or None where none or more than one could be.

        Knows codes, names in the six UN languages and common short names.
        """
        return self._names.find(text)


def load_states(path: Path | None = None) -> MemberStates:
    """The shipped states, or those of an organizer's own file of the same columns.

    Raises InvalidInput with every problem of the file, by row.
    """
    file = read_state_file(path or SHIPPED)
    return MemberStates(
        (_state(row) for row in file.rows if row["member"] == "yes"),
        as_of=file.dates["member"],
        coordination_committee_as_of=file.dates["coordination_committee"],
    )


def _state(row: Mapping[str, str]) -> MemberState:
    return MemberState(
        code=row["alpha2"],
        alpha3=row["alpha3"],
        name=row["name"],
        region=row["region"],
        subregion=row["subregion"],
        official_languages=tuple(row["official_languages"].split()),
        time_zones=tuple(row["time_zones"].split()),
        un_member=row["un_member"] == "yes",
        coordination_committee=row["coordination_committee"] == "yes",
    )
