"""A mail put together by hand reads back, with the library, as what was put in."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.delivery import mime
from outreach.letters.tables import Enclosure
from tests.delivery.making import body, read

HEAD = [("From", "letters@example.org"), ("Subject", "A letter")]
# What breaks lines, encodings and boundaries, in scripts that take one to four octets a letter.
PIECES = [
    "a",
    "é",
    "ш",
    "常",
    "👩",
    "=",
    ".",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "--=_a",
    "\n.\n",
    "From ",
]
TEXT = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=400).map("".join)
PDF = Enclosure.of("Open letter.pdf", "application/pdf", bytes(range(256)) * 9)


def written(text: str, html: str = "<p>x</p>", *enclosures: Enclosure) -> bytes:
    return mime.message(HEAD, text=text, html=html, enclosures=enclosures, boundary="k" * 16)


def as_lines(text: str) -> str:
    """With line ends of one kind, and one at the end."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.endswith("\n") else text + "\n"


def encodable(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


@given(text=TEXT.filter(encodable), html=TEXT.filter(encodable))
def test_any_text_reads_back_and_goes_through_seven_bits(text: str, html: str) -> None:
    content = written(text, html, PDF)
    message = read(content)
    assert (body(message, "plain"), body(message, "html")) == (as_lines(text), as_lines(html))
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert content.count(b"\n") == content.count(b"\r") == content.count(b"\r\n")


def encodings(message: EmailMessage) -> list[str]:
    return [
        str(part["Content-Transfer-Encoding"])
        for part in message.walk()
        if not list(part.iter_parts())
    ]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Dear Sir,\n\n" + 80 * "as plain as it is " + "\n", "quoted-printable"),
        ("Dear Sir,\n\n" + 40 * "as plain as it is " + "\n", "7bit"),
        ("Madame, à Genève, l'été dernier\n" * 3, "quoted-printable"),
        ("尊敬的大使\n" * 3, "base64"),
        ("Ваше Превосходительство\n" * 3, "base64"),
    ],
)
def test_a_text_stays_as_readable_as_it_can(text: str, encoding: str) -> None:
    assert encodings(read(written(text)))[0] == encoding


def test_a_mail_without_enclosures_has_one_level() -> None:
    message = read(written("Dear Sir"))
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    "name", ["Open letter.pdf", 'a "quoted\\ name".pdf', "Письмо è 信.pdf", "x" * 80]
)
def test_an_enclosure_comes_out_as_it_went_in(name: str) -> None:
    enclosure = Enclosure.of(name, "application/pdf", PDF.content)
    message = read(written("Dear Sir", "<p>Dear Sir</p>", enclosure, PDF))
    assert message.get_content_type() == "multipart/mixed"
    first, second = message.iter_attachments()
    assert (first.get_filename(), first.get_content_type()) == (name, "application/pdf")
    assert first.get_content() == second.get_content() == PDF.content
    assert first.get_content_disposition() == "attachment"
    assert message.defects == first.defects == []


def test_what_the_html_shows_stands_beside_it_and_the_rest_is_attached() -> None:
    picture = Enclosure.of("states.png", "image/png", b"\x89PNG" * 50)
    html = f'<p><img src="cid:{picture.content_id}" alt="States"></p>'
    message = read(written("Dear Sir", html, picture, PDF))
    assert [part.get_filename() for part in message.iter_attachments()] == ["Open letter.pdf"]
    assert (body(message, "plain"), body(message, "html")) == ("Dear Sir\n", f"{html}\n")
    (related,) = (each for each in message.walk() if each.get_content_subtype() == "related")
    assert related.get_param("type") == "text/html"
    shown = list(related.iter_parts())[1]
    assert shown["Content-ID"] == f"<{picture.content_id}>"
    assert (shown.get_content(), shown.get_content_type()) == (picture.content, "image/png")
    assert shown.get_content_disposition() == "inline"
    assert message.defects == related.defects == shown.defects == []


def test_a_mail_that_only_shows_pictures_has_nothing_attached() -> None:
    picture = Enclosure.of("states.png", "image/png", b"\x89PNG")
    message = read(written("Dear Sir", f'<img src="cid:{picture.content_id}">', picture))
    assert message.get_content_type() == "multipart/alternative"


def test_the_same_mail_has_the_same_bytes() -> None:
    assert written("Dear Sir", "<p>é</p>", PDF) == written("Dear Sir", "<p>é</p>", PDF)
