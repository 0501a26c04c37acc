"""SMTP against a server that misbehaves."""

import ssl
from collections.abc import Iterator

import pytest

from outreach.delivery.carriers import OUR_OWN_FAULT, Outcome, Verdict
from outreach.delivery.carriers.smtp import Smtp
from outreach.delivery.composing import Mailbox, Outgoing
from outreach.letters.copies import Copy
from tests.delivery.making import a_mail
from tests.delivery.smtp_server import CUT, SLOWLY, STALL, SmtpServer


@pytest.fixture
def carrier(smtp_server: SmtpServer) -> Iterator[Smtp]:
    smtp = Smtp(smtp_server.url, timeout=5)
    yield smtp
    smtp.close()


def verdicts(smtp: Smtp, *group: Outgoing) -> list[Verdict]:
    return [outcome.verdict for outcome in smtp.send(group)]


def recipients(server: SmtpServer) -> list[str]:
    return [mail.recipient for mail in server.accepted]


def test_the_server_gets_the_mail_to_the_byte(carrier: Smtp, smtp_server: SmtpServer) -> None:
    mail = a_mail(1)
    [outcome] = carrier.send([mail])
    assert (outcome.verdict, outcome.answer) == ("sent", "250 2.0.0 taken")
    [accepted] = smtp_server.accepted
    assert accepted.content == mail.mime()
    assert b"\r\n.a dot begins this line" in accepted.content
    assert (accepted.sender, accepted.recipient) == (mail.reply_to, "person1@mission.example")


def test_one_connection_serves_a_group_and_the_next(carrier: Smtp, smtp_server: SmtpServer) -> None:
    assert verdicts(carrier, a_mail(1), a_mail(2)) == ["sent", "sent"]
    assert verdicts(carrier, a_mail(3)) == ["sent"]
    assert smtp_server.connections == 1


def test_a_connection_closed_in_between_is_opened_again(
    carrier: Smtp, smtp_server: SmtpServer
) -> None:
    smtp_server.say("NOOP", CUT)
    assert verdicts(carrier, a_mail(1)) == verdicts(carrier, a_mail(2)) == ["sent"]
    assert smtp_server.connections == 2


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA", "DOT"])
@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("421 4.3.2 shutting down", "later"),
        ("450 4.2.1 mailbox busy", "later"),
        ("452 4.2.2 no room now", "later"),
        ("550 5.1.1 no such user", "refused"),
        ("552 5.2.2 mailbox full", "refused"),
        ("554 5.7.1 not wanted", "refused"),
    ],
)
def test_a_refusal_is_for_now_or_for_good_by_its_code_and_stops_no_other_copy(
    carrier: Smtp, smtp_server: SmtpServer, at: str, answer: str, verdict: Verdict
) -> None:
    smtp_server.say(at, answer)
    first, second = carrier.send([a_mail(1), a_mail(2)])
    assert (first.verdict, first.answer) == (verdict, answer)
    assert second.verdict == "sent"
    assert recipients(smtp_server) == ["person2@mission.example"]


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA", "DOT"])
def test_a_refusal_of_our_session_is_no_attempt_of_any_copy(
    carrier: Smtp, smtp_server: SmtpServer, at: str
) -> None:
    smtp_server.say(at, "530 5.7.0 sign in first")
    outcomes = carrier.send([a_mail(1), a_mail(2)])
    refusal = Outcome("later", "530 5.7.0 sign in first", retry_after=OUR_OWN_FAULT)
    assert outcomes == [refusal, refusal]


@pytest.mark.parametrize("at", ["CONNECT", "MAIL", "RCPT", "DATA", "BODY"])
def test_a_connection_lost_before_the_final_dot_leaves_no_doubt(
    carrier: Smtp, smtp_server: SmtpServer, at: str
) -> None:
    smtp_server.say(at, CUT)
    text = "a long letter, so that it is still being written\n" * 200_000
    long = a_mail(1, copy=Copy(subject="Long", text=text, html="<p></p>", language="en"))
    first, second = carrier.send([long, a_mail(2)])
    assert first.verdict == "later"
    assert first.answer.startswith("127.0.0.1: ")
    assert second.verdict == "sent"
    assert recipients(smtp_server) == ["person2@mission.example"]


@pytest.mark.parametrize("answer", [CUT, "gibberish", "25", "354 what?"])
def test_after_the_final_dot_no_clear_answer_is_a_doubt(
    carrier: Smtp, smtp_server: SmtpServer, answer: str
) -> None:
    smtp_server.say("DOT", answer)
    assert verdicts(carrier, a_mail(1), a_mail(2)) == ["unknown", "sent"]


def test_a_server_that_never_answers_the_final_dot_leaves_a_doubt(
    carrier: Smtp, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outreach.delivery.carriers.smtp._DOT_SECONDS", 0.1)
    smtp_server.say("DOT", STALL)
    [outcome] = carrier.send([a_mail(1)])
    assert outcome.verdict == "unknown"
    assert "timed out" in outcome.answer


def test_a_server_may_look_longer_at_a_mail_than_at_a_command(smtp_server: SmtpServer) -> None:
    smtp_server.say("DOT", SLOWLY)
    smtp = Smtp(smtp_server.url, timeout=0.2)
    assert verdicts(smtp, a_mail(1)) == ["sent"]
    smtp.close()


def test_a_server_that_falls_silent_earlier_leaves_none(smtp_server: SmtpServer) -> None:
    smtp_server.say("RCPT", STALL)
    [outcome] = Smtp(smtp_server.url, timeout=0.2).send([a_mail(1)])
    assert outcome.verdict == "later"
    assert "timed out" in outcome.answer


def test_a_server_that_keeps_hanging_up_is_left_alone(
    carrier: Smtp, smtp_server: SmtpServer
) -> None:
    smtp_server.say("CONNECT", *["421 4.7.0 too busy"] * 9)
    outcomes = carrier.send([a_mail(number) for number in range(5)])
    assert [outcome.verdict for outcome in outcomes] == ["later"] * 5
    assert smtp_server.connections == 2


def test_a_slow_server_gets_no_more_than_a_lease_allows(
    carrier: Smtp, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outreach.delivery.carriers.smtp.GROUP_SECONDS", 0.0)
    assert verdicts(carrier, a_mail(1), a_mail(2)) == ["later", "later"]
    assert smtp_server.accepted == []


def test_a_server_that_is_not_there_is_tried_later() -> None:
    with SmtpServer() as gone:
        url = gone.url
    [outcome] = Smtp(url).send([a_mail(1)])
    assert (outcome.verdict, outcome.answer) == ("later", "127.0.0.1: Connection refused")


def an_international_mail() -> Outgoing:
    return a_mail(1, recipient=Mailbox("Посол", "посол@mission.example"))


def test_a_local_part_outside_ascii_goes_where_the_server_takes_it(
    carrier: Smtp, smtp_server: SmtpServer
) -> None:
    assert verdicts(carrier, an_international_mail(), a_mail(2)) == ["sent", "sent"]
    assert recipients(smtp_server) == ["посол@mission.example", "person2@mission.example"]


def test_and_is_refused_with_the_reason_where_it_does_not() -> None:
    with SmtpServer(features=("8BITMIME",)) as server:
        smtp = Smtp(server.url)
        first, second = smtp.send([an_international_mail(), a_mail(2)])
        smtp.close()
    assert (first.verdict, second.verdict) == ("refused", "sent")
    assert "SMTPUTF8" in first.answer


def test_a_connection_is_encrypted_from_the_start_and_signed_in(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    with SmtpServer(tls=server_tls, implicit=True, login=("me", "s p/c")) as server:
        smtp = Smtp(f"smtps://me:s%20p%2Fc@127.0.0.1:{server.port}", tls=client_tls)
        assert verdicts(smtp, a_mail(1)) == ["sent"]
        smtp.close()


def test_a_connection_is_encrypted_before_the_password_is_said(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    with SmtpServer(tls=server_tls, login=("me", "secret")) as server:
        smtp = Smtp(f"smtp://me:secret@127.0.0.1:{server.port}?starttls=yes", tls=client_tls)
        assert verdicts(smtp, a_mail(1)) == ["sent"]
        smtp.close()
    assert [verb for verb in server.verbs if verb in ("STARTTLS", "AUTH", "MAIL")] == [
        "STARTTLS",
        "AUTH",
        "MAIL",
    ]


def test_a_server_without_encryption_gets_nothing_when_it_is_wanted() -> None:
    with SmtpServer(login=("me", "secret")) as server:
        smtp = Smtp(f"smtp://me:secret@127.0.0.1:{server.port}?starttls=yes")
        assert verdicts(smtp, a_mail(1)) == ["later"]
    assert not {"AUTH", "MAIL"} & set(server.verbs)


@pytest.mark.parametrize("implicit", [True, False])
def test_a_certificate_nobody_vouches_for_is_not_accepted(
    server_tls: ssl.SSLContext, implicit: bool
) -> None:
    with SmtpServer(tls=server_tls, implicit=implicit) as server:
        scheme = "smtps" if implicit else "smtp"
        url = f"{scheme}://127.0.0.1:{server.port}?starttls=yes"
        [outcome] = Smtp(url).send([a_mail(1)])
        assert outcome.verdict == "later"
        assert "certificate is not accepted: self-signed certificate" in outcome.answer
        assert server.accepted == []


def test_a_wrong_password_uses_up_no_letter() -> None:
    with SmtpServer(login=("me", "secret")) as server:
        outcomes = Smtp(f"smtp://me:wrong@127.0.0.1:{server.port}").send([a_mail(1), a_mail(2)])
    refusal = Outcome("later", "127.0.0.1: 535 5.7.8 no", retry_after=OUR_OWN_FAULT)
    assert outcomes == [refusal, refusal]
    assert server.verbs.count("AUTH") == 1
