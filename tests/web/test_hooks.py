"""The providers' doors: signed or refused, kept or retried."""

import base64
import json
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.datastructures import Headers

from outreach.db import Database
from outreach.delivery.tables import Delivery, State
from outreach.inbox.tables import RawMail, RawState
from outreach.web import create_app
from outreach.web.hooks.sendgrid import LARGEST_MAIL
from outreach.wiring import Outreach
from tests.web.world import World

# What the database does with it is the rooms' and the desk's matter: one kind is enough here.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

BOUNDARY = "xYzZY"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
MAIL = b"From: fr@mission.example\r\nSubject: Re: lettre\r\n\r\nCher Monsieur,\r\n"
LATIN_1 = (
    b"From: fr@mission.example\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
    b"Content-Transfer-Encoding: 8bit\r\n\r\nNous vous r\xe9pondrons bient\xf4t.\r\n"
)


class Signer:
    """SendGrid's side: signs what it posts."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())

    @property
    def public_key(self) -> str:
        encoded = self._private.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
        return base64.b64encode(encoded).decode()

    def headers(self, body: bytes, timestamp: str = "1796112000") -> Headers:
        signature = self._private.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        return Headers(
            {
                "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
                "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
            }
        )


@pytest.fixture
def signer() -> Signer:
    return Signer()


@pytest.fixture
def signed(outreach: Outreach, signer: Signer) -> FlaskClient:
    """A provider's client to an app that knows the provider's key."""
    settings = outreach.settings.model_copy(
        update={
            "sendgrid_events_key": signer.public_key,
            "sendgrid_inbound_key": signer.public_key,
        }
    )
    return create_app(replace(outreach, settings=settings)).test_client()


def a_form(**fields: bytes) -> bytes:
    parts = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        + value
        + b"\r\n"
        for name, value in fields.items()
    )
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def kept(database: Database) -> list[RawMail]:
    with database.reading() as session:
        return list(session.exec(select(RawMail)))


def events_about(delivery: Delivery) -> bytes:
    told = {"event": "delivered", "delivery": delivery.key, "sg_event_id": "e1", "timestamp": 1}
    return json.dumps([told]).encode()


def state_of(database: Database, delivery: Delivery) -> State:
    with database.reading() as session:
        return session.get_one(Delivery, delivery.id).state


def test_signed_events_are_applied(
    signed: FlaskClient, signer: Signer, world: World, database: Database
) -> None:
    body = events_about(world.in_doubt)
    for _ in range(2):
        answer = signed.post("/hooks/sendgrid/events", data=body, headers=signer.headers(body))
        assert answer.status_code == 204
    assert state_of(database, world.in_doubt) is State.delivered


def test_unsigned_and_wrongly_signed_events_are_refused(
    signed: FlaskClient, signer: Signer, world: World, database: Database
) -> None:
    body = events_about(world.in_doubt)
    for headers in (
        Headers(),
        Signer().headers(body),
        signer.headers(body + b" "),
        Headers({"X-Twilio-Email-Event-Webhook-Signature": "no base64!"}),
    ):
        answer = signed.post("/hooks/sendgrid/events", data=body, headers=headers)
        assert answer.status_code == 403
    assert state_of(database, world.in_doubt) is State.unknown


def test_without_a_key_no_event_is_believed_and_the_log_says_what_to_set(
    client: FlaskClient, world: World, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    body = events_about(world.in_doubt)
    answer = client.post("/hooks/sendgrid/events", data=body, headers=Signer().headers(body))
    assert answer.status_code == 403
    assert "OUTREACH_SENDGRID_EVENTS_KEY" in caplog.text
    assert state_of(database, world.in_doubt) is State.unknown


def test_events_that_are_no_list_are_refused_in_plain_words(
    signed: FlaskClient, signer: Signer
) -> None:
    answer = signed.post("/hooks/sendgrid/events", data=b"{", headers=signer.headers(b"{"))
    assert answer.status_code == 400


def test_a_key_that_is_none_is_our_fault_and_the_provider_tries_again(
    outreach: Outreach, caplog: pytest.LogCaptureFixture
) -> None:
    settings = outreach.settings.model_copy(update={"sendgrid_events_key": "no key"})
    app = create_app(replace(outreach, settings=settings))
    answer = app.test_client().post("/hooks/sendgrid/events", data=b"[]")
    assert answer.status_code == 500
    assert "OUTREACH_SENDGRID_EVENTS_KEY" not in answer.text
    assert "OUTREACH_SENDGRID_EVENTS_KEY" in caplog.text


@pytest.mark.parametrize("content", [MAIL, LATIN_1], ids=["ascii", "latin-1"])
def test_a_signed_mail_is_kept_byte_for_byte(
    signed: FlaskClient, signer: Signer, database: Database, content: bytes
) -> None:
    envelope = json.dumps({"to": ["inbox+abc@in.example.org"], "from": "fr@mission.example"})
    body = a_form(envelope=envelope.encode(), email=content)
    for _ in range(2):
        answer = signed.post(
            "/hooks/sendgrid/inbound",
            data=body,
            content_type=MULTIPART,
            headers=signer.headers(body),
        )
        assert answer.status_code == 200
    (mail,) = kept(database)
    assert mail.content == content
    assert mail.envelope_recipients == ["inbox+abc@in.example.org"]
    assert (mail.door, mail.state) == ("sendgrid", RawState.new)


def test_an_unsigned_mail_is_refused_where_a_key_is_set(
    signed: FlaskClient, database: Database
) -> None:
    answer = signed.post("/hooks/sendgrid/inbound", data=a_form(email=MAIL), content_type=MULTIPART)
    assert answer.status_code == 403
    assert kept(database) == []


def test_without_a_key_every_mail_is_kept(client: FlaskClient, database: Database) -> None:
    answer = client.post(
        "/hooks/sendgrid/inbound", data={"email": LATIN_1.decode("ascii", "replace")},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert answer.status_code == 200
    assert len(kept(database)) == 1


ODD_ENVELOPES = (b"", b"{", b"[]", b'{"to": "x"}', b'{"to": [1]}', b"\xff", b"[" * 100_000)


@pytest.mark.parametrize("envelope", ODD_ENVELOPES, ids=lambda envelope: repr(envelope[:12]))
def test_an_odd_envelope_loses_no_mail(
    client: FlaskClient, database: Database, envelope: bytes
) -> None:
    body = a_form(envelope=envelope, email=MAIL)
    answer = client.post("/hooks/sendgrid/inbound", data=body, content_type=MULTIPART)
    assert answer.status_code == 200
    (mail,) = kept(database)
    assert mail.envelope_recipients == []


def test_a_mail_in_parts_is_put_together_and_the_log_says_what_to_switch_on(
    client: FlaskClient, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    headers = (
        b"From: fr@mission.example\nTo: inbox+abc@in.example.org\nIn-Reply-To: <k@example.org>\n"
        b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n"
    )
    body = a_form(headers=headers, text="Nous répondrons. 谢谢".encode(), html=b"<p>x</p>")
    answer = client.post("/hooks/sendgrid/inbound", data=body, content_type=MULTIPART)
    assert answer.status_code == 200
    assert "POST the raw, full MIME message" in caplog.text
    (mail,) = kept(database)
    read = message_from_bytes(mail.content, policy=policy.default)
    assert read["In-Reply-To"] == "<k@example.org>"
    assert read.get_content().strip() == "Nous répondrons. 谢谢"
    assert read.defects == []


MADE_OF_PARTS = b"".join(
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{number}"\r\n\r\n\r\n'.encode()
    for number in range(1001)
)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (a_form(email=MAIL)[:-30], MULTIPART),
        (a_form(email=MAIL), "multipart/form-data"),
        (b"email=x", "application/x-www-form-urlencoded"),
        (MAIL, "message/rfc822"),
        (a_form(subject=b"no mail at all"), MULTIPART),
        (a_form(headers=b"Subject: x\x0cFrom: y", text=b"Merci"), MULTIPART),
        (MADE_OF_PARTS + a_form(email=MAIL), MULTIPART),
    ],
    ids=["cut off", "no boundary", "other form", "bare", "no mail", "odd headers", "many parts"],
)
def test_what_cannot_be_taken_apart_is_kept_as_it_came_and_logged(
    client: FlaskClient,
    database: Database,
    caplog: pytest.LogCaptureFixture,
    body: bytes,
    content_type: str,
) -> None:
    answer = client.post("/hooks/sendgrid/inbound", data=body, content_type=content_type)
    assert answer.status_code == 200
    (mail,) = kept(database)
    assert (mail.content, mail.state) == (body, RawState.new)
    assert "kept as it came" in caplog.text


def test_a_mail_that_breaks_off_is_asked_for_again(
    signed: FlaskClient, signer: Signer, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    body = a_form(email=MAIL)
    answer = signed.post(
        "/hooks/sendgrid/inbound",
        data=body[:-30],
        content_type=MULTIPART,
        headers=signer.headers(body),
        environ_overrides={"CONTENT_LENGTH": str(len(body))},
    )
    assert answer.status_code == 503
    assert kept(database) == []
    assert "broke off" in caplog.text


def test_a_post_of_nothing_is_refused(client: FlaskClient, database: Database) -> None:
    answer = client.post("/hooks/sendgrid/inbound", data=b"", content_type="text/plain")
    assert answer.status_code == 400
    assert kept(database) == []


def test_a_large_mail_passes_here_and_nowhere_else(client: FlaskClient, database: Database) -> None:
    attachment = MAIL + b"A" * 20_000_000
    body = a_form(email=attachment)
    answer = client.post("/hooks/sendgrid/inbound", data=body, content_type=MULTIPART)
    assert answer.status_code == 200
    assert kept(database)[0].content == attachment
    assert client.post("/sign-in", data={"x": "x" * 2_000_000}).status_code == 413


def test_only_what_sendgrid_itself_would_not_take_is_too_large_and_the_log_says_so(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    assert LARGEST_MAIL > 30_000_000 * 1.2  # the form around a mail takes room too
    answer = client.post(
        "/hooks/sendgrid/inbound",
        environ_overrides={"CONTENT_LENGTH": str(LARGEST_MAIL + 1)},
        content_type=MULTIPART,
    )
    assert answer.status_code == 413
    assert "no mail is as large" in caplog.text
