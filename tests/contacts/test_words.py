"""Words as organizers write them: folded, and read as languages, roles and time zones."""

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from outreach.contacts.folding import fold
from outreach.contacts.formulas import defuse, restore
from outreach.contacts.languages import read_languages
from outreach.contacts.roles import read_role
from outreach.contacts.time_zones import read_time_zone
from outreach.errors import InvalidInput
from outreach.letters.languages import UN_LANGUAGES


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("E-mail:", "e mail"),
        ("Prénom", "PRENOM"),
        ("Straße", "strasse"),
        ("البريد الإلكتروني", "البريد الالكتروني"),
        ("ИМЯ_контакта", "имя контакта"),
        ("Ｅｍａｉｌ", "email"),
    ],
)
def test_the_same_words_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text(alphabet="'=+-@\t\rab", max_size=6))
def test_a_defused_cell_runs_nothing_and_comes_back(cell: str) -> None:
    assert not defuse(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert restore(defuse(cell)) == cell


@pytest.mark.parametrize("code", UN_LANGUAGES)
@pytest.mark.parametrize("language", UN_LANGUAGES)
def test_un_languages_are_known_by_name_in_each_other(code: str, language: str) -> None:
    assert read_languages(Locale.parse(language).languages[code]) == [code]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("fr", ["fr"]),
        ("French", ["fr"]),
        ("français", ["fr"]),
        ("fr; en", ["fr", "en"]),
        ("fr en", ["fr", "en"]),
        ("French / English", ["fr", "en"]),
        ("français et anglais", ["fr", "en"]),
        ("испанский и русский", ["es", "ru"]),
        ("الفرنسية، الإنجليزية", ["fr", "en"]),
        ("法语、英语", ["fr", "en"]),
        ("pt-BR", ["pt"]),
        ("zh_Hans_CN", ["zh"]),
        ("fra", ["fr"]),
        ("fr; French; FR", ["fr"]),
        ("Tok Pisin", ["tpi"]),
        ("Simplified Chinese", ["zh"]),
        ("español de México", ["es"]),
        ("", []),
        (" ; ", []),
    ],
)
def test_languages_are_read_as_codes(text: str, codes: list[str]) -> None:
    assert read_languages(text) == codes


@pytest.mark.parametrize(
    "text", ["Klingonese", "fr; xyzzy", "fr Klingonese", "??", "french english"]
)
def test_an_unknown_language_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="no language"):
        read_languages(text)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Ambassador", "ambassador"),
        ("AMBASSADRICE", "ambassador"),
        ("Ambassador, Permanent Representative", "ambassador"),
        ("Постоянный представитель", "ambassador"),
        ("大使", "ambassador"),
        ("Chargé d’affaires a.i.", "charge_daffaires"),
        ("Encargada de Negocios", "charge_daffaires"),
        ("القائم بالأعمال", "charge_daffaires"),
        ("Vacant", "vacant"),
        ("空缺", "vacant"),
        ("boîte fonctionnelle", "mailbox"),
        ("charge_daffaires", "charge_daffaires"),
        ("Deputy Permanent Representative", "Deputy Permanent Representative"),
        ("Counsellor (IP)", "Counsellor (IP)"),
        ("", ""),
    ],
)
def test_roles_are_recognised_or_kept(text: str, role: str) -> None:
    assert read_role(text) == role


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Zurich", "Europe/Zurich"),
        ("america/new york", "America/New_York"),
        ("utc", "UTC"),
        ("", ""),
    ],
)
def test_time_zones_are_read_as_iana_names(text: str, zone: str) -> None:
    assert read_time_zone(text) == zone


@pytest.mark.parametrize(
    "text", ["Europe/Atlantis", "EST", "Etc/GMT+5", "../../etc/passwd", "+01:00", "Factory"]
)
def test_an_unknown_time_zone_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="no time zone"):
        read_time_zone(text)
