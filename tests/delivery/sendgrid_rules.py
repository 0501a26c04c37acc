"""What SendGrid documents of POST /v3/mail/send: what it refuses, and what each recipient gets.

Where its pages give two figures for a limit, the smaller one is held to here.
"""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson

_IN_ALL = {
    *("personalizations", "from", "reply_to", "reply_to_list", "subject", "content"),
    *("attachments", "headers", "categories", "custom_args", "send_at", "batch_id", "asm"),
    *("ip_pool_name", "mail_settings", "tracking_settings"),
}
_IN_EACH = {
    *("from", "to", "cc", "bcc", "subject", "headers", "substitutions"),
    *("dynamic_template_data", "custom_args", "send_at"),
}
_RESERVED = {
    *("x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type"),
    *("content-transfer-encoding", "to", "from", "subject", "reply-to", "cc", "bcc"),
}
_ADDRESS = re.compile(r"[!#-'*+/-9=?A-Z^-~-]+(\.[!#-'*+/-9=?A-Z^-~-]+)*@[A-Za-z0-9.-]+")
_HEADER = re.compile(r"[!-9;-~]+")
_THREE_DAYS = 72 * 3600

Problem = tuple[str, str]  # the field, and what is wrong with it


class Arrival(NamedTuple):
    """What one recipient gets."""

    address: str
    name: str
    sender: tuple[str, str]
    reply_to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    enclosures: list[tuple[str, str, bytes]]
    key: str


def arrivals(mail: Mapping[str, Any], *, backwards: bool = False) -> Iterator[Arrival]:
    """``backwards`` replaces the last tag first: nobody says in which order SendGrid does it."""
    text, html = (part["value"] for part in mail["content"])
    sender = mail["from"]["email"], mail["from"].get("name", "")
    for one in mail["personalizations"]:
        tags = list(one.get("substitutions", {}).items())
        ordered = tags[::-1] if backwards else tags
        yield Arrival(
            one["to"][0]["email"],
            one["to"][0].get("name", ""),
            sender,
            _replaced(mail["reply_to"]["email"], ordered),
            _replaced(one.get("subject") or mail["subject"], ordered),
            _replaced(text, ordered),
            _replaced(html, ordered),
            {**mail.get("headers", {}), **one.get("headers", {})},
            [_enclosure(each) for each in mail.get("attachments", [])],
            one["custom_args"]["delivery"],
        )


def _replaced(text: str, tags: list[tuple[str, str]]) -> str:
    for tag, value in tags:
        text = text.replace(tag, value)
    return text


def _enclosure(attachment: Mapping[str, str]) -> tuple[str, str, bytes]:
    content = base64.b64decode(attachment["content"], validate=True)
    return attachment["filename"], attachment["type"], content


def problems(mail: Any, now: float) -> Iterator[Problem]:
    """All that is not as documented. ``now`` is in seconds of the epoch."""
    yield from (("", f"{name} is not known") for name in mail.keys() - _IN_ALL)
    yield from _mailbox("from", mail.get("from"))
    if not f"{mail.get('from')}".isascii():
        yield "from", "Unicode is not supported"
    yield from _replies(mail)
    yield from _content(mail.get("content"))
    yield from _attachments(mail.get("attachments", []))
    yield from _categories(mail.get("categories", []))
    yield from _headers("headers", mail.get("headers", {}))
    yield from _send_at("send_at", mail.get("send_at"), now)
    yield from _personalizations(mail, now)


def _personalizations(mail: Any, now: float) -> Iterator[Problem]:
    each = mail.get("personalizations")
    if not isinstance(each, list) or not 1 <= len(each) <= 1000:
        yield "personalizations", "between 1 and 1000 of them"
        return
    for number, one in enumerate(each):
        yield from _personalization(f"personalizations.{number}", one, mail, now)
    addresses = [mailbox["email"].lower() for one in each for mailbox in _recipients(one)]
    if len(addresses) > 1000:
        yield "personalizations", "There is a limit of 1000 total recipients per request."
    for address, times in Counter(addresses).items():
        if times > 1:
            yield "personalizations", f"You have included {address} more than once."
    if sum(len(one.get("substitutions", ())) for one in each) > 10_000:
        yield "personalizations.substitutions", "You are limited to 10,000 substitutions."


def _recipients(one: Any) -> list[Any]:
    return [*one.get("to", ()), *one.get("cc", ()), *one.get("bcc", ())]


def _personalization(here: str, one: Any, mail: Any, now: float) -> Iterator[Problem]:
    yield from ((here, f"{name} is not known") for name in one.keys() - _IN_EACH)
    if not one.get("to"):
        yield f"{here}.to", "The to parameter is required for all personalization objects."
    for number, mailbox in enumerate(_recipients(one)):
        yield from _mailbox(f"{here}.to.{number}", mailbox)
        if set(mailbox.get("name", "")) & set(",;"):
            yield f"{here}.to.{number}.name", "holds a comma or a semicolon"
    subject = one.get("subject", mail.get("subject"))
    if not isinstance(subject, str) or not subject:
        yield f"{here}.subject", "The subject must be a string at least one character in length."
    yield from _headers(f"{here}.headers", one.get("headers", {}))
    yield from _substitutions(f"{here}.substitutions", one.get("substitutions", {}))
    yield from _custom_args(f"{here}.custom_args", one.get("custom_args"), mail)
    yield from _send_at(f"{here}.send_at", one.get("send_at"), now)


def _mailbox(here: str, mailbox: Any) -> Iterator[Problem]:
    if not isinstance(mailbox, dict) or not mailbox.keys() <= {"email", "name"}:
        yield here, "must be an object with an email and maybe a name"
    elif not _ADDRESS.fullmatch(str(mailbox.get("email"))):
        yield f"{here}.email", "Does not contain a valid address."
    elif not isinstance(mailbox.get("name", ""), str):
        yield f"{here}.name", "must be a string"


def _replies(mail: Any) -> Iterator[Problem]:
    if "reply_to" in mail and "reply_to_list" in mail:
        yield "reply_to", "reply_to and reply_to_list exclude each other"
    if "reply_to" in mail:
        yield from _mailbox("reply_to", mail["reply_to"])


def _headers(here: str, headers: Any) -> Iterator[Problem]:
    names = [name.lower() for name in headers]
    if len(set(names)) < len(names):
        yield here, "The headers cannot contain duplicate keys."
    if not _RESERVED.isdisjoint(names):
        yield here, "Header cannot be one of the reserved keys."
    for name, value in headers.items():
        if not _HEADER.fullmatch(name):
            yield here, "Header keys cannot contain non-ASCII characters or empty spaces."
        if not isinstance(value, str) or not value.isascii() or "\n" in value:
            yield f"{here}.{name}", "All values of the headers object must be strings."


def _substitutions(here: str, tags: Any) -> Iterator[Problem]:
    if not all(isinstance(value, str) for value in tags.values()):
        yield here, "the values are all strings"
    if len(tags) > 100:
        yield here, "Substitutions are limited to 100 items per personalization block."
    if tags and len(orjson.dumps(tags)) > 10_000:
        yield here, "may not exceed 10,000 bytes"


def _custom_args(here: str, given: Any, mail: Any) -> Iterator[Problem]:
    if given is None:
        return
    if not given or not all(isinstance(value, str) for value in given.values()):
        yield here, "custom_args cannot be empty, and its values must be strings."
    if len(orjson.dumps({**mail.get("custom_args", {}), **given})) > 10_000:
        yield here, "may not exceed 10,000 bytes"


def _send_at(here: str, moment: Any, now: float) -> Iterator[Problem]:
    if moment is not None and not isinstance(moment, int):
        yield here, "must be a Unix timestamp as an integer"
    elif moment is not None and moment > now + _THREE_DAYS:
        yield here, "Scheduling more than 72 hours in advance is forbidden."


def _content(parts: Any) -> Iterator[Problem]:
    if not isinstance(parts, list) or not parts:
        yield "content", "is required"
        return
    kinds = [part.get("type") for part in parts]
    if kinds != sorted(kinds, key=lambda kind: kind != "text/plain"):
        yield "content", "text/plain comes first"
    for number, part in enumerate(parts):
        for name in ("type", "value"):
            if not isinstance(part.get(name), str) or not part[name]:
                yield f"content.{number}.{name}", "must be a string at least one character long"


def _attachments(given: Any) -> Iterator[Problem]:
    for number, each in enumerate(given):
        here = f"attachments.{number}"
        if not each.keys() <= {"content", "type", "filename", "disposition", "content_id"}:
            yield here, "holds what is not known"
        if not _is_base64(each.get("content")):
            yield f"{here}.content", "must be base64 encoded and not empty"
        if not each.get("filename") or set(each["filename"]) & set("\r\n"):
            yield f"{here}.filename", "is required, on one line"
        if set(each.get("type", "a")) & set(";,\r\n"):
            yield f"{here}.type", "cannot contain ; or ,"
        if each.get("disposition", "attachment") not in ("attachment", "inline"):
            yield f"{here}.disposition", "must be attachment or inline"


def _is_base64(content: Any) -> bool:
    try:
        return isinstance(content, str) and bool(base64.b64decode(content, validate=True))
    except binascii.Error:
        return False


def _categories(given: Any) -> Iterator[Problem]:
    if len(given) > 10 or len(set(given)) < len(given):
        yield "categories", "at most 10, each once"
    if any(not isinstance(each, str) or len(each) > 255 for each in given):
        yield "categories", "strings of at most 255 characters"
