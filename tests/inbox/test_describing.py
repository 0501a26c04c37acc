"""What the command line prints of a mail."""

import json

from outreach.inbox.describing import describe
from outreach.inbox.reading import Understood, understand
from tests.inbox.samples import sample
from tests.tracking.making import TOKENS

KEYS = (
    "path kind evidence from to subject date message_id in_reply_to references token bounce "
    "returns_on text quoted attachments defects"
)


def test_every_key_is_there_whatever_the_mail() -> None:
    for name in ("reply-gmail-en", "broken-no-mail-at-all"):
        described = describe(name, sample(name), understand)
        assert list(described) == KEYS.split()
        json.dumps(described)


def test_a_bounce_is_told_in_its_parts() -> None:
    described = describe("x.eml", sample("bounce-postfix"), understand)
    assert described["kind"] == "bounce"
    assert described["bounce"] == {
        "recipient": "ambassador@mission-td.example",
        "permanent": True,
        "status": "5.1.1",
        "action": "failed",
        "diagnostic": "550 5.1.1 <ambassador@mission-td.example>: Recipient address rejected: "
        "User unknown",
    }


def test_a_delayed_notice_has_no_bounce() -> None:
    assert describe("x.eml", sample("delayed-postfix"), understand)["bounce"] is None


def test_what_looks_like_our_token_is_shown() -> None:
    token = describe("x.eml", sample("reply-by-bcc"), understand)["token"]
    assert TOKENS.read("reply", token) == TOKENS.key("campaign:offices:1:contact:12")


def test_what_is_no_mail_is_unreadable_and_says_why() -> None:
    described = describe("x", b"\x00\x01 nothing", understand)
    assert described["kind"] == "unreadable"
    assert "it has no head of a mail" in described["defects"]


def test_what_fails_for_any_reason_is_unreadable() -> None:
    def fail(_: bytes) -> Understood:
        raise MemoryError

    described = describe("x", sample("reply-gmail-en"), fail)
    assert list(described) == KEYS.split()
    assert described["defects"] == ["reading it failed with MemoryError"]
