"""The JSON of a request to SendGrid (POST /v3/mail/send): what its copies share, and each copy."""

from base64 import b64encode
from collections.abc import Iterable
from typing import Any

import orjson

from outreach.delivery.composing import Outgoing
from outreach.delivery.headers import one_line
from outreach.letters.copies import Copy
from outreach.letters.tables import Enclosure

_NOT_IN_NAMES = str.maketrans(",;", "  ")

# The carrier neither rewrites links nor adds images and footers.
_TRACKING = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": {"enable": False},
    "subscription_tracking": {"enable": False},
}


def in_common(mail: Outgoing, content: Copy, reply_to: str) -> bytes:
    """All that the copies of a request have in common; ``content`` and ``reply_to`` may hold tags.

    No subject: each copy has its own.
    """
    said: dict[str, Any] = {
        "from": _mailbox(mail.sender.name, mail.sender.address),
        "reply_to": {"email": reply_to},
        "content": [
            {"type": "text/plain", "value": content.text},
            {"type": "text/html", "value": content.html},
        ],
        "tracking_settings": _TRACKING,
    }
    if mail.enclosures:
        said["attachments"] = [_attachment(each, content.html) for each in mail.enclosures]
    return orjson.dumps(said)


def of_one(mail: Outgoing, substitutions: bytes | None = None) -> bytes:
    """A copy's personalization. The provider keeps ``custom_args``: our key and no more."""
    said: dict[str, Any] = {
        "to": [_mailbox(mail.recipient.name.translate(_NOT_IN_NAMES), mail.recipient.address)],
        "subject": one_line(mail.copy.subject),
        "headers": {"Message-ID": mail.message_id, **mail.headers},
        "custom_args": {"delivery": mail.key},
    }
    if substitutions is not None:
        said["substitutions"] = orjson.Fragment(substitutions)
    return orjson.dumps(said)


def body(common: bytes, personalizations: Iterable[bytes]) -> bytes:
    return b'%b,"personalizations":[%b]}' % (common[:-1], b",".join(personalizations))


def _mailbox(name: str, address: str) -> dict[str, str]:
    name = one_line(name)
    return {"email": address, "name": name} if name else {"email": address}


def _attachment(enclosure: Enclosure, html: str) -> dict[str, str]:
    said = {
        "content": b64encode(enclosure.content).decode(),
        "type": enclosure.media_type,
        "filename": enclosure.name,
        "disposition": "attachment",
    }
    if enclosure.content_id in html:
        said.update(disposition="inline", content_id=enclosure.content_id)
    return said
