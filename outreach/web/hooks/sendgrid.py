"""SendGrid's two doors: events of what was sent, and mail that comes back."""

import logging

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from outreach.inbox.receiving import store
from outreach.tracking.sendgrid import apply_events, verify
from outreach.web.current import parts
from outreach.web.hooks import inbound

blueprint = Blueprint("sendgrid", __name__, url_prefix="/hooks/sendgrid")
log = logging.getLogger(__name__)

LARGEST_EVENTS = 8_000_000  # bytes; SendGrid posts under one million
# Bytes. SendGrid takes mail up to about thirty million, so that nothing it posts is refused here.
LARGEST_MAIL = 40_000_000


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

    Without a key any mail is taken, as any mail server would take it. SendGrid drops what is
    answered with 4xx and tries again for three days after 5xx.
    """
    request.max_content_length = LARGEST_MAIL
    try:
        body = request.get_data()
    except RequestEntityTooLarge:
        log.error("A post of more than %d bytes was refused: no mail is as large", LARGEST_MAIL)
        raise
    except ClientDisconnected:
        log.warning("A mail broke off on its way; SendGrid is asked to send it once more")
        return "Not all of the mail came.", 503
    if not body:
        return "There is no mail in this.", 400
    key = parts().settings.sendgrid_inbound_key
    if key and not _is_signed(key, body):
        log.warning("A mail was refused: its signature is missing or wrong")
        return "The signature is missing or wrong.", 403
    _keep(inbound.read(body, request.content_type or ""))
    return "", 200


def _is_signed(key: str, body: bytes) -> bool:
    signature = request.headers.get("X-Twilio-Email-Event-Webhook-Signature", "")
    timestamp = request.headers.get("X-Twilio-Email-Event-Webhook-Timestamp", "")
    return verify(key, body, signature, timestamp)


def _keep(posted: inbound.Posted) -> None:
    if posted.oddity:
        log.error(posted.oddity)
    with parts().database.transaction() as session:
        store(
            session,
            posted.content,
            door="sendgrid",
            recipients=posted.recipients,
            now=parts().clock(),
        )
