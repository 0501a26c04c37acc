"""The words by which a contact is found, folded once when it is stored, and how they are sought.

Beside the words stand marks, such as ``state:br`` and ``tag:wipo``: no word holds a colon.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, literal_column, or_, true
from sqlmodel import Session, col

from outreach.contacts.folding import fold
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact

NO_LANGUAGE = ""

_ALONE = re.compile("([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])")  # no spaces between words
_SHORTEST_BEGINNING = 3  # letters; with fewer, half of all words would be found
_SHORTEST_STATE = 4  # within a text; "can" and "per" are codes of states too
_WRITTEN = ("name", "given_name", "family_name", "address", "organization")


@dataclass(frozen=True)
class Term:
    """A word or a mark; or, with ``begins``, any word that begins so."""

    text: str
    begins: bool = False


Choice = tuple[Term, ...]


@dataclass(frozen=True)
class Sought:
    """Of every choice one term must be there, or ``instead`` alone; and in any case all marks."""

    choices: tuple[Choice, ...] = ()
    instead: Term | None = None
    marks: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.choices or self.marks)


def mark(kind: str, value: str) -> str:
    return f"{kind}:{fold(value).replace(' ', '_')}"


def terms_of(contact: Mapping[str, Any]) -> str:
    """``contact`` has its own fields, its ``state`` and its ``organization``."""
    words = (word for field in _WRITTEN for word in _words(contact[field]))
    marks = (
        mark("state", contact["state"]),
        mark("role", contact["role"]),
        *(mark("tag", tag) for tag in contact["tags"]),
        *(mark("language", code) for code in contact["languages"] or [NO_LANGUAGE]),
    )
    return " ".join(dict.fromkeys((*words, *marks)))


def seek(text: str, states: MemberStates, marks: Iterable[str] = ()) -> Sought:
    """What is meant by a text that somebody typed: words, beginnings of words, names of states."""
    choices = tuple(_choice(word, states) for word in _words(text))
    code = states.find(text) if choices else None
    instead = Term(mark("state", code)) if code else None
    if len(choices) == 1 and instead in choices[0]:
        instead = None  # which each contact would only be compared with twice
    return Sought(choices, instead, tuple(marks))


def found_by(session: Session, sought: Sought) -> ColumnElement[bool]:
    if session.get_bind().dialect.name == "postgresql":
        return _SEARCH_WORDS.op("@@")(literal_column(_as_tsquery(sought)))
    words = [or_(*map(_holds, choice)) for choice in sought.choices]
    instead = [_holds(sought.instead)] if sought.instead else []
    marks = [_holds(Term(each)) for each in sought.marks]
    return and_(or_(and_(true(), *words), *instead), *marks)


_SEARCH_WORDS: ColumnElement[Any] = literal_column("contact.search_words")


def _words(text: str) -> list[str]:
    return _ALONE.sub(r" \1 ", fold(text)).split()


def _choice(word: str, states: MemberStates) -> Choice:
    code = states.find(word) if len(word) >= _SHORTEST_STATE else None
    term = Term(word, begins=len(word) >= _SHORTEST_BEGINNING)
    return (term, Term(mark("state", code))) if code else (term,)


def _holds(term: Term) -> ColumnElement[bool]:
    text = literal(" ").concat(col(Contact.terms)).concat(" ")
    return func.instr(text, f" {term.text}" + " " * (not term.begins)) > 0


def _as_tsquery(sought: Sought) -> str:
    """Written into the statement, for Postgres plans by how frequent the very words are.

    Terms hold letters, digits, colons and underscores only: none of them ends the quotation.
    """
    words = " & ".join(f"({' | '.join(map(_quoted, choice))})" for choice in sought.choices)
    text = [f"({words} | {_quoted(sought.instead)})"] if sought.instead else [words] * bool(words)
    return f"'{' & '.join([*text, *(_quoted(Term(each)) for each in sought.marks)])}'::tsquery"


def _quoted(term: Term) -> str:
    return f"''{term.text}''" + ":*" * term.begins
