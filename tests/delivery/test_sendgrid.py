"""SendGrid against a stand-in that answers as documented, and badly."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from outreach.delivery.carriers import OUR_OWN_FAULT, Outcome, Verdict
from outreach.delivery.carriers.sendgrid import SendGrid
from outreach.delivery.composing import Mailbox
from tests.delivery.making import MORNING, a_mail
from tests.delivery.sendgrid_server import KEY, Reply, SendGridServer, refusal


def carrier(server: SendGridServer, **changes: Any) -> SendGrid:
    values = {"api_key": KEY, "host": server.host, "timeout": 5, "clock": lambda: MORNING}
    return SendGrid(**{**values, **changes})


def outcome_of(server: SendGridServer, reply: Reply) -> Outcome:
    server.script.append(reply)
    [outcome] = carrier(server).send([a_mail(1)])
    return outcome


def test_a_mail_that_is_taken_gives_the_provider_s_own_id(
    sendgrid_server: SendGridServer,
) -> None:
    outcomes = carrier(sendgrid_server).send([a_mail(1), a_mail(2)])
    assert [(o.verdict, o.provider_id) for o in outcomes] == [
        ("sent", "message-1"),
        ("sent", "message-2"),
    ]


def test_the_request_says_all_that_the_mail_does(sendgrid_server: SendGridServer) -> None:
    mail = a_mail(1, headers={"List-Unsubscribe": "<https://x.example>", "In-Reply-To": "<a@b>"})
    carrier(sendgrid_server).send([mail])
    [sent] = sendgrid_server.accepted
    [one] = sent["personalizations"]
    assert one["to"] == [{"email": "person1@mission.example", "name": "Person 1"}]
    assert one["headers"] == {"Message-ID": mail.message_id, **mail.headers}
    assert sent["from"] == {"email": "letters@example.org", "name": "The organizers"}
    assert sent["reply_to"] == {"email": mail.reply_to}
    assert sent["subject"] == mail.copy.subject
    assert [part["value"] for part in sent["content"]] == [mail.copy.text, mail.copy.html]


def test_the_provider_learns_of_the_copy_no_more_than_its_key(
    sendgrid_server: SendGridServer,
) -> None:
    carrier(sendgrid_server).send([a_mail(1)])
    [sent] = sendgrid_server.accepted
    assert sent["personalizations"][0]["custom_args"] == {"delivery": a_mail(1).key}
    assert "categories" not in sent


def test_it_neither_rewrites_links_nor_adds_images(sendgrid_server: SendGridServer) -> None:
    carrier(sendgrid_server).send([a_mail(1)])
    [sent] = sendgrid_server.accepted
    assert {name: setting["enable"] for name, setting in sent["tracking_settings"].items()} == {
        "click_tracking": False,
        "open_tracking": False,
        "subscription_tracking": False,
    }


@pytest.mark.parametrize("name", ["Dupont, Jean; visa", "Dupont,\r\nJean", ""])
def test_a_name_that_it_would_refuse_is_made_fit(
    sendgrid_server: SendGridServer, name: str
) -> None:
    mail = a_mail(1, recipient=Mailbox(name, "person1@mission.example"))
    assert [outcome.verdict for outcome in carrier(sendgrid_server).send([mail])] == ["sent"]


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, "unknown"),
        (400, "refused"),
        (401, "later"),
        (403, "later"),
        (404, "refused"),
        (413, "refused"),
        (415, "refused"),
        (429, "later"),
        (500, "unknown"),
        (502, "unknown"),
        (503, "unknown"),
    ],
)
def test_each_status_means_one_thing(
    sendgrid_server: SendGridServer, status: int, verdict: Verdict
) -> None:
    assert outcome_of(sendgrid_server, Reply(status)).verdict == verdict


def test_a_refusal_names_the_field(sendgrid_server: SendGridServer) -> None:
    field, message = "personalizations.0.to.0.email", "Does not contain a valid address."
    outcome = outcome_of(sendgrid_server, refusal(400, message, field))
    assert outcome == Outcome("refused", f"400 {field}: {message}")


@pytest.mark.parametrize("body", ["text", ["errors"], {"errors": None}, {"errors": ["x"]}, None])
def test_a_refusal_in_another_shape_is_still_one(
    sendgrid_server: SendGridServer, body: Any
) -> None:
    assert outcome_of(sendgrid_server, Reply(400, body=body)) == Outcome("refused", "400")


def test_a_wrong_key_uses_up_no_letter(sendgrid_server: SendGridServer) -> None:
    outcomes = carrier(sendgrid_server, api_key="SG.another").send([a_mail(1), a_mail(2)])
    assert [each.verdict for each in outcomes] == ["later", "later"]
    assert [each.retry_after for each in outcomes] == [OUR_OWN_FAULT] * 2
    assert "is the API key right?" in outcomes[0].answer
    assert sendgrid_server.requests == 1


@pytest.mark.parametrize(
    ("reset", "wait"),
    [
        (MORNING + timedelta(seconds=90), timedelta(seconds=90)),
        (MORNING - timedelta(seconds=90), timedelta(seconds=1)),
        (None, timedelta(minutes=1)),
    ],
)
def test_when_told_to_wait_the_rest_of_the_group_is_not_even_tried(
    sendgrid_server: SendGridServer, reset: Any, wait: timedelta
) -> None:
    headers = {"X-RateLimit-Reset": str(int(reset.timestamp()))} if reset else {}
    sendgrid_server.script.extend([Reply(taken=True), Reply(429, headers)])
    outcomes = carrier(sendgrid_server).send([a_mail(number) for number in range(4)])
    assert [outcome.verdict for outcome in outcomes] == ["sent", "later", "later", "later"]
    assert [outcome.retry_after for outcome in outcomes] == [None, wait, wait, wait]
    assert sendgrid_server.requests == 2


def test_a_request_that_is_never_answered_is_a_doubt(sendgrid_server: SendGridServer) -> None:
    sendgrid_server.script.append(Reply(silent=True, taken=True))
    first, second = carrier(sendgrid_server, timeout=0.3).send([a_mail(1), a_mail(2)])
    assert first == Outcome("unknown", "SendGrid did not confirm: timed out")
    assert second.verdict == "sent"


def test_a_provider_out_of_reach_has_nothing_of_ours() -> None:
    with SendGridServer() as gone:
        host = gone.host
    [outcome] = SendGrid(KEY, host=host).send([a_mail(1)])
    assert outcome.verdict == "later"
    assert "Connection refused" in outcome.answer


def test_a_slow_provider_gets_no_more_than_a_lease_allows(
    sendgrid_server: SendGridServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outreach.delivery.carriers.sendgrid.GROUP_SECONDS", 0.0)
    [outcome] = carrier(sendgrid_server).send([a_mail(1)])
    assert (outcome.verdict, sendgrid_server.requests) == ("later", 0)


def test_an_address_that_it_would_take_and_drop_is_refused_here(
    sendgrid_server: SendGridServer,
) -> None:
    mail = a_mail(1, recipient=Mailbox("Посол", "посол@mission.example"))
    [outcome] = carrier(sendgrid_server).send([mail])
    assert (outcome.verdict, sendgrid_server.requests) == ("refused", 0)
    assert "outside ASCII before the @" in outcome.answer


def test_neither_the_key_nor_a_letter_is_logged(
    sendgrid_server: SendGridServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        carrier(sendgrid_server).send([a_mail(1)])
    assert KEY not in caplog.text
    assert "Person 1" not in caplog.text
