"""What the command line prints of a mail."""

import json

import pytest

from outreach.inbox import describing
from outreach.inbox.describing import describe
from tests.inbox.samples import sample
from tests.tracking.making import TOKENS

KEYS = (
    "path kind evidence from to subject date message_id in_reply_to references token bounce "
    "returns_on text quoted attachments defects"
)


def test_every_key_is_there_whatever_the_mail() -> None:
    for name in ("reply-gmail-en", "broken-no-mail-at-all"):
        described = describe(name, sample(name))
        assert list(described) == KEYS.split()
        json.dumps(described)


def test_a_bounce_is_told_in_its_parts() -> None:
    described = describe("x.eml", sample("bounce-postfix"))
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
    assert describe("x.eml", sample("delayed-postfix"))["bounce"] is None


def test_what_looks_like_our_token_is_shown() -> None:
    token = describe("x.eml", sample("reply-by-bcc"))["token"]
    assert TOKENS.read("reply", token) == TOKENS.key("campaign:offices:1:contact:12")


def test_what_is_no_mail_is_unreadable_and_says_why() -> None:
    described = describe("x", b"\x00\x01 nothing")
    assert described["kind"] == "unreadable"
    assert "it has no head of a mail" in described["defects"]


def test_what_fails_for_any_reason_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(describing, "classify", fail)
    described = describe("x", sample("reply-gmail-en"))
    assert list(described) == KEYS.split()
    assert described["defects"] == ["reading it failed with MemoryError"]
