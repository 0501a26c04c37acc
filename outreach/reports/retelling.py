"""The names in a report for who reads it in another language: of states, regions and languages.

Reports are computed and stored in English. Only names change here, and what is no name that
the shipped files know stays as it is; all else is worded where it is shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TypeVar

from babel import Locale

from outreach.contacts.folding import fold
from outreach.contacts.state_names import name_in
from outreach.contacts.states import MemberStates
from outreach.reports.answers import Answer
from outreach.reports.figures import Breakdown, Figures
from outreach.reports.missions import REGIONS, UNKNOWN_REGION
from outreach.reports.needs import Need
from outreach.reports.outcomes import Said
from outreach.reports.silent import Silence, SilentMission
from outreach.reports.standing import StateStanding
from outreach.texts import gettext as _
from outreach.texts import spoken

Names = Mapping[str, str]  # by the English one
Mission = TypeVar("Mission", Answer, SilentMission)
Line = TypeVar("Line", Need, Said)


def retold(figures: Figures) -> Figures:
    """The same figures in the same order, for whoever reads them now."""
    if spoken() == "en":
        return figures
    names = {each.name: name_in(spoken(), each.state, each.name) for each in figures.states}
    regions, outcomes, silence = _regions(), figures.outcomes, figures.silence
    return figures.model_copy(
        update={
            "states": standings(figures.states),
            "regions": _renamed(figures.regions, regions),
            "languages": _renamed(figures.languages, _languages(spoken())),
            "answers": [_with_state(each, names) for each in figures.answers],
            "needs": [_with_missions(each, names) for each in figures.needs],
            "outcomes": outcomes and [_with_missions(each, names) for each in outcomes],
            "silence": silence and _silence(silence, names, regions),
        }
    )


def standings(states: Sequence[StateStanding]) -> list[StateStanding]:
    """By name, as one looks for it in the language that is spoken."""
    if spoken() == "en":
        return list(states)
    renamed = (
        each.model_copy(update={"name": name_in(spoken(), each.state, each.name)})
        for each in states
    )
    return sorted(renamed, key=lambda one: fold(one.name))


def needs(lines: Iterable[Need], states: MemberStates) -> list[Need]:
    """As ``needs_a_person`` finds them."""
    names = {each.name: states.name(each.code, spoken()) for each in states}
    return [_with_missions(each, names) for each in lines]


def _silence(silence: Silence, names: Names, regions: Names) -> Silence:
    renamed = {regions.get(name, name): count for name, count in silence.regions.items()}
    missions = [_with_state(each, names) for each in silence.missions]
    return silence.model_copy(update={"regions": renamed, "missions": missions})


def _with_state(mission: Mission, names: Names) -> Mission:
    """A mission that has its state's name in its own is called by that alone."""
    if mission.state in mission.organization:
        return mission
    return mission.model_copy(update={"state": names.get(mission.state, mission.state)})


def _with_missions(line: Line, names: Names) -> Line:
    return line.model_copy(update={"missions": [_mission(each, names) for each in line.missions]})


def _mission(name: str, names: Names) -> str:
    """As ``mission_name`` has put it together; a state's name may have commas itself."""
    parts = name.split(", ")
    for at in range(1, len(parts)):
        if found := names.get(", ".join(parts[at:])):
            return f"{', '.join(parts[:at])}, {found}"
    return name


def _renamed(parts: Iterable[Breakdown], names: Names) -> list[Breakdown]:
    return [part.model_copy(update={"name": names.get(part.name, part.name)}) for part in parts]


def _regions() -> Names:
    return {name: _(name) for name in (*REGIONS, UNKNOWN_REGION)}


@cache
def _languages(language: str) -> Names:
    """As ``Locale`` names them."""
    told: Names = Locale.parse(language).languages
    english: Names = Locale.parse("en").languages
    return {name: told.get(code, name) for code, name in english.items()}
