"""The shipped member states, an organizer's own file of them, and finding a state by name."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.core import get_global

from outreach.contacts.state_file import SHIPPED
from outreach.contacts.state_names import StateNames
from outreach.contacts.states import MemberStates, load_states
from outreach.errors import InvalidInput
from outreach.letters.languages import UN_LANGUAGES

HEADER = (
    "alpha2,alpha3,name,member_2026_10,un_member,coordination_committee_2026_10_05,"
    "region,subregion,official_languages,time_zones"
)
FRANCE = "FR,FRA,France,yes,yes,yes,Europe,Western Europe,fr,Europe/Paris"


def test_there_are_193_with_their_dates(states: MemberStates) -> None:
    assert len(states) == 193
    assert states.as_of == "2021-10"
    assert sum(state.coordination_committee for state in states) == 83
    assert states.coordination_committee_as_of == "2020-03-04"
    assert {state.code for state in states if not state.un_member} == {"CK", "NU", "VA"}


def test_every_state_has_a_region_languages_and_zones_that_exist(states: MemberStates) -> None:
    known = {*Locale.parse("en").languages, "cnr", "wni", "zdj"}  # CLDR names these not
    for state in states:
        assert state.region in {"Africa", "Americas", "Asia", "Europe", "Oceania"}
        assert state.subregion
        assert state.official_languages
        assert set(state.official_languages) <= known
        assert all(ZoneInfo(zone) for zone in state.time_zones)


def test_zones_cover_those_of_cldr_with_the_capitals_first(states: MemberStates) -> None:
    several = [state for state in states if len(state.time_zones) > 1]
    assert {state.code for state in several} == {
        state.code for state in states if len(get_global("territory_zones")[state.code]) > 1
    }
    first = {state.code: state.time_zones[0] for state in several}
    assert first["US"] == "America/New_York"
    assert first["RU"] == "Europe/Moscow"
    assert first["AU"] == "Australia/Sydney"
    assert first["UA"] == "Europe/Kyiv"
    assert first["KZ"] == "Asia/Almaty"


@pytest.mark.parametrize(
    ("code", "languages"),
    [
        ("UA", ("uk",)),
        ("IL", ("he",)),
        ("US", ("en",)),
        ("MX", ("es",)),
        ("JP", ("ja",)),
        ("CH", ("de", "fr", "it", "rm")),
        ("SD", ("ar", "en")),
        ("RS", ("sr",)),
    ],
)
def test_official_languages_are_those_to_write_in(
    states: MemberStates, code: str, languages: tuple[str, ...]
) -> None:
    assert states[code].official_languages == languages


@pytest.mark.parametrize("language", UN_LANGUAGES)
def test_every_name_in_every_un_language_finds_its_own_state(
    states: MemberStates, language: str
) -> None:
    everyday = Locale.parse(language).territories
    for state in states:
        for name in (state.name, everyday[state.code], states.name(state.code, language)):
            assert states.find(name) == state.code, name
            assert states.find(name.upper()) == state.code, name


def test_codes_are_found_in_any_case(states: MemberStates) -> None:
    for state in states:
        assert states.find(state.code.lower()) == state.code
        assert states.find(f" {state.alpha3} ") == state.code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("USA", "US"),
        ("U.S.A.", "US"),
        ("UK", "GB"),
        ("South Korea", "KR"),
        ("Korea, Republic of", "KR"),
        ("Republic of Korea", "KR"),
        ("Korea (the Democratic People's Republic of)", "KP"),
        ("DPRK", "KP"),
        ("Congo", "CG"),
        ("République du Congo", "CG"),
        ("DR Congo", "CD"),
        ("Congo, Dem. Rep.", "CD"),
        ("Congo (Democratic Republic of the)", "CD"),
        ("Guinea", "GN"),
        ("Guinée équatoriale", "GQ"),
        ("Guinea Bissau", "GW"),
        ("Papua New Guinea", "PG"),
        ("Dominica", "DM"),
        ("Dominican Republic", "DO"),
        ("Niger", "NE"),
        ("Nigeria", "NG"),
        ("Russie", "RU"),
        ("Iran", "IR"),
        ("Ivory Coast", "CI"),
        ("COTE D’IVOIRE", "CI"),
        ("Turkey", "TR"),
        ("Czechia", "CZ"),
        ("the Gambia", "GM"),
        ("Bahamas, The", "BS"),
        ("la République de Pologne", "PL"),
        ("Kingdom of Spain", "ES"),
        ("People's Republic of China", "CN"),
        ("St Kitts & Nevis", "KN"),
        ("Королевство Норвегия", "NO"),
        ("جمهورية العراق", "IQ"),
        ("Vatican", "VA"),
    ],
)
def test_common_names_are_found(states: MemberStates, text: str, code: str) -> None:
    assert states.find(text) == code


@pytest.mark.parametrize(
    "text",
    ["Korea", "Corée", "Kingdom of Korea", "Republic of China", "Islamic State", "South Sudan",
     "Soviet Union", "Atlantis", "", "the", "FRANCE FRANCE GERMANY", "x" * 1_000_000, "\0"],
)  # fmt: skip
def test_what_is_no_state_or_two_is_none(states: MemberStates, text: str) -> None:
    assert states.find(text) is None


def test_a_name_that_two_states_share_is_none() -> None:
    names = StateNames({"aa": "AA", "bb": "BB"}, {"AA": "Isle", "BB": "The Isle", "CC": "Land"})
    assert names.find("Isle") is None
    assert names.find("Land") == "CC"


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("CD", "en", "Democratic Republic of the Congo"),
        ("CD", "fr", "République démocratique du Congo"),
        ("MM", "es", "Myanmar"),
        ("FR", "ar", "فرنسا"),
        ("CK", "ru", "Острова Кука"),
        ("DE", "zh", "德国"),
        ("DE", "pt", "Germany"),
        ("XX", "en", "XX"),
    ],
)
def test_names_shown_are_those_that_missions_use(
    states: MemberStates, code: str, language: str, name: str
) -> None:
    assert states.name(code, language) == name


def test_a_newer_file_brings_its_own_dates_and_members(tmp_path: Path) -> None:
    left = FRANCE.replace("FR,FRA,France,yes", "DE,DEU,Germany,no")
    file = tmp_path / "states.csv"
    file.write_text(f"{HEADER}\n{FRANCE}\n{left}\n", encoding="utf-8-sig")
    states = load_states(file)
    assert [state.code for state in states] == ["FR"]
    assert states.as_of == "2026-10"
    assert states.coordination_committee_as_of == "2026-10-05"
    assert states.find("Germany") is None
    assert states.get("DE") is None
    assert "FR" in states


def test_the_shipped_file_is_a_copy_to_start_from(tmp_path: Path, states: MemberStates) -> None:
    file = tmp_path / "states.csv"
    file.write_bytes(SHIPPED.read_bytes())
    assert list(load_states(file)) == list(states)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (FRANCE.replace("FR,", "Fr,"), "row 3: alpha2 should be two capital letters"),
        (FRANCE, "row 3: alpha2 'FR' is in row 2 already"),
        (FRANCE.replace("FR,FRA,France", "DE,DEU,"), "row 3: name should be a name"),
        (FRANCE.replace("Paris", "Atlantis"), "row 3: time_zones should be IANA"),
        (FRANCE.replace(",fr,", ",French,"), "row 3: official_languages should be"),
        (FRANCE.replace("yes", "perhaps"), "row 3: un_member should be yes or no"),
        (FRANCE + ",more", "row 3: there are 11 columns"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str, problem: str) -> None:
    file = tmp_path / "states.csv"
    file.write_text(f"{HEADER}\n{FRANCE}\n{row}\n", encoding="utf-8")
    with pytest.raises(InvalidInput) as raised:
        load_states(file)
    assert any(found.startswith(problem) for found in raised.value.problems)


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        (HEADER.replace("region,", "", 1), "there is no column region"),
        (HEADER.replace("_2026_10_05", ""), "no column coordination_committee_YYYY_MM_DD"),
        (HEADER.replace("_2026_10_05", "_2026_13_05"), "does not end in a date"),
        (HEADER.replace("un_member", "name"), "the column name is there twice"),
        ("", "there is no column alpha2"),
    ],
)
def test_a_wrong_header_is_named(tmp_path: Path, header: str, problem: str) -> None:
    file = tmp_path / "states.csv"
    file.write_text(f"{header}\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"cannot be used|does not end") as raised:
        load_states(file)
    assert problem in str(raised.value)


def test_a_file_without_states_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "states.csv"
    file.write_text(f"{HEADER}\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="there is no state in it"):
        load_states(file)
