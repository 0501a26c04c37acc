"""Reads the whole mail out of what SendGrid's Inbound Parse posts.

Werkzeug's own form reader decodes text fields, which would destroy a mail that is not UTF-8; here
the bytes stay as they are.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

MOST_PARTS = 1000

IN_PARTS = "A mail came in parts: switch on 'POST the raw, full MIME message' at SendGrid"
NO_FORM = "A mail came in no form that can be taken apart: what was posted is kept as it came"

Fields = Mapping[str, bytes]


@dataclass(frozen=True)
class Posted:
    """What is to be kept; ``oddity`` tells the log what was not as it should be."""

    content: bytes
    recipients: Sequence[str] = ()
    oddity: str = ""


def read(body: bytes, content_type: str) -> Posted:
    """Never refuses: SendGrid drops a mail that is refused, and a kept one a person can look at."""
    try:
        fields = _read_fields(body, content_type)
        content, is_whole = _whole_mail(fields)
    except (ValueError, MessageError, RequestEntityTooLarge):  # the last: too many parts
        return Posted(body, oddity=NO_FORM)
    return Posted(content, _recipients(fields), "" if is_whole else IN_PARTS)


def _read_fields(body: bytes, content_type: str) -> Fields:
    """Every part of the form by its name; ValueError when it is no such form."""
    kind, options = parse_options_header(content_type)
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise ValueError("no multipart form")
    decoder = MultipartDecoder(options["boundary"].encode(), max_parts=MOST_PARTS)
    decoder.receive_data(body)
    decoder.receive_data(None)
    return _collect(decoder)


def _whole_mail(fields: Fields) -> tuple[bytes, bool]:
    """The mail and whether it is whole.

    With "send raw" switched off it is put together from its own headers and its text, so that the
    answer at least is kept and finds its place; attachments and formatting are lost.
    """
    if fields.get("email"):
        return fields["email"], True
    if not fields.get("headers"):
        raise ValueError("no mail in the form")
    mail = message_from_bytes(fields["headers"].rstrip() + b"\r\n\r\n")
    for name in ("Content-Type", "Content-Transfer-Encoding", "MIME-Version"):
        del mail[name]
    mail.set_payload(fields.get("text", b"").decode(errors="replace"), "utf-8")
    return mail.as_bytes(), False


def _recipients(fields: Fields) -> list[str]:
    """Whom the envelope names; a reply by Bcc shows its token nowhere else."""
    try:
        envelope = json.loads(fields.get("envelope", b"{}"))
    except (ValueError, RecursionError):
        return []
    to = envelope.get("to") if isinstance(envelope, dict) else None
    return [each for each in to if isinstance(each, str)] if isinstance(to, list) else []


def _collect(decoder: MultipartDecoder) -> Fields:
    fields: defaultdict[str, bytearray] = defaultdict(bytearray)
    name: str | None = None
    while not isinstance(event := decoder.next_event(), Epilogue | NeedData):
        if isinstance(event, Field | File):
            name = event.name
        elif isinstance(event, Data) and name:
            fields[name] += event.data
    return {name: bytes(value) for name, value in fields.items()}
