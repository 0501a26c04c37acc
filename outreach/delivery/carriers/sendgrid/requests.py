"""Which copies go to SendGrid together: those of one letter say it once, with tags.

Where SendGrid's pages contradict each other about a limit, the smaller figure stands here.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass, field

from outreach.delivery.carriers.sendgrid import payload
from outreach.delivery.carriers.sendgrid.tags import TaggedLetter, reply_parts
from outreach.delivery.composing import Outgoing

_MOST_COPIES = 1_000
_MOST_BYTES = 28_000_000  # of a request; the limit is 30 MB
_MOST_VALUE_BYTES = 10_000  # of one copy's substitutions, as JSON
_MOST_TAGS = 100
_MOST_SUBSTITUTIONS = 10_000  # of all copies in a request


@dataclass
class Request:
    """Copies that are handed over together; one that is alone is written out, without tags."""

    copies: list[Outgoing]
    in_common: bytes = b""
    parts: list[bytes] = field(default_factory=list)  # the personalization of each copy

    def body(self) -> bytes:
        if len(self.copies) > 1:
            return payload.body(self.in_common, self.parts)
        [mail] = self.copies
        in_common = payload.in_common(mail, mail.copy, mail.reply_to)
        return payload.body(in_common, [payload.of_one(mail)])

    def only(self, places: Iterable[int]) -> "Request":
        kept = list(places)
        if len(kept) == 1:
            return Request([self.copies[kept[0]]])
        copies = [self.copies[place] for place in kept]
        return Request(copies, self.in_common, [self.parts[place] for place in kept])

    def without(self, places: Collection[int]) -> "Request":
        return self.only(place for place in range(len(self.copies)) if place not in places)

    def halves(self) -> list["Request"]:
        middle, end = len(self.copies) // 2, len(self.copies)
        return [self.only(range(middle)), self.only(range(middle, end))]


def share_out(group: Iterable[Outgoing], *, shared: bool) -> list[Request]:
    """The whole group, each request in the group's order; one a copy where not ``shared``."""
    if not shared:
        return [Request([mail]) for mail in group]
    mails = list(group)
    alike = list(map(_alike, mails))
    times = Counter(alike)
    letters: dict[Hashable, _Letter] = {}
    made: list[Request] = []
    for mail, those in zip(mails, alike, strict=True):
        if times[those] == 1:  # as every copy that encloses itself
            made.append(Request([mail]))
            continue
        if those not in letters:
            letters[those] = _Letter(mail)
        made += letters[those].put(mail)
    return made


def _alike(mail: Outgoing) -> Hashable:
    """What copies must have in common to share a request."""
    inbox, _, domain = reply_parts(mail.reply_to)
    enclosed = tuple(enclosure.id for enclosure in mail.enclosures)
    return mail.skeleton.text, mail.skeleton.html, mail.sender, enclosed, inbox, domain


class _Letter:
    """A letter, and the requests that say it."""

    def __init__(self, mail: Outgoing) -> None:
        self._tagged = TaggedLetter(mail)
        tags = len(self._tagged.tags)
        self._most = min(_MOST_COPIES, _MOST_SUBSTITUTIONS // tags) if tags <= _MOST_TAGS else 1
        self._in_common = payload.in_common(mail, self._tagged.content, self._tagged.reply_to)
        self._filled: list[_Filled] = []

    def put(self, mail: Outgoing) -> list[Request]:
        """Put the copy into the first request with room for it; the new request if none has."""
        values = self._tagged.substitutions(mail)
        if self._most == 1 or len(values) > _MOST_VALUE_BYTES:
            return [Request([mail])]
        part = payload.of_one(mail, values)
        for filled in self._filled:
            if filled.has_room(self._most, mail, part):
                filled.add(mail, part)
                return []
        new = _Filled(Request([], self._in_common), size=len(self._in_common))
        new.add(mail, part)
        self._filled.append(new)
        return [new.request]


@dataclass
class _Filled:
    """How full a request is."""

    request: Request
    size: int
    addresses: set[str] = field(default_factory=set)

    def has_room(self, most: int, mail: Outgoing, part: bytes) -> bool:
        return (
            len(self.request.copies) < most
            and self.size + len(part) < _MOST_BYTES
            and mail.recipient.address.lower() not in self.addresses
        )

    def add(self, mail: Outgoing, part: bytes) -> None:
        self.request.copies.append(mail)
        self.request.parts.append(part)
        self.size += len(part) + len(",")
        self.addresses.add(mail.recipient.address.lower())
