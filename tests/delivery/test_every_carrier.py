"""What every carrier promises."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from outreach.delivery.carriers import Carrier
from outreach.delivery.carriers.outbox import Outbox
from outreach.delivery.carriers.sendgrid import SendGrid
from outreach.delivery.carriers.smtp import Smtp
from outreach.delivery.composing import Outgoing
from tests.delivery.making import a_mail, body, read
from tests.delivery.sendgrid_server import KEY, SendGridServer
from tests.delivery.smtp_server import SmtpServer


class Arrived(NamedTuple):
    address: str
    subject: str
    reply_to: str
    list_unsubscribe: str
    text: str
    html: str


class Way(NamedTuple):
    """A carrier, and what came out at its other end."""

    carrier: Carrier
    arrived: Callable[[], list[Arrived]]


def from_mime(content: bytes) -> Arrived:
    message = read(content)
    return Arrived(
        message["To"].addresses[0].addr_spec,
        str(message["Subject"]),
        str(message["Reply-To"]),
        str(message["List-Unsubscribe"]),
        body(message, "plain"),
        body(message, "html"),
    )


def to_outbox(request: pytest.FixtureRequest) -> Way:
    folder: Path = request.getfixturevalue("tmp_path")
    files = (folder / "new").glob
    return Way(Outbox(folder), lambda: [from_mime(path.read_bytes()) for path in files("*.eml")])


def to_smtp(request: pytest.FixtureRequest) -> Way:
    server: SmtpServer = request.getfixturevalue("smtp_server")
    return Way(Smtp(server.url), lambda: [from_mime(mail.content) for mail in server.accepted])


def to_sendgrid(request: pytest.FixtureRequest) -> Way:
    server: SendGridServer = request.getfixturevalue("sendgrid_server")

    def arrived() -> list[Arrived]:
        return [
            Arrived(
                mail.address,
                mail.subject,
                mail.reply_to,
                mail.headers["List-Unsubscribe"],
                mail.text,
                mail.html,
            )
            for mail in server.arrived
        ]

    return Way(SendGrid(KEY, host=server.host), arrived)


@pytest.fixture(params=[to_outbox, to_smtp, to_sendgrid])
def way(request: pytest.FixtureRequest) -> Iterator[Way]:
    made: Way = request.param(request)
    yield made
    made.carrier.close()


def out_of_reach(kind: str, tmp_path: Path) -> Carrier:
    if kind == "outbox":
        (tmp_path / "file").write_bytes(b"not a folder")
        return Outbox(tmp_path / "file")
    if kind == "smtp":
        with SmtpServer() as smtp:
            return Smtp(smtp.url)
    with SendGridServer() as sendgrid:
        return SendGrid(KEY, host=sendgrid.host)


def as_sent(mail: Outgoing) -> Arrived:
    return Arrived(
        mail.recipient.address,
        mail.copy.subject,
        mail.reply_to,
        mail.headers["List-Unsubscribe"],
        mail.copy.text,
        mail.copy.html,
    )


def test_each_mail_arrives_once_as_it_was_composed(way: Way) -> None:
    group = [a_mail(number) for number in range(5)]
    outcomes = way.carrier.send(group)
    assert [outcome.verdict for outcome in outcomes] == ["sent"] * 5
    assert sorted(way.arrived()) == sorted(as_sent(mail) for mail in group)


def test_groups_follow_each_other_on_one_carrier(way: Way) -> None:
    for number in (1, 2, 3):
        assert way.carrier.send([a_mail(number)])[0].verdict == "sent"
    assert len(way.arrived()) == 3


def test_an_empty_group_is_nothing(way: Way) -> None:
    assert way.carrier.send([]) == []
    assert way.carrier.name
    assert way.carrier.group_size >= 1


def test_a_carrier_may_be_closed_twice_and_used_again(way: Way) -> None:
    way.carrier.send([a_mail(1)])
    way.carrier.close()
    way.carrier.close()
    assert way.carrier.send([a_mail(2)])[0].verdict == "sent"


@pytest.mark.parametrize("kind", ["outbox", "smtp", "sendgrid"])
def test_what_never_left_is_tried_later_and_says_why(kind: str, tmp_path: Path) -> None:
    outcomes = out_of_reach(kind, tmp_path).send([a_mail(number) for number in range(4)])
    assert [outcome.verdict for outcome in outcomes] == ["later"] * 4
    assert all(outcome.answer for outcome in outcomes)
    assert "person" not in "".join(outcome.answer for outcome in outcomes)
