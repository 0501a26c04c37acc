"""A group of mails that several connections take from, and what became of each."""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from outreach.delivery.carriers import GROUP_SECONDS, Outcome
from outreach.delivery.carriers.smtp.replies import NOT_LOOKED_AT
from outreach.delivery.composing import Outgoing

# What was begun in time may be written to its end; with the wait for the answer to its dot a
# group is through before its lease runs out.
_TO_FINISH = 120.0


@dataclass(eq=False)
class Job:
    """One mail on its way. ``lost`` says why a connection was lost with it in hand."""

    mail: Outgoing
    outcome: Outcome | None = None
    dot_written: bool = False
    lost: str = ""


class Group:
    """Shared by threads; a job is with one of them at a time. ``until`` ends all but dots."""

    def __init__(self, host: str, mails: Sequence[Outgoing]) -> None:
        self._host = host
        self._jobs = [Job(mail) for mail in mails]
        self._waiting = deque(self._jobs)  # its methods are atomic
        self._until = time.monotonic() + GROUP_SECONDS
        self.until = self._until + _TO_FINISH
        self._closed: Outcome | None = None

    @property
    def has_work(self) -> bool:
        return bool(self._waiting) and time.monotonic() < self._until

    @property
    def is_closed(self) -> bool:
        return self._closed is not None

    def close(self, why: str, retry_after: timedelta) -> None:
        """A connection could not be opened: while this group lasts no other is tried."""
        self._closed = Outcome("later", f"{self._host}: {why}", retry_after=retry_after)

    def take(self) -> Job | None:
        try:
            return self._waiting.popleft() if self.has_work else None
        except IndexError:  # another was faster
            return None

    def give_back(self, in_hand: Sequence[Job], why: str) -> None:
        """The connection was lost; what was not written goes again.

        The first without an answer may be what the server stumbled over: it goes after all others
        and only once more. One behind it has nothing to do with it.
        """
        unanswered = [job for job in in_hand if job.outcome is None]
        self._waiting.extendleft(unanswered[1:])
        for job in unanswered[:1]:
            self._suspect(job, why)

    def _suspect(self, job: Job, why: str) -> None:
        if job.dot_written:
            job.outcome = Outcome("unknown", f"{self._host} did not confirm: {why}")
        elif job.lost:
            job.outcome = self._later(why)
        else:
            job.lost = why
            self._waiting.append(job)

    def outcomes(self) -> list[Outcome]:
        return [job.outcome or self._left_over(job) for job in self._jobs]

    def _left_over(self, job: Job) -> Outcome:
        if job.lost:
            return self._later(job.lost)
        slow = Outcome("later", f"{self._host} is not answering well", retry_after=NOT_LOOKED_AT)
        return self._closed or slow

    def _later(self, why: str) -> Outcome:
        return Outcome("later", f"{self._host}: {why}")
