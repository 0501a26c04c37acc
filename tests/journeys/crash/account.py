"""The account at the end: what the server took, held against what the database says."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path


@dataclass(frozen=True)
class Copy:
    """A copy as its row ended."""

    message_id: str
    state: str
    reason: str
    recipient: str


class MailLog:
    """What the mail server wrote down, a line a mail: what it did, Message-ID, from whom."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()
        self._read_to = 0
        self._lines: list[tuple[str, str, str]] = []

    def lines(self) -> list[tuple[str, str, str]]:
        with self.path.open("rb") as file:
            file.seek(self._read_to)
            whole = file.read().rpartition(b"\n")[0]
        if whole:
            self._read_to += len(whole) + 1
            for line in whole.decode().split("\n"):
                what, message_id, user = line.split(" ")
                self._lines.append((what, message_id, user))
        return self._lines

    def accepted(self) -> list[str]:
        return [message_id for what, message_id, _ in self.lines() if what == "accepted"]

    def accepted_from(self, user: str) -> int:
        return sum(what == "accepted" and by == user for what, _, by in self.lines())

    def in_doubt(self) -> set[str]:
        """Mails that it hung up on before it answered for them."""
        return {message_id for what, message_id, _ in self.lines() if what == "doubt"}


class OutboxLog:
    """The same of a maildir: what lies there was taken."""

    def __init__(self, outbox: Path) -> None:
        self._folder = outbox / "new"
        self._read: dict[str, str] = {}

    def accepted(self) -> list[str]:
        for path in self._folder.glob("*.eml"):
            if path.name not in self._read:
                self._read[path.name] = _message_id(path.read_bytes())
        return list(self._read.values())

    def in_doubt(self) -> set[str]:
        return set()


def _message_id(mail: bytes) -> str:
    return str(message_from_bytes(mail)["Message-ID"]).strip()


@dataclass(frozen=True)
class Account:
    """``taken`` counts the server's acceptances by Message-ID; ``in_doubt`` it left unanswered."""

    copies: Sequence[Copy]
    taken: Mapping[str, int]
    in_doubt: Collection[str] = ()

    @classmethod
    def of(cls, copies: Sequence[Copy], log: MailLog | OutboxLog) -> "Account":
        return cls(copies, Counter(log.accepted()), log.in_doubt())

    @property
    def twice(self) -> list[str]:
        return [message_id for message_id, times in self.taken.items() if times > 1]

    @property
    def strangers(self) -> list[str]:
        """Accepted, and no copy of ours."""
        return sorted(set(self.taken) - {copy.message_id for copy in self.copies})

    @property
    def lost(self) -> list[Copy]:
        """Never accepted, and nobody would come to look: neither failed nor in doubt."""
        missing = (copy for copy in self.copies if copy.message_id not in self.taken)
        return [copy for copy in missing if copy.state not in ("unknown", "failed")]

    @property
    def mistaken(self) -> list[Copy]:
        """Accepted, and the row says that it was not, or that it is still to go."""
        taken = (copy for copy in self.copies if copy.message_id in self.taken)
        return [copy for copy in taken if copy.state not in ("sent", "unknown")]

    @property
    def unknown(self) -> list[Copy]:
        return [copy for copy in self.copies if copy.state == "unknown"]

    @property
    def unexplained(self) -> list[Copy]:
        """In doubt, and not because the server left it unanswered."""
        return [copy for copy in self.unknown if copy.message_id not in self.in_doubt]

    def misjudged(self, refused: Mapping[str, str]) -> list[Copy]:
        """Failed without this answer (by recipient), or answered so and not failed."""
        return [copy for copy in self.copies if not _as_answered(copy, refused.get(copy.recipient))]

    def complaints(
        self, *, doubt_at_most: int, refused: Mapping[str, str] | None = None
    ) -> list[str]:
        """What does not hold; nothing when all is well.

        ``doubt_at_most`` copies may be unknown besides those the server left unanswered;
        ``refused`` is the code of the answer to those that it refused for good, by recipient.
        """
        misjudged = self.misjudged(refused or {})
        checks = {
            f"{len(self.twice)} accepted twice": bool(self.twice),
            f"{len(self.lost)} lost: {_states(self.lost)}": bool(self.lost),
            f"{len(self.mistaken)} accepted, yet {_states(self.mistaken)}": bool(self.mistaken),
            f"{len(self.strangers)} accepted that were never ours": bool(self.strangers),
            f"{len(misjudged)} not as refused: {_states(misjudged)}": bool(misjudged),
            f"{len(self.unexplained)} unknown without a reason, where {doubt_at_most} may be": (
                len(self.unexplained) > doubt_at_most
            ),
        }
        return [text for text, is_wrong in checks.items() if is_wrong]


def _as_answered(copy: Copy, code: str | None) -> bool:
    if code is None:
        return copy.state != "failed"
    # A worker that was killed with it in hand never heard the answer.
    return copy.state == "unknown" or (copy.state == "failed" and code in copy.reason)


def _states(copies: Sequence[Copy]) -> str:
    by_state = Counter(copy.state for copy in copies)
    return ", ".join(f"{number} {state}" for state, number in by_state.items())
