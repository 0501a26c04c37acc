"""Markdown that would not come out as it was meant is told beforehand, with its line."""

import pytest

from outreach.errors import InvalidInput
from outreach.letters.compiling import check
from tests.letters.factories import KNOWN, a_source, text_of


def problems(body: str, body_line: int = 1) -> list[str]:
    return check(a_source(body, body_line=body_line), KNOWN)


GOOD = """\
{{ salutation }}

**Bold**, *italic*, [a link](https://example.org/a_b), <https://example.org>, <us@example.org>,
\\*\\*literal\\*\\*, 2 < 3, {{ contact.name }} and a note.[^1] {{ unsubscribe_url }}

{% if contact.title %}
- **{{ contact.title }}**
{% endif %}

[^1]: The note.
"""


def test_a_good_letter_has_no_problems():
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "x\n\n[a](https://example.org/{{ own.x }})",
            "line 3: a value cannot stand in the address",
        ),
        ("<https://example.org/{{ own.x }}>", "line 1: a value cannot stand in the address"),
        (
            "[a](https://example.org 'of {{ own.x }}')",
            "line 1: a value cannot stand in the address",
        ),
        ("a\nb ![x](https://example.org/x.png)", "line 2: a letter holds no pictures"),
        ("a[^1]\n\n[^1]: > [^1]: ", "line 3: a note cannot stand within a note"),
        ("a[^1]\n\n[^1]: b\n\n    [^2]: c", "line 5: a note cannot stand within a note"),
    ],
)
def test_what_could_never_be_sent_is_refused_when_checked_and_when_compiled(body, said):
    assert said in "\n".join(problems(body))
    with pytest.raises(InvalidInput):
        text_of(body)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("注意\n\n**请注意：**下文", "line 3: ** has no partner"),
        ("see [this](example.org)", "line 1: this link has no address"),
        ("see [this](javascript:alert)", "line 1: this link has no address"),
        ("a\nb[^2]\n\n[^1]: c", "line 2: this footnote has no note"),
        ("a\n\n[^1]: c", "line 3: the note [^1] has no mark"),
        ("a[^1]\n\n[^1]: b\n[^1]: c", "line 4: there are 2 notes [^1]"),
        ("a <b>bold</b>", "line 1: HTML may not stand in a letter"),
    ],
)
def test_what_was_probably_meant_otherwise_is_told(body, said):
    assert said in "\n".join(problems(body))


def test_lines_are_those_of_the_file_whatever_stands_before():
    body = "{% if own.x %}\n**x**\n{% else\n%}\n{% endif %}\n{# a\nb #}\n{{ own.y }}\n<b>"
    assert problems(body, body_line=11) == ["line 19: HTML may not stand in a letter"]


def test_every_branch_is_checked():
    body = "{% if contact.title %}\nx\n{% else %}\n<b>y</b>\n{% endif %}"
    assert problems(body) == ["line 4: HTML may not stand in a letter"]
