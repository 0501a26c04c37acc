"""Words as the search compares them: a text and a query are brought to the same plain form.

Both databases get these words and never the text, so both find the same. Accents, vowel marks,
width and case are gone; the scripts that put no space between words are cut into pairs of
characters; the Arabic article and the letters written onto a word may stand or be missing.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

LONGEST_WORD = 64  # characters; what is longer is no word, but the beginning of it can be found
MOST_CHARACTERS = 200_000  # of a text
_MOST_BYTES = 900_000  # of all terms of a text: Postgres takes 1 MB

_HAN_AND_KANA = "\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_DENSE = _HAN_AND_KANA + "\uac00-\ud7a3"
_WORD = re.compile(rf"[{_DENSE}]+|[^\W_{_DENSE}]+")
_IS_DENSE = re.compile(rf"[{_DENSE}]")
# A line may end amid a word where no space parts words; mail that is quoted begins it with ">".
_WRAPPED = re.compile(rf"(?<=[{_HAN_AND_KANA}])[ \t]*\r?\n[ \t>]*(?=[{_HAN_AND_KANA}])")
_ELIDED = re.compile(r"\b(?:[cdjlmnst]|qu|[dn]ell|[ds]?all|sull|un)['\u2019](?=\w)")  # l'avis
_INVISIBLE = frozenset({"Mn", "Cf"})  # marks on letters; soft hyphens, signs of direction
_UNIFIED = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th",
    "\u0640": "",  # tatweel, which only stretches a word
    "\u0671": "\u0627",  # alef wasla; other alefs lose their hamza with the marks
    "\u0649": "\u064a", "\u06cc": "\u064a",  # alef maqsura and Persian yeh: yeh
    "\u0629": "\u0647", "\u06c1": "\u0647",  # teh marbuta: heh
    "\u06a9": "\u0643",  # Persian kaf
})  # fmt: skip

_ARABIC = re.compile(r"[\u0620-\u064a]")
# "and", "so"; then "for", which takes the article's alef, or "with", "like", "will"; the article.
_ONTO_A_WORD = re.compile(r"[\u0648\u0641]?(?:\u0644{1,2}|[\u0628\u0643\u0633]?(?:\u0627\u0644)?)")
_LEAST_ARABIC = 3

# An ending, and how many letters must stand before it: the longest one that fits is cut.
_ENDINGS: dict[str, tuple[tuple[str, int], ...]] = {
    "arabic": tuple((ending, 3) for ending in ("ات", "ون", "ين", "ان", "ه", "ي")),
    "cyrillic": (
        *((ending, 4) for ending in ("иями", "ями", "ами", "иях", "иям", "ием", "иеи")),
        *((ending, 4) for ending in ("ого", "его", "ому", "ему", "ыми", "ими")),
        *((ending, 4) for ending in ("ях", "ах", "ям", "ам", "еи", "ои", "ии", "ия", "ию", "ие")),
        *((ending, 4) for ending in ("ов", "ев", "ем", "ом", "ью", "ыи", "ая", "яя", "ое", "ее")),
        *((ending, 4) for ending in ("ые", "ым", "им", "ых", "их", "ую", "юю")),
        *((ending, 3) for ending in "аеиоуыьюя"),
    ),
    "latin": (
        *((ending, 3) for ending in ("ies", "oes", "aes", "ao")),
        *((ending, 6) for ending in ("es", "as", "os", "en")),
        ("s", 4),
        *((ending, 5) for ending in "aeiou"),
    ),
}
_SCRIPTS = (("arabic", _ARABIC), ("cyrillic", re.compile(r"[\u0400-\u04ff]")))


def fold(text: str) -> str:
    """The text without what writers do differently: case, width, accents, vowel marks."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(_digit(each) for each in apart if unicodedata.category(each) not in _INVISIBLE)
    return unicodedata.normalize("NFC", bare).translate(_UNIFIED)


def _digit(character: str) -> str:
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


def words(text: str) -> list[str]:
    """The words in their order; of the scripts without spaces, whole runs of characters."""
    folded = _ELIDED.sub("", fold(_WRAPPED.sub("", text[:MOST_CHARACTERS])))
    return [word if is_dense(word) else word[:LONGEST_WORD] for word in _WORD.findall(folded)]


def is_dense(word: str) -> bool:
    """Whether any of it is of a script that puts no space between words, or few of them."""
    return _IS_DENSE.search(word) is not None


def line(found: Iterable[str]) -> str:
    """All words in one line: a phrase is a part of it, between two spaces."""
    return f" {' '.join(found)} "


def terms(found: Iterable[str]) -> list[str]:
    """What the index keeps of the words, each once, and no more than a database takes."""
    kept, room = [], _MOST_BYTES
    for term in dict.fromkeys(term for word in found for term in _terms(word)):
        room -= len(term.encode()) + 1
        if room < 0:
            break
        kept.append(term)
    return kept


def _terms(word: str) -> Iterator[str]:
    if is_dense(word):
        yield from word
        yield from pairs(word)
    else:
        yield from variants(word)


def pairs(word: str) -> list[str]:
    """Every two characters that stand side by side; of a single character, itself."""
    return ["".join(pair) for pair in pairwise(word)] or [word]


def variants(word: str) -> list[str]:
    """The word and, in Arabic, what is left of it without article and prefixes."""
    if not _ARABIC.match(word):
        return [word]
    onto = _ONTO_A_WORD.match(word)
    longest = min(onto.end() if onto else 0, len(word) - _LEAST_ARABIC)
    return [word[start:] for start in range(max(longest, 0) + 1)]


def stem(word: str) -> str:
    """The word without its ending, so that what begins with it is the word in other forms."""
    for ending, least in _ENDINGS[_script(word)]:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            return word.removesuffix(ending)
    return word


def _script(word: str) -> str:
    return next((name for name, letters in _SCRIPTS if letters.match(word)), "latin")
