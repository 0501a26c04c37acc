"""Strangers' HTML: what is shown of it can do nothing, whatever was tried."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.inbox import cleaning
from outreach.inbox.balancing import DEEPEST, LONGEST, balance
from outreach.inbox.cleaning import clean
from tests.inbox.attaching import JPEG, PNG, SVG
from tests.inbox.hostile_html import ALL, hostile

ATTRIBUTES = set().union({"rel", "target", "title"}, *cleaning._ATTRIBUTES.values())
FRAGMENTS = (*ALL, "<p>", "</p>", "<b>", "</table>", "<td>", '"', "'", "<a href=", "<!--", "-->")


class Page(HTMLParser):
    """Every tag with its attributes, as a reader sees them that shares no code with nh3."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment was left: {data}")


def shown(html: str, **pictures: bytes) -> str:
    return clean(html, pictures).html


def is_harmless(html: str) -> bool:
    for tag, attributes in Page(html).tags:
        assert tag in cleaning._TAGS, html
        assert set(attributes) <= ATTRIBUTES, html
        assert (attributes.get("href") or "https:").startswith(("https:", "http:", "mailto:")), html
        assert (attributes.get("src") or "data:image/").startswith("data:image/"), html
        style = attributes.get("style") or ""
        assert not {"\\", "(", "@"} & set(style.replace("rgb(", "")), html
        assert not any(word in style for word in ("url", "position", "import", "content")), html
    return True


@pytest.mark.parametrize("html", hostile("https://away.example"))
def test_nothing_that_was_tried_is_left(html: str) -> None:
    assert is_harmless(shown(html))


@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=20), max_size=8))
def test_nor_any_mixture_of_it(pieces: list[str]) -> None:
    once = shown("".join(pieces))
    assert is_harmless(once)
    # What a browser reads is what was written: read and written again it is the same.
    assert shown(shown(once)) == shown(once)


def test_what_makes_a_letter_stays() -> None:
    html = (
        '<table width="600"><tr><td bgcolor="#eeeeee" colspan="2"><p dir="rtl" lang="ar">'
        '<b style="color:red">نؤيد</b></p></td></tr></table><ul><li>one</li></ul>'
        '<font color="#333333">x</font>'
    )
    kept = shown(html)
    for piece in ('width="600"', 'colspan="2"', 'dir="rtl"', 'lang="ar"', "color:red", "<li>one"):
        assert piece in kept
    assert shown("<form><p>In a form</p></form>") == "<p>In a form</p>"
    assert shown("a < b, x <3 y, 1 > 0") == "a &lt; b, x &lt;3 y, 1 &gt; 0"


def test_of_styles_the_plain_ones_stay() -> None:
    style = "color: rgb(1, 2, 3); position: fixed; top: 0; z-index: 9; font-weight: bold"
    assert shown(f'<p style="{style}">x</p>') == (
        '<p style="color:rgb(1, 2, 3);font-weight:bold">x</p>'
    )


def test_links_open_apart_and_show_their_address() -> None:
    (link,) = Page(shown('<a href="https://x.example/a?b=1&amp;c=2">read on</a>')).tags
    assert link[1] == {
        "href": "https://x.example/a?b=1&c=2",
        "title": "https://x.example/a?b=1&c=2",
        "rel": "noopener noreferrer nofollow",
        "target": "_blank",
    }


@pytest.mark.parametrize(
    ("href", "words", "host"),
    [
        ("https://evil.example/", "https://bank.example/sign-in", "evil.example"),
        ("https://evil.example/", "www.bank.example", "evil.example"),
        ("https://evil.example/", "<b>bank</b>.example", "evil.example"),
        ("https://evil.example/", "bank&#46;example", "evil.example"),
        ("https://evil.example/", "ba\u200bnk.exam\u00adple", "evil.example"),
        ("https://evil.example/", "bank．example", "evil.example"),
        ("https://bank.example.evil.example/", "bank.example", "bank.example.evil.example"),
        ("https://evilbank.example/", "bank.example", "evilbank.example"),
        ("https://bаnk.example/", "bank.example", "xn--bnk-6cd.example"),
        ("mailto:eve@evil.example", "ana@mission-fr.example", "evil.example"),
        ("tel:+41225550100", "www.bank.example", "+41225550100"),
        ("https://www.bank.example/", "bank.example", None),
        ("https://bank.example/", "www.BANK.example", None),
        ("https://login.bank.example/", "https://bank.example/", None),
        ("https://bank.example/", "our bank", None),
        ("mailto:ana@mission-fr.example", "Ana@mission-fr.example", None),
    ],
)
def test_words_that_name_another_address_are_followed_by_the_true_host(
    href: str, words: str, host: str | None
) -> None:
    behind = shown(f'<a href="{href}">{words}</a>').partition("</a>")[2]
    assert behind == ("" if host is None else f" [{host}]")


@pytest.mark.parametrize(
    "href",
    [
        "https://bank.example@evil.example/",
        "https://evil.example\\@bank.example/",
        "https:\\\\evil.example/",
        "https:evil.example",
        "//evil.example/",
        "https://evil%2eexample/",
        "/sign-in",
        "ftp://evil.example/",
        "file:///etc/passwd",
        "cid:picture",
    ],
)
def test_an_address_that_browsers_may_read_in_two_ways_leads_nowhere(href: str) -> None:
    (link,) = Page(shown(f'<a href="{href}">x</a>')).tags
    assert "href" not in link[1]


def test_a_mails_own_pictures_are_shown() -> None:
    html = '<img src="cid:seal%40x.example" alt="Seal" width="20" onload="x">'
    found = clean(html, {"seal@x.example": PNG}).html
    assert found.startswith('<img src="data:image/png;base64,iVBORw0KGgo')
    assert found.endswith('alt="Seal" width="20">')


@pytest.mark.parametrize(
    ("tag", "instead"),
    [
        ('<img src="https://away.example/x.png" alt="Our &lt;b&gt; seal">', "[Our &lt;b&gt; seal]"),
        ('<img src="https://away.example/x.png" alt="">', ""),
        ('<img src="https://away.example/x.png">', "[picture]"),
        ('<img src="cid:unknown" alt="Seal">', "[Seal]"),
        ('<img src="cid:drawing" alt="Drawing">', "[Drawing]"),
        ('<img src="data:image/png;base64,AAAA" alt="Data">', "[Data]"),
    ],
)
def test_other_pictures_are_told_in_words(tag: str, instead: str) -> None:
    assert shown(tag, drawing=SVG) == instead


def test_too_many_pictures_are_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "MOST_PICTURES", len(JPEG) + 1)
    twice = '<img src="cid:a" alt="first"><img src="cid:a" alt="second">'
    found = shown(twice, a=JPEG)
    assert found.count("data:image/jpeg") == 1
    assert found.endswith("[second]")


def test_of_a_long_mail_the_beginning_is_shown() -> None:
    found = clean("<p>word</p>" * 100_000, {})
    assert not found.is_whole
    assert 100_000 < len(found.html) <= LONGEST + 10
    assert clean("<p>word</p>" * 1_000, {}).is_whole


def test_comments_of_outlook_do_not_count() -> None:
    html = f"<!--[if mso]>{'x' * LONGEST}<![endif]--><p>We agree.</p><!-- the end"
    assert clean(html, {}) == ("<p>We agree.</p>", True)


def test_what_is_nested_too_deep_is_shown_flat() -> None:
    found = balance("<div>" * 1_000 + "word" + "</div>" * 1_000)
    assert found.html.count("<div>") == found.html.count("</div>") == DEEPEST
    assert "word" in found.html


def test_a_value_without_an_end_takes_in_nothing() -> None:
    assert balance('<i a="><b c=d e>x').html == '<i><b c="d">x</b></i>'
    assert balance("text <div <p>x").html == "text &lt;div <p>x</p>"


BOLD = "".join(f"<b id={n}>" for n in range(98))
ENDLESS = {
    "nested": "<div>" * 200_000,
    "nested fonts": "".join(f"<font size={n}>" for n in range(70_000)),
    "formatting carried on": "<p>" + BOLD + "<p>x</p>" * 40_000,
    "long styles carried on": "<p>"
    + BOLD.replace("id", f"class={'x' * 2_000} id")
    + "<p>x" * 40_000,
    "formatting around rows": "<table>" + BOLD + "<tr>x</tr>" * 40_000,
    "formatting in items": "<ul><li>" + BOLD + "<li>x</li>" * 40_000,
    "tags hidden in values": '<div><i a="></div><i a=">' * 20_000,
    "tags hidden by a stray quote": '<div><i a"b="c></div><i a=">' * 20_000,
    "tags that swallow tags": "<div <br>" * 50_000,
    "comments without end": "<!--" * 500_000,
    "brackets": "<" * 1_000_000,
    "one endless name": "<p " + "a" * 390_000 + ">",
    "links": "<a href=https://x.example/>a.b.c.d</a>" * 20_000,
    "dots": "<a href=https://x.example/>" + "a.b1-" * 100_000,
    "pictures": "<img src=cid:a>" * 50_000,
    "drawings": "<svg><g>" * 50_000,
    "tables": "<table><tr><td>" * 50_000,
    "thirty megabytes": "<p>hello</p>" * 2_500_000,
}


@pytest.mark.parametrize("html", ENDLESS.values(), ids=ENDLESS.keys())
def test_no_html_takes_long_or_grows_large(html: str) -> None:
    """Without ``balance`` the first two take minutes here, and the long styles gigabytes."""
    before = time.process_time()
    found = clean(html, {"a": PNG})
    assert time.process_time() - before < 5
    assert len(found.html) < 12_000_000
