"""Bytes of any charset into text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.inbox.charsets import decode

RUSSIAN = "Уважаемые коллеги, благодарим за ваше письмо. Оно передано в столицу."


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Délégation", "utf-8"),
        ("Délégation", "iso-8859-1"),
        ("“Délégation” – 5 €", "cp1252"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "windows-1251"),
        ("شكرا لكم", "windows-1256"),
        ("代表团", "gb2312"),
        ("代表團", "big5"),
        ("代表団", "iso-2022-jp"),
        ("대표단", "euc-kr"),
        ("plain", "us-ascii"),
        ("Délégation", "utf-16"),
    ],
)
def test_the_declared_charset_is_believed(text: str, charset: str) -> None:
    assert decode(text.encode(charset), charset) == text


@pytest.mark.parametrize("declared", ["iso-8859-1", "us-ascii"])
def test_what_windows_calls_latin_is_windows_own(declared: str) -> None:
    assert decode("“quoted”".encode("cp1252"), declared) == "“quoted”"


@pytest.mark.parametrize("declared", ["", " ", "unknown-8bit", "x" * 99, "a\0b", "zip", "idna"])
def test_without_a_usable_name_it_is_utf_8_if_it_can_be(declared: str) -> None:
    assert decode("Délégation".encode(), declared) == "Délégation"


def test_a_wrong_name_falls_back_to_what_it_looks_like() -> None:
    assert decode(RUSSIAN.encode("koi8-r"), "utf-8") == RUSSIAN
    assert decode("Délégué".encode("latin-1"), "utf-8") == "Délégué"


@given(st.binary(max_size=200), st.sampled_from(["", "utf-8", "utf-7", "utf-16", "gb2312", "hz"]))
def test_any_bytes_give_text_that_can_be_stored(content: bytes, declared: str) -> None:
    text = decode(content, declared)
    assert "\0" not in text
    text.encode()  # no half characters
