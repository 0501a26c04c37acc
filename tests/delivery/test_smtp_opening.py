"""SMTP connections that are encrypted and signed in, or not opened at all."""

import ssl

import pytest

from outreach.delivery.carriers import OUR_OWN_FAULT, Outcome
from outreach.delivery.carriers.smtp import Smtp
from tests.delivery.making import a_mail
from tests.delivery.smtp_server import SmtpServer
from tests.delivery.test_smtp import mails, verdicts

LOGIN = ("me", "s p/cé")
SIGNED_IN = "me:s%20p%2Fc%C3%A9@127.0.0.1"


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2 LOGIN PLAIN"])
def test_a_connection_is_encrypted_from_the_start_and_signed_in(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext, mechanism: str
) -> None:
    with SmtpServer(tls=server_tls, implicit=True, login=LOGIN, mechanism=mechanism) as server:
        smtp = Smtp(f"smtps://{SIGNED_IN}:{server.port}", tls=client_tls)
        assert verdicts(smtp, a_mail(1)) == verdicts(smtp, a_mail(2)) == ["sent"]
        smtp.close()
    assert server.verbs.count("AUTH") == 1


def test_a_connection_is_encrypted_before_the_password_is_said(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    with SmtpServer(tls=server_tls, login=LOGIN) as server:
        smtp = Smtp(f"smtp://{SIGNED_IN}:{server.port}?starttls=yes", tls=client_tls)
        assert verdicts(smtp, a_mail(1)) == ["sent"]
        smtp.close()
    assert server.verbs[:5] == ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL"]


def test_what_came_before_the_encryption_is_no_answer_under_it(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    with SmtpServer(tls=server_tls) as server:
        server.say("STARTTLS", "220 go on\r\n250 and I am the server")
        smtp = Smtp(f"smtp://127.0.0.1:{server.port}?starttls=yes", tls=client_tls)
        [outcome] = smtp.send([a_mail(1)])
    assert outcome.answer == "127.0.0.1: it speaks before it is encrypted"


def test_without_encryption_a_password_is_not_said_where_it_need_not_be() -> None:
    with SmtpServer(login=LOGIN, mechanism="CRAM-MD5 LOGIN PLAIN") as server:
        smtp = Smtp(f"smtp://{SIGNED_IN}:{server.port}")
        assert verdicts(smtp, a_mail(1)) == ["sent"]
        smtp.close()
    assert "AUTH CRAM-MD5" in server.lines


def not_let_in(url: str, tls: ssl.SSLContext | None = None) -> str:
    """The answer, the same for each mail: no letter is used up, and whoever runs this has time."""
    outcomes = Smtp(url, tls=tls).send(mails(5))
    assert len(set(outcomes)) == 1
    assert outcomes[0] == Outcome("later", outcomes[0].answer, retry_after=OUR_OWN_FAULT)
    return outcomes[0].answer


def test_a_server_without_encryption_gets_nothing_when_it_is_wanted() -> None:
    with SmtpServer(login=LOGIN) as server:
        answer = not_let_in(f"smtp://{SIGNED_IN}:{server.port}?starttls=yes")
    assert answer == "127.0.0.1: it offers no encryption (STARTTLS)"
    assert server.verbs == ["EHLO"]


@pytest.mark.parametrize("implicit", [True, False])
def test_a_certificate_nobody_vouches_for_is_not_accepted(
    server_tls: ssl.SSLContext, implicit: bool
) -> None:
    with SmtpServer(tls=server_tls, implicit=implicit) as server:
        scheme = "smtps" if implicit else "smtp"
        answer = not_let_in(f"{scheme}://127.0.0.1:{server.port}?starttls=yes")
        assert "certificate is not accepted: unable to get local issuer" in answer
    assert server.accepted == []


def test_nor_is_one_for_another_name(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    with SmtpServer(tls=server_tls) as server:
        answer = not_let_in(f"smtp://localhost:{server.port}?starttls=yes", client_tls)
    assert "not valid for 'localhost'" in answer
    assert server.accepted == []


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_a_wrong_password_is_said_once_and_uses_up_no_letter(mechanism: str) -> None:
    with SmtpServer(login=LOGIN, mechanism=mechanism) as server:
        answer = not_let_in(f"smtp://me:wrong@127.0.0.1:{server.port}")
    assert answer == "127.0.0.1: 535 5.7.8 no"
    assert server.verbs.count("AUTH") == 1


def test_a_server_with_no_way_to_sign_in_that_we_know_gets_nothing() -> None:
    with SmtpServer(login=LOGIN, mechanism="XOAUTH2") as server:
        answer = not_let_in(f"smtp://me:secret@127.0.0.1:{server.port}")
    assert answer == "127.0.0.1: it offers none of PLAIN, LOGIN, CRAM-MD5 to sign in with"


@pytest.mark.parametrize("at", ["CONNECT", "EHLO"])
def test_a_server_that_wants_nothing_of_us_uses_up_no_letter(at: str) -> None:
    with SmtpServer() as server:
        server.say(at, "554 5.7.1 you are on a list")
        server.say("HELO", "554 5.7.1 you are on a list")
        assert not_let_in(server.url) == "127.0.0.1: 554 5.7.1 you are on a list"


def test_one_that_cannot_check_the_password_now_is_asked_again_soon() -> None:
    with SmtpServer(login=LOGIN) as server:
        server.say("AUTH", "454 4.7.0 try later")
        [outcome] = Smtp(f"smtp://{SIGNED_IN}:{server.port}").send([a_mail(1)])
    assert outcome.answer == "127.0.0.1: 454 4.7.0 try later"
    assert outcome.retry_after
    assert outcome.retry_after < OUR_OWN_FAULT
