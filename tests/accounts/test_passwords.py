"""Which passwords are taken, and how they are checked."""

import pytest
from argon2 import PasswordHasher

from outreach.accounts import passwords
from outreach.errors import InvalidInput

ADDRESS = "anna@example.org"


@pytest.mark.parametrize(
    "password",
    [
        "elevenchars",
        "Password1234",
        "pass-word 1234",
        "anna@example.org",
        "Anna@Example.Org",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "sonyericsson",
        "Sunshine!2026",
        "2026-dragon-2026",
        "monkeymonkeymonkey",
        "abababababab",
        "ghijklmnopqr",
        "x" * 1001,
    ],
)
def test_weak_passwords_are_refused_with_the_reason(password: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        passwords.hash_password(password, address=ADDRESS)
    assert str(refusal.value).endswith((".", "well.", "characters."))
    assert password not in str(refusal.value)


@pytest.mark.parametrize(
    "password", ["four calm words here", "ключ от старой двери", "n4M!tq-0ulx2"]
)
def test_a_good_password_is_kept_as_argon2id_and_matches_only_itself(password: str) -> None:
    stored = passwords.hash_password(password, address=ADDRESS)
    assert stored.startswith("$argon2id$")
    assert password not in stored
    assert passwords.matches(password, stored)
    assert not passwords.matches(password + "x", stored)


@pytest.mark.parametrize("stored", [None, "", "plain text"])
def test_nothing_matches_a_hash_that_is_missing_or_broken(stored: str | None) -> None:
    assert not passwords.matches("four calm words here", stored)


def test_a_missing_hash_costs_as_much_to_check_as_a_real_one() -> None:
    assert not PasswordHasher().check_needs_rehash(passwords._NOBODYS_HASH)
