"""Languages of letters: which way they run, and which of them a reader gets."""

from collections.abc import Collection, Sequence
from typing import Literal

UN_LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh")

_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ps", "ug", "ur", "yi"})


def direction(language: str) -> Literal["ltr", "rtl"]:
    return "rtl" if base(language) in _RIGHT_TO_LEFT else "ltr"


def choose(reads: Sequence[str], available: Collection[str]) -> str | None:
    """The first language of ``reads`` that there is, as ``available`` writes it.

    Who reads "fr-CH" reads "fr", and the other way round.
    """
    for wanted in reads:
        exact = (one for one in available if one.casefold() == wanted.casefold())
        close = (one for one in available if base(one) == base(wanted))
        if found := next(exact, None) or next(close, None):
            return found
    return None


def base(language: str) -> str:
    """The language of a tag (BCP 47) without its region or script: "zh" for "zh-Hant"."""
    return language.replace("_", "-").partition("-")[0].casefold()
