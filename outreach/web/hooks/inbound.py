"""Reads the whole mail out of what SendGrid's Inbound Parse posts.

Werkzeug's own form reader decodes text fields, which would destroy a mail that is not UTF-8; here
the bytes stay as they are.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from email import message_from_bytes

from werkzeug.exceptions import BadRequest
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

MOST_PARTS = 1000

Fields = Mapping[str, bytes]


def read_fields(body: bytes, content_type: str) -> Fields:
    """Every part of the form by its name; BadRequest when it is no such form."""
    kind, options = parse_options_header(content_type)
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise BadRequest
    decoder = MultipartDecoder(options["boundary"].encode(), max_parts=MOST_PARTS)
    decoder.receive_data(body)
    decoder.receive_data(None)
    try:
        return _collect(decoder)
    except ValueError:
        raise BadRequest from None


def whole_mail(fields: Fields) -> tuple[bytes, bool]:
    """The mail and whether it is whole.

    With "send raw" switched off it is put together from its own headers and its text, so that the
    answer at least is kept and finds its place; attachments and formatting are lost.
    """
    if fields.get("email"):
        return fields["email"], True
    if not fields.get("headers"):
        raise BadRequest
    mail = message_from_bytes(fields["headers"].rstrip() + b"\r\n\r\n")
    for name in ("Content-Type", "Content-Transfer-Encoding", "MIME-Version"):
        del mail[name]
    mail.set_payload(fields.get("text", b"").decode(errors="replace"), "utf-8")
    return mail.as_bytes(), False


def recipients(fields: Fields) -> list[str]:
    """Whom the envelope names; a reply by Bcc shows its token nowhere else."""
    try:
        envelope = json.loads(fields.get("envelope", b"{}"))
    except ValueError:
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
