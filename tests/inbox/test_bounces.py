"""Bounces: their address, and whether they are for good."""

import pytest

from outreach.inbox import bounces
from outreach.inbox.parsing import parse
from tests.inbox.samples import a_mail, sample

DAEMON = {"from": "MAILER-DAEMON@mx.example.com", "subject": "Returned mail"}


@pytest.mark.parametrize(
    ("status", "said", "permanent"),
    [
        ("5.1.1", "550 5.1.1 user unknown", True),
        ("5.1.2", "", True),
        ("5.0.0", "550 mailbox unavailable", True),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", True),
        ("5.2.1", "", True),
        ("5.2.2", "552 5.2.2 Mailbox full", False),
        ("5.2.2", "", False),
        ("5.3.4", "552 5.3.4 Message too large", False),
        ("5.7.1", "554 5.7.1 Message rejected as spam", False),
        ("5.7.1", "550 5.7.1 no such user here", True),
        ("5.0.0", "552 over quota", False),
        ("4.1.1", "450 4.1.1 user unknown", False),
        ("4.4.7", "delivery time expired", False),
        (None, "550 no such user", True),
        (None, "451 no such user just now", False),
        (None, "El usuario desconocido", True),
        (None, "postfach ist voll", False),
        (None, "Это постоянная ошибка", True),
        (None, "Erreur permanente : boîte pleine", False),
        (None, "", False),
    ],
)
def test_only_what_is_said_of_the_address_is_for_good(
    status: str | None, said: str, permanent: bool
) -> None:
    assert bounces.is_permanent(status, said) is permanent


@pytest.mark.parametrize(
    ("action", "status", "is_failure"),
    [
        ("failed", "5.1.1", True),
        ("Failed (permanent)", "5.1.1", True),
        ("error", "5.1.1", True),
        ("delayed", "4.4.1", False),
        ("delivered", "2.0.0", False),
        ("relayed", "2.0.0", False),
        ("", "5.1.1", True),
        ("", "2.0.0", False),
    ],
)
def test_what_counts_as_a_failure(action: str, status: str, is_failure: bool) -> None:
    content = sample("bounce-postfix").replace(b"Action: failed", f"Action: {action}".encode())
    content = content.replace(b"Status: 5.1.1", f"Status: {status}".encode())
    [bounce] = bounces.reported(parse(content))
    assert bounces.failed(bounce) is is_failure


@pytest.mark.parametrize(
    "text",
    [
        "550 5.1.1 <gone@mission-xx.example> user unknown",
        "The following address failed:\n\n  gone@mission-xx.example\n\nno such user",
        "Undeliverable:\n<gone@mission-xx.example>: does not exist",
        "Final-Recipient: rfc822;gone@mission-xx.example\nAction: failed\nStatus: 5.1.1",
        "Could not be delivered.\n\n> Subject: Letter\n> To: gone@mission-xx.example",
        "Zustellung an folgende Adresse: gone@mission-xx.example nicht möglich, unzustellbar",
        "未能送达 gone@mission-xx.example 收件人不存在",
    ],
)
def test_the_address_is_found_where_words_name_it(text: str) -> None:
    bounce = bounces.in_words(parse(a_mail(text, **DAEMON)))
    assert bounce is not None
    assert bounce.recipient == "gone@mission-xx.example"


@pytest.mark.parametrize(
    "text",
    [
        "The mail system is at your service, write to help@mission-xx.example.",
        "550 user unknown",
        "550 user unknown: inbox@in.example.org",  # the address that the report itself came to
        "550 user unknown says MAILER-DAEMON@mx.example.com",
        "550 user unknown\n\n> From: The organizers <letters@example.org>\n> Subject: Letter",
    ],
)
def test_without_a_failure_or_an_address_there_is_no_bounce(text: str) -> None:
    assert bounces.in_words(parse(a_mail(text, **DAEMON))) is None


def test_an_address_of_the_internet_is_no_status() -> None:
    text = "host 10.4.3.2 said: <gone@mission-xx.example> unknown user"
    bounce = bounces.in_words(parse(a_mail(text, **DAEMON)))
    assert bounce is not None
    assert (bounce.status, bounce.permanent) == (None, True)


def test_the_returned_mail_is_known_by_its_id() -> None:
    for name in ("bounce-postfix", "bounce-exim", "bounce-qmail", "complaint"):
        [found] = bounces.original_ids(parse(sample(name)))
        assert found.endswith("@example.org>")
    assert bounces.original_ids(parse(sample("away-it"))) == []


def test_a_report_without_a_reason_is_explained_by_its_text() -> None:
    head = "From: MAILER-DAEMON@mx.example.com\nMIME-Version: 1.0\n"
    parts = [
        "Content-Type: text/plain\n\nMessage for a@mission-fr.example: the mailbox is full.",
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
        "Final-Recipient: rfc822; a@mission-fr.example\nAction: failed\nStatus: 5.0.0\n",
    ]
    body = "\n--p\n".join(["", *parts]) + "\n--p--\n"
    report = "Content-Type: multipart/report; report-type=delivery-status; boundary=p\n"
    (found,) = bounces.reported(parse((head + report + body).encode()))
    assert not found.permanent


@pytest.mark.parametrize(
    ("text", "delayed"),
    [
        ("The mail is delayed, the server will keep trying.", True),
        ("The mail was delayed. The server has given up.", False),
        ("邮件已延迟，系统会继续尝试。", True),
        ("邮件已延迟，系统已放弃。", False),
        ("Le serveur réessaiera demain.", True),
        ("Retardée pendant cinq jours, puis abandonnée.", False),
    ],
)
def test_what_is_given_up_is_not_delayed(text: str, delayed: bool) -> None:
    assert (bounces.delayed(parse(a_mail(text, **DAEMON))) is not None) is delayed
