"""Headers as organizers write them, and the fields they mean."""

import pytest

from outreach.contacts.columns import read_header
from outreach.contacts.headers import HEADERS
from outreach.errors import InvalidInput


def fields(*headers: str) -> tuple[str, ...]:
    return read_header(headers, "contacts.csv").fields


@pytest.mark.parametrize(
    "header",
    ["e-mail", "E-MAIL", "Email address", "mail", "Courriel", "Correo electrónico",
     "correo electronico", "Адрес электронной почты", "电子邮件", "البريد الإلكتروني",
     "البريد الالكتروني", " E-mail: ", "e_mail"],
)  # fmt: skip
def test_an_email_column_is_known_in_six_languages(header: str) -> None:
    assert fields(header, "State") == ("address", "state")


def test_no_header_means_two_fields() -> None:
    every = [words for field in HEADERS.values() for words in field]
    for words in every:
        others = [word for word in ("e-mail", "state") if word not in words]
        meant = {field for field, known in HEADERS.items() if words in known}
        assert len(meant) == 1, words
        if meant.isdisjoint({"address", "state"}):
            assert fields(words, *others)[0] in meant | {"family_name", "given_name"}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (("Nom", "Prénom"), ("family_name", "given_name")),
        (("Nombre", "Apellidos"), ("given_name", "family_name")),
        (("Имя", "Фамилия"), ("given_name", "family_name")),
        (("Nom",), ("name",)),
        (("Name", "Given name", "Family name"), ("name", "given_name", "family_name")),
    ],
)
def test_a_word_for_name_is_told_by_what_stands_beside_it(
    headers: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert fields("E-mail", "State", *headers)[2:] == expected


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Table no.", "own.table_no"),
        ("Numéro d'arrivée", "own.numero_d_arrivee"),
        ("2026 meeting", "own.column_2026_meeting"),
        ("Секция", "own.секция"),
        ("备注", "own.备注"),
    ],
)
def test_other_headers_become_own_columns(header: str, name: str) -> None:
    field = fields("E-mail", "State", header)[2]
    assert field == name
    assert field.removeprefix("own.").isidentifier()
    assert fields("E-mail", "State", name.removeprefix("own."))[2] == name


def test_a_missing_column_names_what_was_found_and_what_is_taken() -> None:
    with pytest.raises(InvalidInput) as raised:
        fields("Electronic thing", "Country")
    message = str(raised.value)
    assert "contacts.csv has no column for e-mail." in message
    assert '"Electronic thing", "Country"' in message
    assert "courriel" in message
    assert "成员国" not in message


def test_a_file_without_a_header_does_not_have_its_first_address_repeated() -> None:
    with pytest.raises(InvalidInput) as raised:
        fields("secret@example.org", "FR")
    assert "no column for e-mail and none for state" in str(raised.value)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("headers", "both"),
    [
        (("E-mail", "Courriel", "State"), '"E-mail" and "Courriel" are both for e-mail'),
        (("E-mail", "State", "Table no", "table NO."), "both for own.table_no"),
    ],
)
def test_two_columns_for_one_field_are_refused(headers: tuple[str, ...], both: str) -> None:
    with pytest.raises(InvalidInput, match=both):
        fields(*headers)


@pytest.mark.parametrize("header", ["***", "x" * 61])
def test_a_header_that_makes_no_name_is_refused(header: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be made a name"):
        fields("E-mail", "State", header)


def test_columns_of_ones_own_have_a_limit() -> None:
    with pytest.raises(InvalidInput, match="more than 100 columns"):
        fields("E-mail", "State", *(f"own {n}" for n in range(101)))
