"""Mails written by hand: whatever is in them is text and stays what it was."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.inbox.quoting import split
from outreach.letters.attributions import attribution
from outreach.letters.copies import Copy, Links, fill, values
from outreach.letters.markers import slot
from outreach.letters.written import Quotation, Written, parted, write
from tests.delivery.making import MORNING

LINKS = Links("https://desk.example.org/u/abc")
QUOTED = Quotation("On 1 December, Ana wrote:", "Thank you.\n\nWe will see.")
LANGUAGES = ("ar", "de", "en", "es", "fr", "it", "pt", "ru", "zh")


class Page(HTMLParser):
    """The tags in the body, and the text of its paragraphs."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(html.partition("<body")[2])

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def copy_of(letter: Written) -> Copy:
    return fill(letter.skeleton, values(letter.slots, LINKS))


def test_paragraphs_and_the_quoted_mail_stand_as_mail_programs_set_them() -> None:
    copy = copy_of(write("Re: Offices", "Dear Ana,\nthank you.\n\nAnna", "en", QUOTED))
    assert copy.subject == "Re: Offices"
    assert copy.text == (
        "Dear Ana,\nthank you.\n\nAnna\n\n"
        "On 1 December, Ana wrote:\n> Thank you.\n>\n> We will see.\n"
    )
    body = re.sub(r' style="[^"]*"', "", copy.html)
    assert '<p dir="auto">Dear Ana,<br>thank you.</p>\n<p dir="auto">Anna</p>' in body
    quote = body.partition('<blockquote class="quoted">')[2].partition("</blockquote>")[0]
    assert re.findall(r">([^<]+)</p>", quote) == ["Thank you.", "We will see."]


HOSTILE = st.sampled_from(
    [slot(0), "zq7unsubscribeqz", "zq7openqz", "<script>", "</p>", "> quoted", "&amp;", "*a*", "\n"]
)


@given(st.lists(st.one_of(HOSTILE, st.text(max_size=20)), max_size=12).map("".join))
def test_what_is_written_or_quoted_is_never_more_than_text(text: str) -> None:
    letter = write(text, text, "en", Quotation(text, text))
    copy = copy_of(letter)
    assert Page(copy.html).tags <= {"div", "p", "br", "blockquote"}
    # The lines below are told by the skeleton, which knows what was quoted whatever it looks like.
    lone, _ = parted(letter.skeleton, copy.text)
    alone = write(text, text, "en", None)
    assert lone == copy_of(alone).text.strip()
    assert not set("".join(letter.slots)) & set("\r\n\x00\u202e\u2028")


def test_a_skeleton_holds_nothing_of_what_was_written() -> None:
    letter = write("Secret", "Secret", "fr", Quotation("Secret", "Secret"))
    assert "Secret" not in str(letter.skeleton.model_dump())
    other = write("Other", "Other", "fr", Quotation("Other", "Other"))
    assert letter.skeleton.id == other.skeleton.id


def test_a_letter_from_right_to_left_says_so() -> None:
    html = copy_of(write("رد", "نص", "ar", QUOTED)).html
    assert 'dir="rtl"' in html
    assert "نص" in Page(html).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_inbox_would_find_the_answer_above_the_quoted_mail(language: str) -> None:
    quotation = Quotation(attribution(language, "Ana Silva", MORNING), "Thank you.")
    copy = copy_of(write("Re: Offices", "We shall meet.\n\nAnna", language, quotation))
    assert split(copy.text)[0] == "We shall meet.\n\nAnna"


def test_a_language_without_a_line_of_its_own_gets_english() -> None:
    assert attribution("sw", "Ana", MORNING) == attribution("en-US", "Ana", MORNING)
    assert attribution("pt-BR", "Ana", MORNING).endswith("Ana escreveu:")
