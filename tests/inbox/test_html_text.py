"""HTML of mail programs as text."""

import pytest

from outreach.inbox.html_text import to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("One<br>Two", "One\nTwo"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("One<div><br></div>Two", "One\n\nTwo"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("a &amp; b &lt;c&gt; &eacute;&nbsp;!", "a & b <c> é !"),
        ("<style>p{}</style><title>T</title>x<script>y()</script>", "x"),
        ("<!-- hidden --><!--[if mso]><p>hidden</p><![endif]-->seen", "seen"),
        ("<td>a</td><td>b</td>", "a b"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("seen<!-- never closed", "seen<!-- never closed"),
    ],
)
def test_what_a_reader_sees_is_kept(html: str, text: str) -> None:
    assert to_text(html) == text


def test_quotations_are_marked_as_in_plain_mail() -> None:
    html = "Yes.<blockquote><div>Why?</div><blockquote>Who?</blockquote></blockquote>End"
    assert [line for line in to_text(html).splitlines() if line.strip("> ")] == [
        "Yes.",
        "> Why?",
        ">> Who?",
        "End",
    ]
