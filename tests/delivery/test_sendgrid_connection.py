"""What is certain and what is in doubt when the way to SendGrid fails."""

import ssl
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from outreach.delivery.carriers import Outcome
from outreach.delivery.carriers.sendgrid import SendGrid, https
from outreach.delivery.composing import Mailbox, Outgoing
from outreach.letters.tables import Enclosure
from tests.delivery.making import a_mail
from tests.delivery.sendgrid_server import KEY, Reply, SendGridServer, refusals

A_MINUTE = timedelta(minutes=1)
# More than a connection takes in while nobody reads at its other end.
LARGE = Enclosure.of("a.pdf", "application/pdf", bytes(15_000_000))


def mails(count: int, **changes: Any) -> list[Outgoing]:
    return [a_mail(number, **changes) for number in range(count)]


@pytest.mark.parametrize(
    "fault",
    [
        Reply(silent=True, taken=True),
        Reply(cut=True, taken=True),
        Reply(cut=True),
        Reply(502),
    ],
    ids=["silent", "taken and cut", "cut", "502"],
)
def test_what_was_written_and_not_answered_for_is_a_doubt_that_no_other_copy_shares(
    sendgrid_server: SendGridServer, fault: Reply
) -> None:
    sendgrid_server.script.append(fault)
    made = sendgrid_server.carrier(timeout=0.3)
    doubt = made.send([*mails(2), a_mail(2, sender=Mailbox("", "others@example.org"))])
    assert [outcome.verdict for outcome in doubt] == ["unknown", "unknown", "later"]
    assert {outcome.retry_after for outcome in doubt} == {A_MINUTE}
    assert sendgrid_server.requests == 1
    assert made.send([a_mail(5)])[0].verdict == "sent"


def test_a_slow_answer_is_an_answer(sendgrid_server: SendGridServer) -> None:
    sendgrid_server.script.append(Reply(slow=0.3, taken=True))
    assert sendgrid_server.carrier().send(mails(1))[0].verdict == "sent"


def test_a_request_that_breaks_off_amid_writing_cannot_have_been_taken(
    sendgrid_server: SendGridServer,
) -> None:
    sendgrid_server.script.append(Reply(cut=True, unread=True))
    outcomes = sendgrid_server.carrier().send(mails(2, enclosures=[LARGE]))
    assert [outcome.verdict for outcome in outcomes] == ["later", "later"]
    assert sendgrid_server.requests == 1


def test_a_refusal_before_all_was_written_is_heard(sendgrid_server: SendGridServer) -> None:
    sendgrid_server.script.append(refusals(413, (None, "too large"), unread=True))
    [outcome] = sendgrid_server.carrier().send(mails(1, enclosures=[LARGE]))
    assert outcome == Outcome("refused", "413 too large")


def test_a_request_that_cannot_be_written_in_time_was_not_taken(
    sendgrid_server: SendGridServer,
) -> None:
    sendgrid_server.script.append(Reply(silent=True, unread=True))
    [outcome] = sendgrid_server.carrier(timeout=0.3).send(mails(1, enclosures=[LARGE]))
    assert (outcome.verdict, outcome.answer) == ("later", "SendGrid: timed out")


def test_a_provider_out_of_reach_has_nothing_of_ours() -> None:
    with SendGridServer() as gone:
        host = gone.host
    outcomes = SendGrid(KEY, host=host).send([a_mail(1), a_mail(1)])
    assert outcomes == [Outcome("later", "SendGrid: Connection refused", retry_after=A_MINUTE)] * 2


def test_when_no_connection_comes_about_the_rest_of_the_group_is_not_even_tried(
    sendgrid_server: SendGridServer,
) -> None:
    no_tls_there = sendgrid_server.host.replace("http:", "https:")
    group = [a_mail(1), a_mail(2, sender=Mailbox("Others", "letters@example.org"))]
    outcomes = sendgrid_server.carrier(host=no_tls_there).send(group)
    assert [outcome.verdict for outcome in outcomes] == ["later", "later"]
    assert {outcome.retry_after for outcome in outcomes} == {A_MINUTE}
    assert (sendgrid_server.connections, sendgrid_server.requests) == (1, 0)


def test_connections_are_kept(sendgrid_server: SendGridServer) -> None:
    made = sendgrid_server.carrier()
    for number in range(3):
        made.send([a_mail(number)])
    assert (sendgrid_server.requests, sendgrid_server.connections) == (3, 1)


def test_a_connection_that_was_closed_meanwhile_is_opened_again(
    sendgrid_server: SendGridServer,
) -> None:
    made = sendgrid_server.carrier()
    made.send([a_mail(1)])
    sendgrid_server.hang_up()
    assert made.send([a_mail(2)])[0].verdict == "sent"
    assert sendgrid_server.connections == 2


def test_a_connection_that_was_idle_for_long_is_not_trusted(
    sendgrid_server: SendGridServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(https, "_LONGEST_IDLE", 0.0)
    made = sendgrid_server.carrier()
    assert [made.send([a_mail(number)])[0].verdict for number in (1, 2)] == ["sent", "sent"]
    assert sendgrid_server.connections == 2


def test_a_certificate_that_nobody_has_signed_is_not_accepted(server_tls: ssl.SSLContext) -> None:
    with SendGridServer(tls=server_tls) as server:
        [outcome] = SendGrid(KEY, host=server.host).send([a_mail(1)])
    assert outcome.verdict == "later"
    assert "its certificate is not accepted" in outcome.answer
    assert server.requests == 0


def test_a_certificate_that_one_trusts_is(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    with (
        SendGridServer(tls=server_tls) as server,
        closing(SendGrid(KEY, host=server.host, tls=client_tls)) as made,
    ):
        assert [made.send([a_mail(number)])[0].verdict for number in (1, 2)] == ["sent", "sent"]
        assert server.connections == 1
