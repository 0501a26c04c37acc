"""SMTP into a real Postfix, and out of a real Dovecot mailbox over IMAP."""

import ssl
from collections.abc import Iterator
from contextlib import closing

import pytest

from outreach.delivery.carriers import OUR_OWN_FAULT, Outcome
from outreach.delivery.carriers.smtp import Smtp
from outreach.delivery.composing import Mailbox, Outgoing
from outreach.letters.tables import Enclosure
from tests.delivery.making import a_mail, read
from tests.dovecot import Dovecot
from tests.postfix import Postfix

SIGNED_IN = "organizer:s%20p%2Fc%C3%A9@127.0.0.1"
TO_ANYBODY = Mailbox("", "someone@elsewhere.example")


@pytest.fixture
def smtp(postfix: Postfix, client_tls: ssl.SSLContext) -> Iterator[Smtp]:
    url = f"smtp://{SIGNED_IN}:{postfix.strict_port}?starttls=yes"
    with closing(Smtp(url, tls=client_tls)) as carrier:
        yield carrier


def a_mail_to_the_organizer(key: str, **changes: object) -> Outgoing:
    return a_mail(1, message_id=f"<{key}@example.org>", **changes)


def as_it_left(received: bytes) -> bytes:
    """Without what each server on the way wrote above: its trace and where it delivered to."""
    return received[received.index(b"Date: ") :]


def test_a_mail_is_read_back_to_the_byte(smtp: Smtp, dovecot: Dovecot) -> None:
    mail = a_mail_to_the_organizer("plain")
    [outcome] = smtp.send([mail])
    assert outcome.verdict == "sent"
    assert outcome.answer.startswith("250 2.0.0 Ok: queued as ")
    received = dovecot.message("organizer", mail.message_id)
    assert as_it_left(received) == mail.mime()
    assert read(received)["Return-Path"] == f"<{mail.envelope_sender}>"
    assert read(received)["Delivered-To"] == "person1@mission.example"
    assert "with ESMTPSA" in read(received)["Received"]


def test_a_local_part_outside_ascii_arrives(smtp: Smtp, dovecot: Dovecot) -> None:
    ambassador = Mailbox("Посол", "посол@mission.example")
    mail = a_mail_to_the_organizer("international", recipient=ambassador)
    [outcome] = smtp.send([mail])
    assert outcome.verdict == "sent"
    received = dovecot.message("organizer", mail.message_id)
    assert as_it_left(received) == mail.mime()
    assert b"UTF8SMTPSA" in received


def test_an_enclosure_arrives_whole(smtp: Smtp, dovecot: Dovecot) -> None:
    letter = bytes(range(256)) * 1_000
    enclosure = Enclosure(id="pdf", name="letter.pdf", media_type="application/pdf", content=letter)
    mail = a_mail_to_the_organizer("enclosure", enclosures=[enclosure])
    assert smtp.send([mail])[0].verdict == "sent"
    [attached] = read(dovecot.message("organizer", mail.message_id)).iter_attachments()
    assert attached.get_content() == letter


def test_several_connections_deliver_each_mail_once(
    postfix: Postfix, dovecot: Dovecot, client_tls: ssl.SSLContext
) -> None:
    url = f"smtps://{SIGNED_IN}:{postfix.tls_port}?connections=4"
    mails = [a_mail_to_the_organizer(f"many-{number}") for number in range(100)]
    with closing(Smtp(url, tls=client_tls)) as smtp:
        outcomes = smtp.send(mails)
    assert {outcome.verdict for outcome in outcomes} == {"sent"}
    assert len({outcome.answer for outcome in outcomes}) == 100
    received = dovecot.messages("organizer", "<many-", 100)
    assert {read(each)["Message-ID"] for each in received} == {mail.message_id for mail in mails}
    assert len(received) == 100


def test_what_postfix_refuses_is_of_that_mail_alone(smtp: Smtp) -> None:
    nobody = a_mail(2)
    large = Enclosure(id="x", name="x", media_type="application/pdf", content=b"x" * 1_000_000)
    outcomes = smtp.send([a_mail(1, enclosures=[large]), nobody, a_mail(1), nobody])
    assert [outcome.verdict for outcome in outcomes] == ["refused", "refused", "sent", "refused"]
    assert outcomes[0].answer.endswith("bytes and the server takes at most 1,000,000")
    assert outcomes[1].answer.startswith("550 5.1.1 <person2@mission.example>:")


def test_a_wrong_password_is_our_own_fault(postfix: Postfix, client_tls: ssl.SSLContext) -> None:
    url = f"smtps://organizer:wrong@127.0.0.1:{postfix.tls_port}"
    first, second = Smtp(url, tls=client_tls).send([a_mail(1), a_mail(2)])
    assert first == second
    assert (first.verdict, first.retry_after) == ("later", OUR_OWN_FAULT)
    assert first.answer.startswith("127.0.0.1: 535 5.7.8 Error: authentication failed:")


def test_so_is_a_connection_that_is_not_encrypted_where_it_must_be(postfix: Postfix) -> None:
    with closing(Smtp(f"smtp://127.0.0.1:{postfix.strict_port}")) as smtp:
        [outcome] = smtp.send([a_mail(1)])
    answer = "530 5.7.0 Must issue a STARTTLS command first"
    assert outcome == Outcome("later", answer, retry_after=OUR_OWN_FAULT)


def test_a_password_goes_in_the_clear_only_as_a_digest(postfix: Postfix) -> None:
    with closing(Smtp(f"smtp://{SIGNED_IN}:{postfix.port}")) as smtp:
        assert smtp.send([a_mail(1)])[0].verdict == "sent"
    assert "sasl_method=CRAM-MD5, sasl_username=organizer" in postfix.log


def test_mail_to_elsewhere_is_relayed_only_for_who_has_signed_in(
    postfix: Postfix, smtp: Smtp
) -> None:
    mail = a_mail(1, recipient=TO_ANYBODY)
    with closing(Smtp(f"smtp://127.0.0.1:{postfix.port}")) as stranger:
        [outcome] = stranger.send([mail])
    assert outcome.verdict == "refused"
    assert outcome.answer.startswith("554 5.7.1 <someone@elsewhere.example>: Relay access denied")
    assert smtp.send([mail])[0].verdict == "sent"


def test_a_certificate_nobody_vouches_for_keeps_us_out(postfix: Postfix) -> None:
    [outcome] = Smtp(f"smtps://{SIGNED_IN}:{postfix.tls_port}").send([a_mail(1)])
    assert (outcome.verdict, outcome.retry_after) == ("later", OUR_OWN_FAULT)
    assert "its certificate is not accepted" in outcome.answer
