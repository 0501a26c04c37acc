"""A letter with tags in the place of what differs from copy to copy, and what replaces them.

SendGrid looks for each tag in the contents and in the reply address and puts the copy's own text
there. The nonce in the tags is drawn when all values are settled, so that no value can hold one;
between their hyphens they cannot come about where two texts meet either.
"""

import re
import secrets
from collections.abc import Sequence

import orjson

from outreach.delivery.composing import Outgoing
from outreach.letters.copies import Copy, Values, fill

_REPLY_ADDRESS = re.compile(r"(.*\+|)(.+)(@.+)")


class TaggedLetter:
    """Made from any one of the copies that share it."""

    content: Copy
    reply_to: str

    def __init__(self, mail: Outgoing) -> None:
        nonce, size = secrets.token_hex(8), len(mail.values.plain)
        plain, marked = _tags(nonce, "p", size), _tags(nonce, "m", size)
        self.content = fill(mail.skeleton, Values(plain, marked))
        self._plain = [place for place in range(size) if plain[place] in self.content.text]
        self._marked = [place for place in range(size) if marked[place] in self.content.html]
        inbox, _, domain = reply_parts(mail.reply_to)
        # The inbox stands before the tag: were it not replaced, an answer would still arrive.
        self.reply_to = f"{inbox}-{nonce}r-{domain}"
        self.tags = [
            *(plain[place] for place in self._plain),
            *(marked[place] for place in self._marked),
            f"-{nonce}r-",
        ]

    def substitutions(self, mail: Outgoing) -> bytes:
        """What goes into each tag in this copy, as a JSON object."""
        plain, marked = mail.values.plain, mail.values.marked
        texts = [plain[place] for place in self._plain]
        texts += [marked[place] for place in self._marked]
        texts.append(reply_parts(mail.reply_to)[1])
        return orjson.dumps(dict(zip(self.tags, texts, strict=True)))


def reply_parts(address: str) -> Sequence[str]:
    """The inbox with its plus, the copy's own token, and the domain with its at sign."""
    found = _REPLY_ADDRESS.fullmatch(address)
    assert found is not None
    return found.groups()


def _tags(nonce: str, kind: str, number: int) -> list[str]:
    return [f"-{nonce}{kind}{place}-" for place in range(number)]
