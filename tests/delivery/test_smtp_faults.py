"""SMTP against a server that refuses, hangs up, stalls or talks nonsense."""

import pytest

from outreach.delivery.carriers import OUR_OWN_FAULT, Outcome, Verdict
from outreach.delivery.carriers.smtp import Smtp
from outreach.delivery.composing import Outgoing
from outreach.letters.copies import Copy
from tests.delivery.making import a_mail
from tests.delivery.smtp_server import CUT, READ, SLOWLY, STALL, SmtpServer
from tests.delivery.test_smtp import a_carrier, mails, recipients, verdicts
from tests.delivery.test_smtp import server as server  # either kind

FOR_NOW = ["450 4.2.1 mailbox busy", "451 4.7.1 greylisted", "452 4.2.2 no room now"]
FOR_GOOD = ["550 5.1.1 no such user", "552 5.3.4 too large", "554 5.7.1 not wanted"]


@pytest.mark.parametrize("at", ["RCPT", "DATA", "DOT"])
@pytest.mark.parametrize(
    ("answer", "verdict"),
    [*((each, "later") for each in FOR_NOW), *((each, "refused") for each in FOR_GOOD[::2])],
)
def test_a_refusal_is_for_now_or_for_good_by_its_code_and_stops_no_other_copy(
    server: SmtpServer, at: str, answer: str, verdict: Verdict
) -> None:
    server.say(at, answer)
    with a_carrier(server) as smtp:
        first, second = smtp.send(mails(2))
    assert first == Outcome(verdict, answer)
    assert second.verdict == "sent"
    assert recipients(server) == ["person2@mission.example"]
    assert server.connections == 1


def test_each_of_many_refusals_is_of_its_own_mail(server: SmtpServer) -> None:
    server.say("RCPT", "250 fine", "550 5.1.1 no", "250 fine", "450 4.2.1 busy", "250 fine")
    server.say("DOT", "250 taken", "554 5.6.0 spam", "250 taken")
    with a_carrier(server) as smtp:
        assert verdicts(smtp, *mails(5)) == ["sent", "refused", "refused", "later", "sent"]
    assert recipients(server) == ["person1@mission.example", "person5@mission.example"]


def test_no_mail_goes_to_nobody_where_data_is_taken_without_a_recipient() -> None:
    with SmtpServer() as server, a_carrier(server) as smtp:
        server.say("RCPT", "550 5.1.1 no such user")
        server.say("DATA", "354 go on all the same")
        first, second = smtp.send(mails(2))
    assert (first.answer, second.verdict) == ("550 5.1.1 no such user", "sent")
    assert [mail.content for mail in server.accepted] == [a_mail(2).mime()]
    assert server.connections == 1


def test_nor_an_empty_one_to_its_recipient_where_only_the_sender_was_refused() -> None:
    with SmtpServer() as server, a_carrier(server) as smtp:
        server.say("MAIL", "450 4.7.1 too fast")
        server.say("RCPT", "250 why not")
        server.say("DATA", "354 go on all the same")
        assert verdicts(smtp, *mails(2)) == ["later", "sent"]
    assert [mail.content for mail in server.accepted] == [a_mail(2).mime()]
    assert server.connections == 2


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("end", [CUT, "421 4.3.2 shutting down", "gibberish", "250", "25"])
def test_what_is_lost_before_the_final_dot_goes_at_once_on_a_new_connection(
    server: SmtpServer, at: str, end: str
) -> None:
    fine = {"MAIL": "250 fine", "RCPT": "250 fine", "DATA": "354 go on"}
    if end == "250":
        end = "354 what?" if at != "DATA" else "250 what?"
    server.say(at, fine[at], end)
    with a_carrier(server) as smtp:
        assert verdicts(smtp, *mails(3)) == ["sent"] * 3
    assert sorted(recipients(server)) == [f"person{number}@mission.example" for number in (1, 2, 3)]
    assert server.connections == 2


def test_a_mail_that_costs_two_connections_waits_and_the_others_go(server: SmtpServer) -> None:
    server.say("RCPT", CUT, "250 fine", "250 fine", "421 4.3.0 not this one")
    with a_carrier(server) as smtp:
        first, *others = smtp.send(mails(3))
    assert first == Outcome("later", "127.0.0.1: 421 4.3.0 not this one")
    assert [outcome.verdict for outcome in others] == ["sent", "sent"]


def a_long_mail() -> Outgoing:
    text = "a long letter, so that it is still being written\n" * 200_000
    return a_mail(1, copy=Copy(subject="Long", text=text, html="<p></p>", language="en"))


def test_a_server_that_has_read_enough_is_heard(server: SmtpServer) -> None:
    server.say("BODY", "552 5.3.4 too large")
    with a_carrier(server) as smtp:
        first, second = smtp.send([a_long_mail(), a_mail(2)])
    assert first == Outcome("refused", "552 5.3.4 too large")
    assert second.verdict == "sent"


def test_a_connection_lost_while_a_mail_is_written_leaves_no_doubt(server: SmtpServer) -> None:
    server.say("BODY", CUT, READ, CUT)  # the short one goes in between
    with a_carrier(server) as smtp:
        first, second = smtp.send([a_long_mail(), a_mail(2)])
    assert first.verdict == "later"
    assert first.answer.startswith("127.0.0.1: ")
    assert first.retry_after is None
    assert second.verdict == "sent"
    assert recipients(server) == ["person2@mission.example"]


@pytest.mark.parametrize(
    "answer", [CUT, "gibberish", "25", "354 what?", "699 2.0.0 odd", "250-fine\r\n251 or not"]
)
def test_after_the_final_dot_no_clear_answer_is_a_doubt_about_that_mail_alone(
    server: SmtpServer, answer: str
) -> None:
    server.say("DOT", answer)
    with a_carrier(server) as smtp:
        assert verdicts(smtp, *mails(3)) == ["unknown", "sent", "sent"]
    assert server.connections == 2
    assert len(recipients(server)) == len(set(recipients(server)))


@pytest.mark.parametrize("answer", ["250 " + "a" * 100_000, "250-more\r\n" * 1_000 + "250 done"])
def test_an_answer_without_end_is_no_answer(server: SmtpServer, answer: str) -> None:
    server.say("DOT", answer)
    with a_carrier(server) as smtp:
        assert verdicts(smtp, *mails(2)) == ["unknown", "sent"]


def test_an_answer_before_its_question_is_no_answer(server: SmtpServer) -> None:
    server.say("DATA", "354 go on\r\n250 2.0.0 taken already")
    server.say("DOT", "554 5.7.1 not wanted")
    with a_carrier(server) as smtp:
        assert verdicts(smtp, *mails(2)) == ["sent", "refused"]
    assert recipients(server) == ["person1@mission.example"]


def test_a_server_that_answers_no_dot_does_not_bring_a_whole_group_to_doubt(
    server: SmtpServer,
) -> None:
    server.say("DOT", *[CUT] * 9)
    with a_carrier(server) as smtp:
        assert verdicts(smtp, *mails(5)) == ["unknown", "unknown", "later", "later", "later"]


def test_a_server_that_hangs_up_at_the_dot_has_not_taken_the_mail(server: SmtpServer) -> None:
    server.say("DOT", "421 4.3.2 shutting down")
    with a_carrier(server) as smtp:
        first, second = smtp.send(mails(2))
    assert first == Outcome("later", "421 4.3.2 shutting down")
    assert second.verdict == "sent"
    assert recipients(server) == ["person2@mission.example"]


def test_a_server_that_never_answers_the_final_dot_leaves_a_doubt(
    server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outreach.delivery.carriers.smtp.pipeline._DOT_SECONDS", 0.1)
    server.say("DOT", STALL)
    with a_carrier(server) as smtp:
        first, second = smtp.send(mails(2))
    assert first == Outcome("unknown", "127.0.0.1 did not confirm: timed out")
    assert second.verdict == "sent"


def test_a_server_may_look_longer_at_a_mail_than_at_a_command(server: SmtpServer) -> None:
    server.say("DOT", SLOWLY)
    with a_carrier(server, timeout=0.2) as smtp:
        assert verdicts(smtp, *mails(2)) == ["sent", "sent"]


def test_a_server_that_falls_silent_earlier_leaves_none(server: SmtpServer) -> None:
    server.say("RCPT", STALL, STALL)
    with a_carrier(server, timeout=0.2) as smtp:
        [outcome] = smtp.send([a_mail(1)])
    assert outcome == Outcome("later", "127.0.0.1: timed out")


@pytest.mark.parametrize("greeting", [CUT, "421 4.7.0 too busy", "gibberish", "450 not now"])
def test_a_server_that_does_not_let_us_in_is_left_alone_and_uses_up_no_letter(
    server: SmtpServer, greeting: str
) -> None:
    server.say("CONNECT", *[greeting] * 9)
    with a_carrier(server, 4) as smtp:
        outcomes = smtp.send(mails(5))
    assert {(outcome.verdict, bool(outcome.retry_after)) for outcome in outcomes} == {
        ("later", True)
    }
    assert server.connections == 1


def test_one_that_lets_us_in_and_hangs_up_is_left_alone_too(server: SmtpServer) -> None:
    server.say("MAIL", *[CUT] * 9)
    with a_carrier(server) as smtp:
        outcomes = smtp.send(mails(5))
    assert [outcome.verdict for outcome in outcomes] == ["later"] * 5
    assert server.connections == 2
    assert [outcome.retry_after is None for outcome in outcomes].count(True) <= 2


def test_a_slow_server_gets_no_more_than_a_lease_allows(
    server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outreach.delivery.carriers.smtp.group.GROUP_SECONDS", 0.0)
    with a_carrier(server) as smtp:
        outcomes = smtp.send(mails(2))
    assert [outcome.verdict for outcome in outcomes] == ["later", "later"]
    assert all(outcome.retry_after for outcome in outcomes)
    assert server.accepted == []


def test_a_server_that_is_not_there_is_tried_later() -> None:
    with SmtpServer() as gone:
        url = gone.url
    [outcome] = Smtp(url).send([a_mail(1)])
    assert (outcome.verdict, outcome.answer) == ("later", "127.0.0.1: Connection refused")


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA", "DOT"])
def test_a_refusal_of_our_session_is_no_attempt_of_any_copy(server: SmtpServer, at: str) -> None:
    server.say(at, *["530 5.7.0 sign in first"] * 2)
    with a_carrier(server) as smtp:
        outcomes = smtp.send(mails(2))
    refusal = Outcome("later", "530 5.7.0 sign in first", retry_after=OUR_OWN_FAULT)
    assert outcomes == [refusal, refusal]
