"""What a mail server does to a mail: when, what it says, and what it has done by then."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

FOR_EVER = 99
_NUMBER = re.compile(r"(\d+)@")


@dataclass(frozen=True)
class Trouble:
    """Comes over the first ``times`` tries of a mail, and then passes.

    ``at`` the recipient, amid the content or at the final dot it waits ``seconds`` and then
    ``answer``s or ``cuts`` the connection; a mail that it ``takes`` is in the log.
    """

    name: str
    at: Literal["", "RCPT", "BODY", "DOT"] = ""
    answer: str = ""
    cuts: bool = False
    takes: bool = False
    seconds: float = 0.0
    times: int = 1

    @property
    def leaves_doubt(self) -> bool:
        """The client may have written the whole mail, and never hears what became of it."""
        return self.at in ("BODY", "DOT") and self.cuts

    @property
    def is_final(self) -> bool:
        """That answer is the last one: for good, or given until all tries are used up."""
        return self.answer.startswith("5") or self.times >= FOR_EVER

    @classmethod
    def parse(cls, text: str) -> "Trouble":
        return cls(**json.loads(text))

    def __str__(self) -> str:
        return json.dumps(asdict(self))


FINE = Trouble("fine", takes=True)

CUTS = (
    Trouble("cut after the dot, taken", "DOT", cuts=True, takes=True),
    Trouble("cut after the dot, not taken", "DOT", cuts=True),
    Trouble("cut amid the content", "BODY", cuts=True),
    Trouble("cut at the recipient", "RCPT", cuts=True),
)
_ANSWERS = (
    "421 4.3.2 closing",
    "450 4.2.1 busy",
    "452 4.2.2 full",
    "550 5.1.1 nobody",
    "554 5.7.1 no",
)
REFUSALS = tuple(
    Trouble(f"{answer} at {at}", at, answer=answer) for answer in _ANSWERS for at in ("RCPT", "DOT")
)
BUSY_FOR_EVER = (Trouble("450 for ever", "DOT", answer="450 4.2.1 busy", times=FOR_EVER),)


def stalls(seconds: float, *, given_up: bool = False) -> tuple[Trouble, ...]:
    """It says nothing for so long; ``given_up`` where no client waits as long as that."""
    return (
        Trouble("stall at the recipient", "RCPT", cuts=given_up, takes=True, seconds=seconds),
        Trouble("stall at the dot, taken", "DOT", cuts=given_up, takes=True, seconds=seconds),
    )


def troubled(address: str, troubles: Sequence[Trouble]) -> Trouble:
    """The trouble that mails to ``address`` are in, by the number in it."""
    number = _NUMBER.search(address)
    return troubles[int(number[1]) % len(troubles)] if troubles and number else FINE


def among_fine(troubles: Sequence[Trouble], fine: int) -> tuple[Trouble, ...]:
    """Each trouble followed by so many mails that go well."""
    return tuple(each for trouble in troubles for each in (trouble, *[FINE] * fine))
