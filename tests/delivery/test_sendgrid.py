"""What is handed to SendGrid, and what is not; against a stand-in that is strict."""

import logging
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from outreach.config import load_settings
from outreach.delivery.carriers import OUR_OWN_FAULT, Outcome
from outreach.delivery.composing import Mailbox, Outgoing
from outreach.wiring import build
from tests.delivery.making import a_mail
from tests.delivery.sendgrid_server import KEY, SendGridServer

A_MINUTE = timedelta(minutes=1)


def mails(count: int, **changes: Any) -> list[Outgoing]:
    return [a_mail(number, **changes) for number in range(count)]


def test_copies_of_a_letter_share_a_request_and_its_id(sendgrid_server: SendGridServer) -> None:
    outcomes = sendgrid_server.carrier().send(mails(3))
    assert outcomes == [Outcome("sent", "202", provider_id="message-1")] * 3
    assert (sendgrid_server.requests, len(sendgrid_server.arrived)) == (1, 3)


def test_a_whole_group_goes_at_once(sendgrid_server: SendGridServer) -> None:
    group = mails(sendgrid_server.carrier().group_size)
    assert {outcome.verdict for outcome in sendgrid_server.carrier().send(group)} == {"sent"}
    assert (len(group), sendgrid_server.requests) == (1000, 1)


def test_the_setting_gives_each_copy_a_request_of_its_own(sendgrid_server: SendGridServer) -> None:
    alone = sendgrid_server.carrier(shared_requests=False)
    outcomes = alone.send(mails(3))
    assert [outcome.provider_id for outcome in outcomes] == ["message-1", "message-2", "message-3"]
    assert alone.group_size == 32  # in doubt at once, when this machine dies


@pytest.mark.parametrize(("shared", "size"), [(True, 1000), (False, 32)])
def test_the_setting_reaches_the_carrier(tmp_path: Any, shared: bool, size: int) -> None:
    settings = load_settings(
        var_dir=tmp_path,
        carrier="sendgrid",
        sendgrid_api_key=KEY,
        sendgrid_shared_requests=shared,
    )
    with closing(build(settings)) as outreach:
        assert outreach.carrier.group_size == size


def test_the_provider_learns_of_the_copy_no_more_than_its_key(
    sendgrid_server: SendGridServer,
) -> None:
    sendgrid_server.carrier().send(mails(2))
    [sent] = sendgrid_server.accepted
    given = [one["custom_args"] for one in sent["personalizations"]]
    assert given == [{"delivery": mail.key} for mail in mails(2)]
    assert "categories" not in sent


def test_it_neither_rewrites_links_nor_adds_images(sendgrid_server: SendGridServer) -> None:
    sendgrid_server.carrier().send(mails(2))
    [sent] = sendgrid_server.accepted
    assert {name: setting["enable"] for name, setting in sent["tracking_settings"].items()} == {
        "click_tracking": False,
        "open_tracking": False,
        "subscription_tracking": False,
    }


def test_a_line_end_after_the_key_does_no_harm(sendgrid_server: SendGridServer) -> None:
    assert sendgrid_server.carrier(api_key=f"{KEY}\n").send(mails(1))[0].verdict == "sent"


def test_a_slow_provider_gets_no_more_than_a_lease_allows(
    sendgrid_server: SendGridServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outreach.delivery.carriers.sendgrid.GROUP_SECONDS", 0.0)
    outcomes = sendgrid_server.carrier().send(mails(2))
    assert [outcome.verdict for outcome in outcomes] == ["later", "later"]
    assert [outcome.retry_after for outcome in outcomes] == [A_MINUTE, A_MINUTE]
    assert sendgrid_server.requests == 0


def test_an_address_that_it_would_take_and_drop_is_refused_here(
    sendgrid_server: SendGridServer,
) -> None:
    mail = a_mail(1, recipient=Mailbox("Посол", "посол@mission.example"))
    outcomes = sendgrid_server.carrier().send([mail, a_mail(2)])
    assert [outcome.verdict for outcome in outcomes] == ["refused", "sent"]
    assert "outside ASCII before the @" in outcomes[0].answer


@pytest.mark.parametrize("sender", [("Comité", "a@example.org"), ("", "é@example.org")])
def test_a_sender_that_it_would_spell_otherwise_waits_for_another_way(
    sendgrid_server: SendGridServer, sender: tuple[str, str]
) -> None:
    outcomes = sendgrid_server.carrier().send([a_mail(1, sender=Mailbox(*sender)), a_mail(2)])
    assert [outcome.verdict for outcome in outcomes] == ["later", "sent"]
    assert outcomes[0].retry_after == OUR_OWN_FAULT
    assert "OUTREACH_CARRIER=smtp" in outcomes[0].answer
    assert sendgrid_server.requests == 1


def test_neither_the_key_nor_a_letter_is_logged(
    sendgrid_server: SendGridServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        sendgrid_server.carrier().send(mails(2))
    assert KEY not in caplog.text
    assert "Person 1" not in caplog.text
