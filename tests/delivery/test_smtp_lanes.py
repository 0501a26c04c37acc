"""SMTP over several connections at once, and what holds whatever the server does."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.delivery.carriers import Outcome
from outreach.delivery.composing import Mailbox, Outgoing
from outreach.errors import InvalidInput
from tests.delivery.making import a_mail
from tests.delivery.smtp_server import CUT, FEATURES, READ, STALL, SmtpServer
from tests.delivery.test_smtp import WITHOUT_PIPELINING, a_carrier, mails, recipients, verdicts


def test_a_group_is_shared_and_its_outcomes_stay_in_order() -> None:
    with SmtpServer() as server, a_carrier(server, 4) as smtp:
        server.say("DOT", *["250 2.0.0 taken"] * 5, "554 5.7.1 not wanted")
        outcomes = smtp.send(mails(40))
        [refused] = [i for i, outcome in enumerate(outcomes) if outcome.verdict == "refused"]
        assert f"person{refused + 1}@mission.example" not in recipients(server)
        assert len(set(recipients(server))) == len(server.accepted) == 39
        smtp.send(mails(40))
        assert server.connections <= 4


def test_one_mail_opens_one_connection() -> None:
    with SmtpServer() as server, a_carrier(server, 20) as smtp:
        assert verdicts(smtp, a_mail(1)) == verdicts(smtp, a_mail(2)) == ["sent"]
        assert server.connections == 1


def test_connections_work_at_the_same_time() -> None:
    with SmtpServer() as server, a_carrier(server, 2, timeout=0.5) as smtp:
        server.say("DATA", STALL)
        assert verdicts(smtp, *mails(20)) == ["sent"] * 20
    assert server.connections == 3


def test_a_server_with_room_for_fewer_gets_fewer_and_all_mails() -> None:
    with SmtpServer(room=2) as server, a_carrier(server, 4) as smtp:
        for _ in range(3):
            assert verdicts(smtp, *mails(32)) == ["sent"] * 32
        assert server.connections <= 3


def test_a_mail_whose_connection_is_lost_goes_over_one_that_stands() -> None:
    with SmtpServer() as server, a_carrier(server, 2, timeout=0.5) as smtp:
        server.say("DATA", STALL)  # until the other has done all the rest
        server.say("CONNECT", "220 hello", "220 hello", "421 4.7.0 no more")
        assert verdicts(smtp, *mails(8)) == ["sent"] * 8
    assert server.connections == 3


def test_a_mail_that_cannot_be_made_stops_its_group_and_not_the_next() -> None:
    impossible = a_mail(5, recipient=Mailbox("", "no address"))
    with SmtpServer() as server, a_carrier(server, 4) as smtp:
        with pytest.raises(InvalidInput):
            smtp.send([*mails(4), impossible])
        assert verdicts(smtp, *mails(8)) == ["sent"] * 8


REFUSALS = ["450 4.2.1 busy", "452 no room", "550 5.1.1 no", "552 5.2.2 full", "554 no"]
ENDS = [CUT, "421 4.3.2 bye", "gibberish", "25"]


def answers(fine: str, *more: str) -> st.SearchStrategy[list[str]]:
    each = st.one_of(st.just(fine), st.sampled_from([fine, *more]))
    return st.lists(each, max_size=12)


SCRIPTS = st.fixed_dictionaries(
    {
        "CONNECT": answers("220 hello", CUT, "421 4.7.0 busy", "554 5.7.1 never"),
        "MAIL": answers("250 fine", "250-very\r\n250 fine", *REFUSALS, *ENDS),
        "RCPT": answers("250 fine", "250-very\r\n250 fine", *REFUSALS, *ENDS),
        "DATA": answers("354 go on", *REFUSALS, *ENDS, "250 what?"),
        "BODY": answers(READ, CUT, "452 4.3.1 full"),
        "DOT": answers("250 taken", "250-taken\r\n250 at last", *REFUSALS, *ENDS, "354 what?"),
        "RSET": answers("250 fine", *ENDS),
    }
)


def check(server: SmtpServer, group: list[Outgoing], outcomes: list[Outcome]) -> list[Outgoing]:
    """What holds after any hand-over; those that may go again."""
    said = {mail.recipient.address: outcome for mail, outcome in zip(group, outcomes, strict=True)}
    confirmed = {mail.recipient for mail in server.accepted if mail.confirmed}
    assert {address for address in said if said[address].verdict == "sent"} == confirmed & set(said)
    for address, outcome in said.items():
        if outcome.verdict in ("later", "refused"):
            assert address not in recipients(server)
        if outcome.verdict == "unknown":
            assert address in server.begun
    return [mail for mail in group if said[mail.recipient.address].verdict == "later"]


@settings(max_examples=60, deadline=None)
@given(
    script=SCRIPTS,
    number=st.integers(1, 9),
    connections=st.integers(1, 3),
    features=st.sampled_from([FEATURES, WITHOUT_PIPELINING]),
    dribbling=st.booleans(),
)
def test_no_mail_is_taken_twice_or_lost_whatever_the_server_does(
    script: dict[str, list[str]],
    number: int,
    connections: int,
    features: tuple[str, ...],
    dribbling: bool,
) -> None:
    with (
        SmtpServer(features, dribbling=dribbling) as server,
        a_carrier(server, connections) as smtp,
    ):
        for event, said in script.items():
            server.say(event, *said)
        group = mails(number)
        again = check(server, group, smtp.send(group))
        check(server, again, smtp.send(again))
        assert all(mail.content in {each.mime() for each in group} for mail in server.accepted)
    assert max(Counter(recipients(server)).values(), default=0) <= 1
