from outreach.letters.copies import Links, fill, values
from outreach.letters.source import LetterSource
from outreach.letters.tables import Skeleton
from tests.letters.factories import LINKS, a_copy, a_source
from tests.letters.reading import page_of

OPEN = Links(LINKS.unsubscribe_url, "https://letters.example.org/o/token.gif?a=1&b=2")


def footer(body: str) -> LetterSource:
    return LetterSource("notices", "footer", "en", subject="", body=body)


def test_an_unsubscribe_address_is_a_link_wherever_it_is_printed():
    url = LINKS.unsubscribe_url
    for body, words in (
        ("Stop: {{ unsubscribe_url }}", f"Stop: {url}"),
        ("Stop: <{{ unsubscribe_url }}>", f"Stop: {url}"),
        ("({{ unsubscribe_url }})", f"({url})"),
        ("[Stop]({{ unsubscribe_url }})", f"Stop <{url}>"),
    ):
        copy = a_copy(a_source("x"), footer=footer(body))
        assert copy.text.endswith(f"* * *\n\n{words}\n")
        assert [link["href"] for link in page_of(copy.html).all("a")] == [url]


def test_an_image_is_there_only_if_opens_are_counted():
    without = page_of(a_copy(a_source("x")).html)
    with_image = page_of(a_copy(a_source("x"), links=OPEN).html)
    assert without.all("img") == []
    assert [image["src"] for image in with_image.all("img")] == [OPEN.open_url]
    assert with_image.all("img")[0]["alt"] == ""


def test_the_image_leaves_no_trace_in_the_text():
    assert a_copy(a_source("x"), links=OPEN).text == a_copy(a_source("x")).text


def test_a_subject_stays_one_line_even_if_a_stored_value_does_not():
    skeleton = Skeleton(id="x", language="en", subject="For zq7slot0qz", text="", html="")
    copy = fill(skeleton, values(["A\r\nBcc: everybody@example.org"], LINKS))
    assert copy.subject == "For A Bcc: everybody@example.org"
