from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.errors import InvalidInput
from outreach.letters.address import ROLES, Forms, load_forms, salutation

TABLE = """
[en]
ambassador = ["Dear Ambassador {family_name},", "Excellency,"]
charge_daffaires = ["Dear {title} {name} of {organization},", "Dear Chargé d'Affaires,"]
vacant = ["Dear Members of the Mission,"]
mailbox = ["Dear Colleagues,"]
unknown = ["Dear {name},", "Dear Sir or Madam,"]
mission = ["Permanent Mission"]
"""


@pytest.fixture
def forms(tmp_path: Path) -> Forms:
    return written(tmp_path, TABLE)


def written(folder: Path, text: str) -> Forms:
    (folder / "forms_of_address.toml").write_text(text, "utf-8")
    return load_forms(folder)


def test_a_named_ambassador_is_addressed_by_name(forms):
    assert salutation(forms, "en", "ambassador", family_name="Diop") == "Dear Ambassador Diop,"


def test_a_mission_without_a_name_of_its_own_is_called_as_its_language_does(forms):
    assert forms.mission("en") == forms.mission("en-GB") == "Permanent Mission"


def test_a_contact_whose_role_is_called_mission_is_no_form_of_address(forms):
    assert salutation(forms, "en", "mission") == "Dear Sir or Madam,"


def test_a_form_that_needs_a_missing_value_gives_way_to_the_next(forms):
    assert salutation(forms, "en", "ambassador", name="Awa Diop") == "Excellency,"
    assert salutation(forms, "en", "charge_daffaires", title="Mr", name="Li") == (
        "Dear Chargé d'Affaires,"
    )
    assert salutation(
        forms, "en", "charge_daffaires", title="Mr", name="Li", organization="the Mission"
    ) == ("Dear Mr Li of the Mission,")


def test_a_vacant_post_is_never_addressed_by_the_name_of_who_left(forms):
    assert salutation(forms, "en", "vacant", name="Awa Diop") == "Dear Members of the Mission,"


@pytest.mark.parametrize("role", ["", "Head of Chancery"])
def test_a_role_of_the_organizers_own_words_is_an_unknown_one(forms, role):
    assert salutation(forms, "en", role) == "Dear Sir or Madam,"


def test_the_organizers_own_salutation_goes_before_all_forms(forms):
    own = salutation(forms, "en", "ambassador", own=" Dear\nAwa, ", family_name="Diop")
    assert own == "Dear Awa,"


def test_a_value_that_looks_like_a_placeholder_is_not_filled_again(forms):
    assert salutation(forms, "en", "", name="{family_name}", family_name="x") == (
        "Dear {family_name},"
    )


def test_a_language_without_forms_is_named(forms):
    with pytest.raises(InvalidInput, match=r"\[de\]"):
        salutation(forms, "de", "ambassador")


@settings(deadline=None)
@given(st.sampled_from([*ROLES, "", "x"]), st.text(), st.text(), st.text(), st.text())
def test_a_salutation_is_never_empty_and_one_line(role, own, title, name, family_name):
    forms = Forms({"en": {each: ("{title} {name} {family_name}", "Madam") for each in ROLES}})
    said = salutation(forms, "en", role, own=own, title=title, name=name, family_name=family_name)
    assert said.strip()
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (TABLE.replace("vacant", "vacent"), "vacent: not a role"),
        (TABLE.replace("vacant", "vacent"), "vacant: a list of forms is needed"),
        (TABLE.replace(', "Excellency,"', ""), "the last form must need no value"),
        (TABLE.replace("{family_name}", "{surname}"), "{surname} is not known"),
        (TABLE.replace("{family_name}", "{contact.__class__}"), "brace that closes nothing"),
        (TABLE.replace('"Excellency,"', '""'), "'' is not a line of text"),
        (TABLE.replace('["Dear Colleagues,"]', '"Dear"'), "mailbox: a list of forms is needed"),
        ("en = 3", "en: only tables"),
        ("[en", "cannot be read"),
    ],
)
def test_what_is_wrong_with_the_forms_is_named(tmp_path, table, said):
    with pytest.raises(InvalidInput) as caught:
        written(tmp_path, table)
    assert said in str(caught.value)


def test_missing_forms_are_named(tmp_path):
    with pytest.raises(InvalidInput, match=r"forms_of_address\.toml is missing"):
        load_forms(tmp_path)
