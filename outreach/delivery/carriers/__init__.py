"""Carriers: whoever takes a mail from us, and how each says what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

from outreach.delivery.composing import Outgoing

# After so long what is left of a group goes back: a slow server must not make the lease run out
# and bring mails to doubt that were never handed over.
GROUP_SECONDS = 240.0

# A refusal of our session or account is no attempt of a letter: whoever runs this has so long to
# notice before the next try.
OUR_OWN_FAULT = timedelta(minutes=15)

Verdict = Literal["sent", "later", "refused", "unknown"]


@dataclass(frozen=True)
class Outcome:
    """What became of one mail.

    ``later`` and ``refused`` are certain: the carrier does not have it. ``unknown`` is for a mail
    that was handed over whole and never answered for. ``retry_after`` is how long to wait where the
    carrier has not looked at the mail: it asks for pace, or refuses us and no mail. Beside
    ``unknown`` it says how long to leave alone a carrier that does not answer.
    """

    verdict: Verdict
    answer: str = ""
    provider_id: str | None = None
    retry_after: timedelta | None = None


class Carrier(Protocol):
    """Takes groups of mails. Made for one worker: not to be shared between threads."""

    @property
    def name(self) -> str: ...

    @property
    def group_size(self) -> int:
        """How many mails may be in doubt at once when this machine dies."""
        ...

    def send(self, group: Sequence[Outgoing]) -> list[Outcome]:
        """Hand over each mail; one outcome for each, in the same order."""
        ...

    def close(self) -> None: ...
