"""What SendGrid's answers mean for each copy; against a stand-in that answers as told."""

from datetime import timedelta
from typing import Any

import pytest

from outreach.delivery.carriers import OUR_OWN_FAULT, Outcome, Verdict
from outreach.delivery.composing import Mailbox, Outgoing
from tests.delivery.making import MORNING, a_mail
from tests.delivery.sendgrid_server import Reply, SendGridServer, refusals

A_MINUTE = timedelta(minutes=1)


def mails(count: int, **changes: Any) -> list[Outgoing]:
    return [a_mail(number, **changes) for number in range(count)]


def keys(*numbers: int) -> set[str]:
    return {a_mail(number).key for number in numbers}


def arrived(server: SendGridServer) -> list[str]:
    return [arrival.key for arrival in server.arrived]


@pytest.mark.parametrize(
    ("status", "verdict", "wait"),
    [
        (200, "unknown", A_MINUTE),
        (302, "unknown", A_MINUTE),
        (400, "later", OUR_OWN_FAULT),
        (401, "later", OUR_OWN_FAULT),
        (403, "later", OUR_OWN_FAULT),
        (404, "later", OUR_OWN_FAULT),
        (408, "later", OUR_OWN_FAULT),
        (413, "refused", None),
        (415, "later", OUR_OWN_FAULT),
        (429, "later", A_MINUTE),
        (500, "unknown", A_MINUTE),
        (503, "unknown", A_MINUTE),
    ],
)
def test_each_status_means_one_thing(
    sendgrid_server: SendGridServer,
    status: int,
    verdict: Verdict,
    wait: timedelta | None,
) -> None:
    sendgrid_server.script.append(Reply(status))
    [outcome] = sendgrid_server.carrier().send(mails(1))
    assert (outcome.verdict, outcome.retry_after) == (verdict, wait)
    assert outcome.answer.startswith(str(status))


def test_the_copy_at_fault_is_refused_by_name_and_the_others_go_at_once(
    sendgrid_server: SendGridServer,
) -> None:
    group = mails(5)
    group[3] = a_mail(3, recipient=Mailbox("", "no address@mission.example"))
    outcomes = sendgrid_server.carrier().send(group)
    fault = "400 personalizations.3.to.0.email: Does not contain a valid address."
    assert outcomes[3] == Outcome("refused", fault)
    assert [outcome.verdict for outcome in outcomes].count("sent") == 4
    assert set(arrived(sendgrid_server)) == keys(0, 1, 2, 4)
    assert sendgrid_server.requests == 2


def test_where_a_refusal_does_not_say_which_copy_it_is_found_out(
    sendgrid_server: SendGridServer,
) -> None:
    no_number = refusals(400, ("personalizations", "person5@mission.example is bad"))
    # Eight, the upper four, of them the lower two, and the copy itself.
    sendgrid_server.script.extend([no_number, Reply(taken=True), no_number, no_number])
    sendgrid_server.script.extend([Reply(taken=True), no_number])
    outcomes = sendgrid_server.carrier().send(mails(8))
    assert [outcome.verdict for outcome in outcomes].count("sent") == 7
    assert outcomes[5] == Outcome("refused", "400 personalizations: [address] is bad")
    assert set(arrived(sendgrid_server)) == keys(*range(8)) - keys(5)


def test_a_copy_refused_for_its_substitutions_goes_without_them(
    sendgrid_server: SendGridServer,
) -> None:
    too_many = refusals(400, ("personalizations.1.substitutions", "over the limit"))
    sendgrid_server.script.append(too_many)
    assert {outcome.verdict for outcome in sendgrid_server.carrier().send(mails(3))} == {"sent"}
    assert set(arrived(sendgrid_server)) == keys(0, 1, 2)
    assert sendgrid_server.requests == 3


def test_a_copy_that_has_none_is_not_refused_for_them_for_ever(
    sendgrid_server: SendGridServer,
) -> None:
    sendgrid_server.script.append(refusals(400, ("personalizations.0.substitutions", "bad")))
    [outcome] = sendgrid_server.carrier().send(mails(1))
    assert outcome == Outcome("refused", "400 personalizations.0.substitutions: bad")


@pytest.mark.parametrize(
    "fault",
    [
        ("from", "is not verified"),
        ("content.0.value", "is empty"),
        ("reply_to.email", "Does not contain a valid address."),
        (None, "Bad Request"),
        ("null", "invalid request"),
    ],
)
def test_a_mistake_in_what_all_have_in_common_loses_no_letter(
    sendgrid_server: SendGridServer, fault: tuple[str | None, str]
) -> None:
    sendgrid_server.script.append(refusals(400, fault))
    outcomes = sendgrid_server.carrier().send(mails(3))
    assert {(each.verdict, each.retry_after) for each in outcomes} == {("later", OUR_OWN_FAULT)}
    said = ": ".join(part for part in fault if part not in (None, "null"))
    assert outcomes[0].answer == f"400 {said}"


def test_one_letter_s_mistake_holds_up_no_other_letter(sendgrid_server: SendGridServer) -> None:
    sendgrid_server.script.append(refusals(403, ("from", "not a verified sender")))
    unverified = Mailbox("Others", "others@example.org")
    outcomes = sendgrid_server.carrier().send([a_mail(1, sender=unverified), a_mail(2)])
    assert [outcome.verdict for outcome in outcomes] == ["later", "sent"]
    assert "is the sender verified" in outcomes[0].answer


@pytest.mark.parametrize("body", ["text", ["errors"], {"errors": None}, {"errors": ["x"]}, None])
def test_a_refusal_in_another_shape_is_still_one(
    sendgrid_server: SendGridServer, body: Any
) -> None:
    sendgrid_server.script.append(Reply(400, body=body))
    [outcome] = sendgrid_server.carrier().send(mails(1))
    assert outcome == Outcome("later", "400", retry_after=OUR_OWN_FAULT)


def test_what_is_too_large_goes_in_halves(sendgrid_server: SendGridServer) -> None:
    sendgrid_server.script.extend([Reply(413), Reply(413)])
    assert {outcome.verdict for outcome in sendgrid_server.carrier().send(mails(4))} == {"sent"}
    assert sorted(arrived(sendgrid_server)) == sorted(keys(*range(4)))
    # All four, the lower two, each of them, the upper two.
    assert sendgrid_server.requests == 5


def test_a_wrong_key_uses_up_no_letter(sendgrid_server: SendGridServer) -> None:
    other = a_mail(2, sender=Mailbox("Others", "letters@example.org"))
    outcomes = sendgrid_server.carrier(api_key="SG.another").send([a_mail(1), other])
    assert [each.verdict for each in outcomes] == ["later", "later"]
    assert [each.retry_after for each in outcomes] == [OUR_OWN_FAULT] * 2
    assert "is OUTREACH_SENDGRID_API_KEY right?" in outcomes[0].answer
    assert sendgrid_server.requests == 1


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"X-RateLimit-Reset": MORNING + timedelta(seconds=90)}, timedelta(seconds=90)),
        ({"X-RateLimit-Reset": MORNING - timedelta(seconds=90)}, timedelta(seconds=1)),
        ({"X-RateLimit-Reset": MORNING + timedelta(days=90)}, timedelta(hours=1)),
        ({"Retry-After": "120"}, timedelta(minutes=2)),
        ({"Retry-After": "soon"}, A_MINUTE),
        ({}, A_MINUTE),
    ],
)
def test_when_told_to_wait_the_rest_of_the_group_is_not_even_tried(
    sendgrid_server: SendGridServer, headers: Any, wait: timedelta
) -> None:
    told = {
        name: value if isinstance(value, str) else str(int(value.timestamp()))
        for name, value in headers.items()
    }
    sendgrid_server.script.extend([Reply(taken=True), Reply(429, told)])
    outcomes = sendgrid_server.carrier(shared_requests=False).send(mails(4))
    assert [outcome.verdict for outcome in outcomes] == ["sent", "later", "later", "later"]
    assert [outcome.retry_after for outcome in outcomes] == [None, wait, wait, wait]
    assert sendgrid_server.requests == 2
