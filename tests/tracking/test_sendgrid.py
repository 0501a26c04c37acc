"""SendGrid's event webhook: signed, in SendGrid's words, doubled and out of order."""

import base64
import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlmodel import Session

from outreach.delivery.addresses import erased
from outreach.delivery.tables import Delivery, State
from outreach.errors import InvalidInput, Misconfigured
from outreach.tracking.sendgrid import Tally, apply_events, verify
from outreach.tracking.tables import Agent, EventKind
from tests.tracking.making import (
    NOW,
    TOKENS,
    a_campaign,
    a_contact,
    a_copy,
    events,
    state_of,
    suppressed,
)

RECORDED = (Path(__file__).parents[1] / "payloads/sendgrid/events.json").read_bytes()
TIMESTAMP = "1796115600"


@pytest.fixture
def copies(session: Session) -> dict[int, Delivery]:
    """Twelve copies that were handed over and of which nothing is known yet."""
    campaign = a_campaign(session)
    return {
        number: a_copy(
            session,
            campaign,
            a_contact(session, f"contact{number}@mission-{number}.example", state=f"S{number:x}"),
            state=State.unknown,
            number=number,
        )
        for number in range(1, 13)
    }


def test_an_erased_address_stops_no_other_event_of_its_request(
    session: Session, copies: dict[int, Delivery]
) -> None:
    gone, other = copies[1], copies[2]
    gone.recipient_address = erased(gone.key)
    told = [{"event": "bounce", "type": "bounce", "delivery": each.key} for each in (gone, other)]
    assert apply_events(session, json.dumps(told).encode(), NOW) == Tally(new=2)
    assert [event.delivery_id for event in events(session)] == [gone.id, other.id]
    assert state_of(session, gone) is State.bounced
    assert suppressed(session) == {other.recipient_address: "bounced"}


@pytest.fixture(scope="module")
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public(key: ec.EllipticCurvePrivateKey) -> str:
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(der).decode()


def signed(key: ec.EllipticCurvePrivateKey, body: bytes) -> str:
    return base64.b64encode(key.sign(TIMESTAMP.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()


@pytest.mark.parametrize("body", [RECORDED, b"", b"raw mail \xff\xfe"])
def test_what_sendgrid_signed_is_believed(key: ec.EllipticCurvePrivateKey, body: bytes) -> None:
    assert verify(public(key), body, signed(key, body), TIMESTAMP)


def test_changed_late_and_malformed_requests_are_not(key: ec.EllipticCurvePrivateKey) -> None:
    right = signed(key, RECORDED)
    assert not verify(public(key), RECORDED + b" ", right, TIMESTAMP)
    assert not verify(public(key), RECORDED, right, "1796115601")
    other = ec.generate_private_key(ec.SECP256R1())
    assert not verify(public(other), RECORDED, right, TIMESTAMP)
    for signature in ("", "!!!", "AAAA", right[:-8], "é"):
        assert not verify(public(key), RECORDED, signature, TIMESTAMP)


def test_a_wrong_key_setting_is_named() -> None:
    with pytest.raises(Misconfigured, match="OUTREACH_SENDGRID_EVENTS_KEY"):
        verify("not a key", b"[]", "", "")


def test_events_bring_copies_to_their_states(session: Session, copies: dict[int, Delivery]) -> None:
    tally = apply_events(session, RECORDED, NOW)
    assert tally == Tally(new=12, repeated=0, ignored=1, strange=1)
    assert {number: state_of(session, copy) for number, copy in copies.items()} == {
        1: State.delivered,
        2: State.sent,
        3: State.bounced,
        4: State.sent,
        5: State.failed,
        6: State.unknown,
        7: State.unknown,
        8: State.sent,
        9: State.delivered,
        10: State.sent,
        11: State.sent,
        12: State.unknown,
    }
    assert suppressed(session) == {
        "contact3@mission-3.example": "bounced",
        "contact9@mission-9.example": "complained",
        "contact10@mission-10.example": "unsubscribed",
        "contact11@mission-11.example": "unsubscribed",
    }


@pytest.mark.usefixtures("copies")
def test_the_same_request_again_changes_nothing(session: Session) -> None:
    apply_events(session, RECORDED, NOW)
    before = len(events(session))
    tally = apply_events(session, RECORDED, NOW)
    assert (tally.new, len(events(session))) == (0, before)


def test_events_out_of_order_lead_to_the_same_states(
    session: Session, copies: dict[int, Delivery]
) -> None:
    told = json.loads(RECORDED)
    random.Random(3).shuffle(told)
    for event in told:
        apply_events(session, json.dumps([event]).encode(), NOW)
    assert state_of(session, copies[1]) is State.delivered
    assert state_of(session, copies[3]) is State.bounced
    assert len(suppressed(session)) == 4


@pytest.mark.usefixtures("copies")
def test_what_was_said_is_kept_in_our_words(session: Session) -> None:
    apply_events(session, RECORDED, NOW)
    [permanent, blocked] = events(session, EventKind.bounced)
    assert permanent.detail == {
        "answer": "550 5.1.1 User unknown",
        "status": "5.1.1",
        "type": "bounce",
        "classification": "Invalid Address",
        "permanent": "yes",
    }
    assert blocked.detail["permanent"] == "no"
    assert permanent.happened_at == datetime(2026, 12, 1, 8, 30, 30, tzinfo=UTC)
    assert [event.agent for event in events(session, EventKind.opened)] == [
        Agent.machine,
        Agent.person,
    ]


def test_opens_stay_out_where_the_campaign_keeps_totals(session: Session) -> None:
    contact = a_contact(session, "contact7@mission-7.example")
    a_copy(session, a_campaign(session, opens="count"), contact, number=7)
    assert apply_events(session, RECORDED, NOW).ignored == 1
    assert events(session) == []


@pytest.mark.parametrize(
    "odd",
    [
        {"timestamp": "soon"},
        {"timestamp": 1e30},
        {"timestamp": 4_000_000_000},
        {"timestamp": None},
        {"sg_event_id": None},
        {"reason": "\0" * 3 + "x" * 5000, "response": ["a list"]},
        {"status": 5},
    ],
)
@pytest.mark.usefixtures("copies")
def test_odd_fields_do_not_lose_an_event(session: Session, odd: dict[str, Any]) -> None:
    event = {"event": "bounce", "delivery": TOKENS.key("campaign:offices:1:contact:1"), **odd}
    assert apply_events(session, json.dumps([event]).encode(), NOW).new == 1
    assert events(session)[0].happened_at <= NOW


@pytest.mark.usefixtures("copies")
def test_what_is_no_event_does_not_stop_those_beside_it(session: Session) -> None:
    good = {"event": "delivered", "delivery": TOKENS.key("campaign:offices:1:contact:1")}
    body = [7, None, {}, {"event": ["delivered"]}, {**good, "delivery": "a\0b"}, good]
    assert apply_events(session, json.dumps(body).encode(), NOW) == Tally(new=1, strange=5)


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b'"text"'])
def test_a_body_that_is_no_list_is_refused(session: Session, body: bytes) -> None:
    with pytest.raises(InvalidInput):
        apply_events(session, body, NOW)
