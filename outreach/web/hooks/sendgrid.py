"""SendGrid's two doors: events of what was sent, and mail that comes back."""

import logging

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from outreach.inbox.receiving import store
from outreach.tracking.sendgrid import apply_events, verify
from outreach.web.current import parts
from outreach.web.hooks import inbound

blueprint = Blueprint("sendgrid", __name__, url_prefix="/hooks/sendgrid")
log = logging.getLogger(__name__)

LARGEST_EVENTS = 8_000_000  # bytes; SendGrid posts under one million
LARGEST_MAIL = 32_000_000  # bytes; SendGrid takes mail up to about thirty million


@blueprint.post("/events")
def events() -> ResponseReturnValue:
    """Signed only: whoever could make up events could stop a campaign by them."""
    request.max_content_length = LARGEST_EVENTS
    key = parts().settings.sendgrid_events_key
    if not key:
        log.error("Events were refused: set OUTREACH_SENDGRID_EVENTS_KEY to SendGrid's public key")
        return "No key is configured for this hook.", 403
    body = request.get_data()
    if not _is_signed(key, body):
        log.warning("Events were refused: their signature is missing or wrong")
        return "The signature is missing or wrong.", 403
    with parts().database.transaction() as session:
        apply_events(session, body, parts().clock())
    return "", 204


@blueprint.post("/inbound")
def mail() -> ResponseReturnValue:
    """Kept before anything is read out of it; the worker does the rest.

    Without a key any mail is taken, as any mail server would take it.
    """
    request.max_content_length = LARGEST_MAIL
    body = request.get_data()
    key = parts().settings.sendgrid_inbound_key
    if key and not _is_signed(key, body):
        log.warning("A mail was refused: its signature is missing or wrong")
        return "The signature is missing or wrong.", 403
    fields = inbound.read_fields(body, request.content_type or "")
    content, is_whole = inbound.whole_mail(fields)
    if not is_whole:
        log.error("A mail came in parts: switch on 'POST the raw, full MIME message' at SendGrid")
    _keep(content, inbound.recipients(fields))
    return "", 200


def _is_signed(key: str, body: bytes) -> bool:
    signature = request.headers.get("X-Twilio-Email-Event-Webhook-Signature", "")
    timestamp = request.headers.get("X-Twilio-Email-Event-Webhook-Timestamp", "")
    return verify(key, body, signature, timestamp)


def _keep(content: bytes, recipients: list[str]) -> None:
    with parts().database.transaction() as session:
        store(session, content, door="sendgrid", recipients=recipients, now=parts().clock())
