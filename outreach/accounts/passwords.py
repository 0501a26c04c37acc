"""Passwords of organizers: which are good enough, how they are kept, how they are checked."""

from functools import cache
from importlib.resources import files
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from outreach.errors import InvalidInput
from outreach.texts import gettext as _

SHORTEST = 12
LONGEST = 128  # more would only keep the hasher busy

# Checked in place of a hash that is not there: a stranger must not learn from the time an answer
# takes which addresses belong to organizers.
_NOBODYS_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4$q39nWBczddQVjf4ZWZ1"
    "FBQ$eUbo52R9zC32QVipTcIhbyw36WEFHBKrYNCsaGkrnmY"
)


def hash_password(password: str, *, address: str) -> str:
    """The argon2id hash to store; InvalidInput says why a password is not good enough."""
    if reason := weakness(password, address=address):
        raise InvalidInput(reason)
    return PasswordHasher().hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Takes about the same time whether or not there is anything to compare with."""
    if len(password) > LONGEST:
        password, stored = "", None
    try:
        right = PasswordHasher().verify(stored or _NOBODYS_HASH, password)
    except (VerificationError, InvalidHashError):
        return False
    return right and stored is not None


def weakness(password: str, *, address: str) -> str | None:
    """Why a password is refused, or None."""
    if len(password) < SHORTEST:
        says = _("The password needs at least %(least)s characters; three or four words do well.")
        return says % {"least": SHORTEST}
    if len(password) > LONGEST:
        return _("The password may have at most %(most)s characters.", most=LONGEST)
    plain = _plain(password)
    if plain in {_plain(address), _plain(address.partition("@")[0])}:
        return _("The password must not be the address.")
    if _is_common(plain) or _is_one_run(password):
        return _("This password is one of the first that anybody would try; please choose another.")
    return None


def _is_common(plain: str) -> bool:
    """Also with numbers around it, and over and over: what people do to make one long enough."""
    core = plain.strip("0123456789")
    length = next((n for n in range(4, len(core)) if core == core[:n] * (len(core) // n)), 0)
    return not _commonest().isdisjoint({plain, core, core[:length]})


@cache
def _commonest() -> frozenset[str]:
    """From known breaches (docs/security.md), in lower case and without punctuation.

    Whole ones of at least 12 characters, and shorter ones without the numbers around them.
    """
    listed = files("outreach.accounts").joinpath("commonest_passwords.txt")
    return frozenset(listed.read_text(encoding="utf-8").split())


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _is_one_run(password: str) -> bool:
    """One to three characters over and over, or neighbours in a row ("abcdef...", "987654...")."""
    if any(password == (password[:n] * len(password))[: len(password)] for n in (1, 2, 3)):
        return True
    steps = {ord(b) - ord(a) for a, b in pairwise(password)}
    return steps in ({1}, {-1})
