"""Words as the search compares them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.inbox.search_hits import Marker
from outreach.inbox.search_query import LONGEST, Query, Term, read
from outreach.inbox.search_words import LONGEST_WORD, fold, line, stem, terms, words


def finds(query: str, text: str) -> bool:
    """As the databases do it, in plain Python."""
    return matches(read(query), text)


def matches(query: Query, text: str) -> bool:
    kept, whole = set(terms(words(text))), line(words(text))

    def occurs(choice: tuple[Term, ...]) -> bool:
        return any(
            kept_term.startswith(term.word) if term.begins else kept_term == term.word
            for term in choice
            for kept_term in kept
        )

    return (
        all(map(occurs, query.choices))
        and not any(map(occurs, query.without))
        and all(each in whole for each in query.lines)
        and not any(each in whole for each in query.without_lines)
    )


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("delegation", "the delegations"),
        ("delegations", "our delegation"),
        ("Ministère", "le MINISTERE"),
        ("ministere", "le ministère"),
        ("ambassade", "l'ambassade et l\u2019ambassadeur"),
        ("delegaciones", "la delegación"),
        ("delegazioni", "la delegazione"),
        ("delegações", "a delegação"),
        ("strasse", "Chausseestraße 3"[8:]),
        ("Vertretung", "die Vertretungen"),
        ("Söhne", "die soehne".replace("oe", "o")),
        ("делегация", "с делегацией"),
        ("делегацией", "наша делегация"),
        ("еще", "ещё раз"),
        ("поддержки", "вашу поддержку"),
        ("وفد", "للوفد الدائم"),
        ("الوفد", "وفد دائم"),
        ("والوفد", "الوفد"),
        ("منظمة", "المنظّمـــة"),
        ("اجتماع", "الإجتماع"),
        ("لجنة", "لجنه"),
        ("代表", "常驻代表团"),
        ("代表团", "常驻代表团感谢"),
        ("团", "常驻代表团"),
        ("代表团", "常驻代\n> 表团"),
        ("ＷＩＰＯ", "wipo代表团"),
        ("2026", "عام ٢٠٢٦"),
        ("がっこう", "東京がっこうです"),
        ("대표부", "제네바대표부"),
        ("anna.mueller@mission.example", "Anna <anna.mueller@mission.example>"),
        ("mission.example", "anna.mueller@mission.example"),
        ("mission.exam", "anna.mueller@mission.example"),
        ("mueller", "anna.mueller@mission.example"),
        ("@mission.example", "anna.mueller@mission.example"),
        ("reponse_finale.pdf", "Réponse_finale.PDF"),
        ("vice-president", "the vice president"),
        ('"permanent mission"', "The Permanent\nMission of"),
        ("“permanent mission”", "The Permanent Mission of"),
        ('"代表团"', "常驻代表团"),
        ('thanks "permanent mission', "permanent mission thanks"),
        ("letter -reminder", "a letter"),
        ("-reminder", "a letter"),
        ('-"open letter"', "a letter that is open"),
        ("U.N.", "the U.N. office"),
    ],
)  # fmt: skip
def test_a_query_finds(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("letter office", "a letter"),
        ('"permanent mission"', "mission permanent"),
        ('"permanent miss"', "permanent mission"),
        ('"delegation"', "delegations"),
        ("letter -reminder", "a letter and a reminder"),
        ("-reminders", "a reminder"),
        ('-"open letter"', "an open letter"),
        ("代表会", "代表 and 表会"),
        ("代表团", "代表\n> 表团"),
        ("un", "under"),
        ("mission.example", "example mission"),
        ("anna@mission.example", "berta@mission.example"),
        ("delegation", "delegate"),
    ],
)
def test_a_query_does_not_find(query: str, text: str) -> None:
    assert not finds(query, text)


@pytest.mark.parametrize("text", ["", "   ", "!!!", '"', '""', "-", '-"', "🙂", "\u0301", "«»"])
def test_a_text_without_words_asks_for_nothing(text: str) -> None:
    assert read(text).is_empty


@given(st.text(max_size=200))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=60))
def test_every_text_is_found_by_each_of_its_words(text: str) -> None:
    for word in words(text):
        assert finds(word, text) or finds(f'"{word}"', text)


@given(st.text(max_size=80), st.sampled_from(["", '"', "-"]))
def test_terms_hold_no_syntax(text: str, before: str) -> None:
    query = read(before + text)
    for choice in (*query.choices, *query.without):
        for term in choice:
            assert term.word
            assert not set(term.word) & set("\"'\\*()&|!:^+-{}<>\0 \t\n")


def test_neither_a_long_query_nor_a_long_word_nor_a_long_text_is_too_much() -> None:
    assert len(read("a " * 10_000).choices) <= LONGEST
    assert words("x" * 5_000) == ["x" * LONGEST_WORD]
    many = " ".join(f"{number:x}" for number in range(300_000))
    assert sum(len(term) + 1 for term in terms(words(many))) < 1_000_000


@pytest.mark.parametrize(
    ("word", "without_its_ending"),
    [("states", "state"), ("bus", "bus"), ("ministries", "ministr"), ("мира", "мир"), ("да", "да")],
)
def test_no_stem_becomes_too_short(word: str, without_its_ending: str) -> None:
    assert stem(word) == without_its_ending


def shown(text: str, query: str) -> str:
    return "".join(f"[{p.text}]" if p.is_hit else p.text for p in Marker(read(query)).marked(text))


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("The Délégations met.", "delegation", "The [Délégations] met."),
        ("常驻代表团感谢", "代表团", "常驻[代表团]感谢"),
        ("WIPO代表团", "代表", "WIPO[代表]团"),
        ("إلى للوفد الدائم", "وفد", "إلى [للوفد] الدائم"),
        ("Ещё раз", "еще", "[Ещё] раз"),
        ("e\u0301tat", "etat", "[e\u0301tat]"),
        ("a letter, no reminder", "letter -reminder", "a [letter], no reminder"),
        ("<b>letter</b>", "letter", "<b>[letter]</b>"),
        ("nothing", "", "nothing"),
    ],
)
def test_hits_are_marked(text: str, query: str, expected: str) -> None:
    assert shown(text, query) == expected


def test_a_snippet_shows_the_hit_in_its_surroundings() -> None:
    text = "before " * 100 + "the delegation\nthanks " + "after " * 100
    pieces = Marker(read("delegation")).snippet(text)
    whole = "".join(piece.text for piece in pieces)
    assert [piece.text for piece in pieces if piece.is_hit] == ["delegation"]
    assert whole.startswith("… before ")
    assert "the delegation thanks after" in whole
    assert whole.endswith(" …")
    assert len(whole) < 260


@given(st.text(max_size=300), st.text(min_size=1, max_size=10))
def test_a_marked_text_is_the_text(text: str, query: str) -> None:
    assert "".join(piece.text for piece in Marker(read(query)).marked(text)) == text
