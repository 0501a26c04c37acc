"""The mail as it goes over the wire."""

from email.errors import MessageDefect
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import compat32
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from outreach.delivery.addresses import erased
from outreach.delivery.composing import Mailbox, Outgoing
from outreach.delivery.headers import one_line
from outreach.delivery.tables import Delivery, Purpose
from outreach.errors import InvalidInput
from outreach.letters.copies import Copy
from outreach.letters.markers import OPEN_IMAGE
from tests.delivery.making import (
    MORNING,
    TOKENS,
    a_composer,
    a_mail,
    a_row,
    a_skeleton,
    body,
    put,
    read,
)

# Words of every script that the letters are written in, the marks of headers, and anything else.
SCRIPTS = "The organizers, Пётр «Чайковский» الممثل الدائم 常驻代表团 Å é ñ ß İ 👩‍⚖️"
TEXT = st.text(max_size=60) | st.text(alphabet=SCRIPTS + '<>@,;:"\\()[]=?_.\r\n\t ', max_size=300)


def a_delivery(**changes: Any) -> Delivery:
    row = a_row(**changes)
    values = {**vars(row), "slots": list(row.slots), "references": list(row.references)}
    return Delivery(
        **values,
        id=1,
        key=TOKENS.key(row.identity),
        recipient_domain="mission.example",
        created_at=MORNING,
    )


def composed(**changes: Any) -> Outgoing:
    return a_composer().compose(a_delivery(**changes), a_skeleton(), MORNING)


def sent(**changes: Any) -> EmailMessage:
    return read(composed(**changes).mime())


def defects(message: EmailMessage) -> list[MessageDefect]:
    parts = [defect for part in message.walk() for defect in part.defects]
    return parts + [d for part in message.walk() for v in part.values() for d in v.defects]


def raw_header(content: bytes, name: str) -> str:
    """A header decoded by RFC 2047 alone, without the standard library's address parser."""
    value = BytesParser(policy=compat32).parsebytes(content)[name]
    return str(make_header(decode_header(value)))


def test_a_letter_has_a_text_and_an_html_alternative() -> None:
    message = sent()
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert "Dear Person 1,\n\nyours.\n" in body(message, "plain")
    assert "<p>Dear Person 1,</p>" in body(message, "html")
    assert defects(message) == []


def test_its_headers_say_who_writes_to_whom_and_where_answers_go() -> None:
    message = sent()
    token = TOKENS.sign("reply", TOKENS.key("campaign:test:1:contact:1"))
    assert message["From"] == "The organizers <letters@example.org>"
    assert message["To"] == "Person 1 <person1@mission.example>"
    assert message["Reply-To"] == f"inbox+{token}@in.example.org"
    assert message["Subject"] == "A letter to Person 1"
    assert message["Date"].datetime == MORNING
    assert message["Message-ID"] == f"<{TOKENS.key('campaign:test:1:contact:1')}@example.org>"


def test_bounces_and_automatic_answers_come_back_to_the_inbox() -> None:
    mail = composed()
    assert mail.envelope_sender == mail.reply_to


def test_a_letter_can_be_left_by_page_by_mail_and_by_one_click() -> None:
    token = TOKENS.sign("unsubscribe", TOKENS.key("campaign:test:1:contact:1"))
    message = sent(purpose=Purpose.reminder)
    assert message["List-Unsubscribe"] == (
        f"<https://outreach.example.org/u/{token}>, "
        f"<mailto:inbox+{token}@in.example.org?subject=unsubscribe>"
    )
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"https://outreach.example.org/u/{token}" in body(message, "plain")


@pytest.mark.parametrize("purpose", [Purpose.answer, Purpose.report, Purpose.notice])
def test_what_is_no_letter_has_no_list_to_leave(purpose: Purpose) -> None:
    message = sent(purpose=purpose)
    assert "List-Unsubscribe" not in message
    assert "List-Unsubscribe-Post" not in message


@pytest.mark.parametrize("purpose", list(Purpose))
def test_only_notices_by_a_machine_call_themselves_automatic(purpose: Purpose) -> None:
    by_machine = {Purpose.report, Purpose.notice, Purpose.entry}
    automatic = "auto-generated" if purpose in by_machine else None
    assert sent(purpose=purpose)["Auto-Submitted"] == automatic


def test_the_open_image_has_an_address_only_where_opens_are_counted() -> None:
    skeleton = a_skeleton(html=f"<html><body>{OPEN_IMAGE}</body></html>")
    token = TOKENS.sign("open", TOKENS.key("campaign:test:1:contact:1"))
    for opens, times in ((False, 0), (True, 1)):
        delivery = a_delivery(tracks_opens=opens)
        html = a_composer().compose(delivery, skeleton, MORNING).copy.html
        assert html.count(f"https://outreach.example.org/o/{token}.gif") == times
        assert html.count("<img") == times


def test_an_answer_continues_the_thread() -> None:
    message = sent(references=["<a@x.example>", "<b@x.example>"], in_reply_to="<c@x.example>")
    assert message["In-Reply-To"] == "<c@x.example>"
    assert message["References"] == "<a@x.example> <b@x.example> <c@x.example>"


def test_the_mail_that_is_answered_is_referred_to_once_and_last() -> None:
    message = sent(references=["<c@x.example>", "<a@x.example>"], in_reply_to="<c@x.example>")
    assert message["References"] == "<a@x.example> <c@x.example>"


@pytest.mark.parametrize("strange", ["<a b@x>", "<a@x>\r\nBcc: all@x.example", "", "é", "<>"])
def test_what_a_stranger_called_a_message_id_is_left_out(strange: str) -> None:
    message = sent(references=["<a@x.example>", strange], in_reply_to=strange)
    assert "In-Reply-To" not in message
    assert message["References"] == "<a@x.example>"
    assert "Bcc" not in message


def test_long_headers_are_folded_and_their_links_stay_links() -> None:
    ids = [f"<{number:040}@mail.mission.example>" for number in range(30)]
    content = composed(references=ids, in_reply_to="<last@mission.example>").mime()
    head = content.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert max(map(len, head)) < 110
    assert b"=?" not in content
    assert read(content)["References"].split() == [*ids, "<last@mission.example>"]


@settings(max_examples=150, deadline=None)
@given(TEXT, TEXT, TEXT, TEXT, TEXT)
def test_any_text_goes_through_without_a_defect(
    sender: str, recipient: str, subject: str, text: str, html: str
) -> None:
    content = a_mail(
        sender=Mailbox(sender, "letters@example.org"),
        recipient=Mailbox(recipient, "person@mission.example"),
        copy=Copy(subject=subject, text=text, html=html, language="en"),
    ).mime()
    message = read(content)
    assert defects(message) == []
    assert [key for key in message if key in ("From", "To", "Subject")] == [
        "From",
        "To",
        "Subject",
    ]
    assert message["From"].addresses[0].addr_spec == "letters@example.org"
    assert [a.addr_spec for a in message["To"].addresses] == ["person@mission.example"]
    assert squeezed(message["From"].addresses[0].display_name) == squeezed(sender)
    assert squeezed(message["To"].addresses[0].display_name) == squeezed(recipient)
    assert raw_header(content, "Subject") == one_line(subject)
    assert body(message, "plain").rstrip("\n") == as_lines(text)
    assert body(message, "html").rstrip("\n") == as_lines(html)
    assert all(line == b"" or max(line) < 128 for line in content.split(b"\r\n"))
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")


def squeezed(name: str) -> str:
    """Without spaces: the standard library's parser puts one between two encoded words."""
    return "".join(one_line(name).split())


def as_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


@pytest.mark.parametrize(
    "name",
    [
        "Jean Dupont",
        "Dupont, Jean",
        'Jean "le Grand" Dupont',
        "back\\slash",
        "H.E. Mr. Dupont",
        "Jean (visa) <x@y.example>",
        "Пётр Ильич, посол",
        "سعادة السفير",
        "常驻日内瓦代表团",
        "=?utf-8?q?trick?=",
        "Her Excellency the Ambassador Extraordinary and Plenipotentiary, Permanent "
        "Representative to the Office and Other International Organizations",
    ],
)
def test_a_name_reads_back_as_it_was(name: str) -> None:
    message = sent(recipient_name=name)
    [address] = message["To"].addresses
    assert (address.display_name, address.addr_spec) == (name, "person1@mission.example")


@pytest.mark.parametrize("field", ["sender_name", "recipient_name"])
@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\u2028", "\x85", "\x0b", "\x00"])
def test_no_name_can_begin_a_header(field: str, ending: str) -> None:
    message = sent(**{field: f"Jean{ending}Bcc: all@x.example"})
    assert "Bcc" not in message
    assert defects(message) == []


def test_no_value_can_begin_a_header_through_the_subject() -> None:
    message = sent(slots=["Jean\r\nBcc: all@x.example"])
    assert "Bcc" not in message
    assert message["Subject"] == "A letter to Jean Bcc: all@x.example"


@pytest.mark.parametrize("field", ["sender_address", "recipient_address"])
@pytest.mark.parametrize(
    "address",
    [
        "a@x.example\r\nBcc: b@x.example",
        "a b@x.example",
        "a@x.example, b@x.example",
        "a@bücher.example",
        "a@b@x.example",
        "<a@x.example>",
        "a",
        "",
    ],
)
def test_an_address_that_is_none_is_refused(field: str, address: str) -> None:
    with pytest.raises(InvalidInput, match="cannot stand in a mail") as refusal:
        composed(**{field: address})
    assert "x.example" not in str(refusal.value)


def test_half_a_character_is_found_before_anything_is_handed_over() -> None:
    with pytest.raises(InvalidInput, match="half a character"):
        a_composer().compose(a_delivery(), a_skeleton(html="\ud83d"), MORNING)


def test_a_local_part_outside_ascii_needs_every_hop_to_take_it() -> None:
    mail = composed(recipient_address="посол@mission.example")
    assert mail.needs_smtputf8
    assert "To: Person 1 <посол@mission.example>".encode() in mail.mime()
    assert not composed(recipient_name="Посол").needs_smtputf8


def test_of_an_erased_copy_nothing_is_composed(session: Session) -> None:
    kept, gone = put(
        session, a_row(1), a_row(2, recipient_address=erased("0" * 16), recipient_name="", slots=[])
    )
    assert a_composer().compose_stored(session, kept, MORNING) is not None
    assert a_composer().compose_stored(session, gone, MORNING) is None


def test_the_same_mail_gives_the_same_bytes() -> None:
    assert composed().mime() == composed().mime()
