"""Whom a refusal is about, by the standards."""

import pytest

from outreach.delivery.carriers import OUR_OWN_FAULT
from outreach.delivery.carriers.smtp.replies import NOT_LOOKED_AT, Reply, Stage, refusal

MAIL, RCPT, DATA, DOT = Stage


@pytest.mark.parametrize(
    ("stage", "code", "text"),
    [
        (DOT, 530, "5.7.0 Authentication required"),
        (RCPT, 535, "5.7.8 Authentication credentials invalid"),
        (RCPT, 534, "5.7.9 Authentication mechanism is too weak"),
        (RCPT, 538, "5.7.11 Encryption required"),
        (RCPT, 523, "5.7.10 Encryption needed"),
        (RCPT, 525, "5.7.13 User account disabled"),
        (RCPT, 503, "5.5.1 Bad sequence of commands"),
        (DOT, 550, "5.7.26 No DMARC, SPF or DKIM passes"),
        (RCPT, 550, "5.7.25 Reverse DNS validation failed"),
        (RCPT, 550, "5.1.8 Bad sender's system address"),
        (MAIL, 550, "5.7.1 Not your address"),
        (MAIL, 553, "5.1.7 Sender address rejected"),
        (MAIL, 555, "5.5.4 Unsupported option"),
        (MAIL, 501, "no enhanced status"),
    ],
)
def test_what_is_wrong_with_us_uses_up_no_letter(stage: Stage, code: int, text: str) -> None:
    outcome = refusal(stage, Reply(code, text))
    assert (outcome.verdict, outcome.retry_after) == ("later", OUR_OWN_FAULT)
    assert outcome.answer == f"{code} {text}"


@pytest.mark.parametrize("text", ["4.3.1 Insufficient system storage", "4.7.1 Too much mail"])
def test_a_server_that_wants_no_mail_now_has_looked_at_none(text: str) -> None:
    outcome = refusal(MAIL, Reply(452, text))
    assert (outcome.verdict, outcome.retry_after) == ("later", NOT_LOOKED_AT)


@pytest.mark.parametrize(
    ("stage", "code", "text"),
    [
        (RCPT, 450, "4.7.1 Greylisted"),
        (RCPT, 451, "4.3.0 Local error"),
        (RCPT, 452, "4.5.3 Too many recipients"),
        (RCPT, 552, "Too many recipients"),
        (RCPT, 552, "5.2.2 Mailbox full"),
        (DOT, 552, "5.2.2 Mailbox full"),
        (DOT, 421, "4.3.2 Shutting down"),
        (DOT, 454, "4.7.1 Relay access denied"),
    ],
)
def test_what_may_pass_is_tried_again(stage: Stage, code: int, text: str) -> None:
    outcome = refusal(stage, Reply(code, text))
    assert (outcome.verdict, outcome.retry_after) == ("later", None)


@pytest.mark.parametrize(
    ("stage", "code", "text"),
    [
        (RCPT, 550, "5.1.1 No such user"),
        (RCPT, 550, "4.2.2 a status of another kind than its code is none"),
        (RCPT, 553, "5.1.3 Bad destination mailbox address syntax"),
        (RCPT, 554, "5.7.1 Relay access denied"),
        (DATA, 554, "no valid recipients"),
        (DOT, 550, "5.7.1 Delivery not authorized"),
        (DOT, 552, "Exceeded storage allocation"),
        (DOT, 554, "5.6.0 5.7.26 only the first is the status"),
        (MAIL, 552, "5.3.4 Message size exceeds fixed limit"),
        (MAIL, 552, "no enhanced status"),
        (MAIL, 550, "5.6.7 Non-ASCII addresses not permitted"),
    ],
)
def test_what_is_wrong_with_the_mail_refuses_it(stage: Stage, code: int, text: str) -> None:
    outcome = refusal(stage, Reply(code, text))
    assert (outcome.verdict, outcome.retry_after) == ("refused", None)


def test_an_answer_is_one_line_of_a_length_that_can_be_stored() -> None:
    reply = Reply(550, "5.1.1 no\n5.1.1  such\tuser" + "!" * 9_999)
    assert str(reply).startswith("550 5.1.1 no 5.1.1 such user!!!")
    assert len(str(reply)) == 500
