"""SMTP where all goes well: what the server gets, and over how many connections."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from outreach.delivery.carriers import Verdict
from outreach.delivery.carriers.smtp import Smtp
from outreach.delivery.composing import Mailbox, Outgoing
from tests.delivery.making import a_mail
from tests.delivery.smtp_server import CUT, FEATURES, SmtpServer

WITHOUT_PIPELINING = tuple(feature for feature in FEATURES if feature != "PIPELINING")


def a_carrier(server: SmtpServer, connections: int = 1, **how: Any) -> "closing[Smtp]":
    return closing(Smtp(f"{server.url}?connections={connections}", **{"timeout": 5.0, **how}))


def mails(number: int) -> list[Outgoing]:
    return [a_mail(each) for each in range(1, number + 1)]


def verdicts(smtp: Smtp, *group: Outgoing) -> list[Verdict]:
    return [outcome.verdict for outcome in smtp.send(group)]


def recipients(server: SmtpServer) -> list[str]:
    return [mail.recipient for mail in server.accepted]


@pytest.fixture(params=[FEATURES, WITHOUT_PIPELINING], ids=["pipelining", "one by one"])
def server(request: pytest.FixtureRequest) -> Iterator[SmtpServer]:
    with SmtpServer(request.param) as listening:
        yield listening


def test_the_server_gets_the_mail_to_the_byte(server: SmtpServer) -> None:
    mail = a_mail(1)
    with a_carrier(server) as smtp:
        [outcome] = smtp.send([mail])
    assert (outcome.verdict, outcome.answer) == ("sent", "250 2.0.0 taken")
    [accepted] = server.accepted
    assert accepted.content == mail.mime()
    assert b"\r\n.a dot begins this line" in accepted.content
    assert (accepted.sender, accepted.recipient) == (mail.reply_to, "person1@mission.example")


def test_a_group_goes_in_its_order_and_the_next_on_the_same_connection(
    server: SmtpServer,
) -> None:
    with a_carrier(server) as smtp:
        assert verdicts(smtp, a_mail(1), a_mail(2), a_mail(3)) == ["sent"] * 3
        assert verdicts(smtp, a_mail(4)) == ["sent"]
    assert recipients(server) == [f"person{number}@mission.example" for number in range(1, 5)]
    assert server.connections == 1
    assert server.verbs == ["EHLO", *["MAIL", "RCPT", "DATA"] * 4, "QUIT"]


def test_answers_may_come_in_any_pieces_and_on_many_lines() -> None:
    with SmtpServer(dribbling=True) as server, a_carrier(server) as smtp:
        server.say("CONNECT", "220-welcome\r\n220-\r\n220 to all")
        server.say("DOT", "250-2.0.0 taken\r\n250 2.0.0 as 4711")
        outcomes = smtp.send(mails(3))
    assert [outcome.verdict for outcome in outcomes] == ["sent"] * 3
    assert outcomes[0].answer == "250 2.0.0 taken 2.0.0 as 4711"


def test_a_server_that_knows_only_the_older_greeting_will_do() -> None:
    with SmtpServer() as server, a_carrier(server) as smtp:
        server.say("EHLO", "502 5.5.2 what?")
        assert verdicts(smtp, a_mail(1), a_mail(2)) == ["sent", "sent"]
    assert "SIZE" not in "".join(server.lines)


def test_a_connection_closed_in_between_is_opened_again_before_a_mail_is_in_hand(
    server: SmtpServer,
) -> None:
    with a_carrier(server) as smtp:
        server.say("RSET", CUT)
        server.say("RCPT", "550 5.1.1 no such user")
        assert verdicts(smtp, a_mail(1)) == ["refused"]
        assert verdicts(smtp, a_mail(2)) == ["sent"]
    assert server.connections == 2


def test_a_farewell_in_between_is_heard_before_a_mail_is_in_hand(server: SmtpServer) -> None:
    server.say("DOT", "250 2.0.0 taken\r\n421 4.4.2 that was the last one")
    server.say("MAIL", "250 2.1.0 fine", CUT)  # a mail may be in hand at one loss, not at two
    with a_carrier(server) as smtp:
        assert verdicts(smtp, a_mail(1)) == ["sent"]
        assert verdicts(smtp, a_mail(2)) == ["sent"]
    assert server.connections == 3


def an_international_mail() -> Outgoing:
    return a_mail(1, recipient=Mailbox("Посол", "посол@mission.example"))


def test_a_local_part_outside_ascii_goes_where_the_server_takes_it(server: SmtpServer) -> None:
    with a_carrier(server) as smtp:
        assert verdicts(smtp, an_international_mail(), a_mail(2)) == ["sent", "sent"]
    assert recipients(server) == ["посол@mission.example", "person2@mission.example"]
    first, second = [line for line in server.lines if line.startswith("MAIL")]
    assert first.endswith(" BODY=8BITMIME SMTPUTF8")
    assert second.endswith(f"> SIZE={len(a_mail(2).mime())}")


def test_and_is_refused_with_the_reason_where_it_does_not() -> None:
    with SmtpServer(("8BITMIME", "PIPELINING")) as server, a_carrier(server) as smtp:
        first, second = smtp.send([an_international_mail(), a_mail(2)])
    assert (first.verdict, second.verdict) == ("refused", "sent")
    assert "SMTPUTF8" in first.answer


def test_a_mail_larger_than_the_server_takes_is_refused_before_it_is_sent() -> None:
    mail = a_mail(1)
    size = len(mail.mime())
    with SmtpServer(("PIPELINING", f"SIZE {size - 1}")) as server, a_carrier(server) as smtp:
        [outcome] = smtp.send([mail])
        assert outcome.verdict == "refused"
        assert (
            outcome.answer
            == f"the mail has {size:,} bytes and the server takes at most {size - 1:,}"
        )
    assert "MAIL" not in server.verbs


@pytest.mark.parametrize("limit", ["SIZE", "SIZE 0", "SIZE 9999"])
def test_a_server_may_name_no_limit(limit: str) -> None:
    with SmtpServer(("PIPELINING", limit)) as server, a_carrier(server) as smtp:
        assert verdicts(smtp, a_mail(1)) == ["sent"]
