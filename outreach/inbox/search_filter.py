"""What a list of threads or of mails is narrowed down to."""

from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlmodel import col

from outreach.contacts.tables import Mission
from outreach.inbox.kinds import MailKind
from outreach.inbox.search_index import WITH_FILES, earliest_number, of_kind
from outreach.inbox.search_query import Choice, Term
from outreach.inbox.tables import Outcome, Thread, ThreadState

Condition = ColumnElement[bool]


@dataclass(frozen=True, kw_only=True)
class ThreadFilter:
    """Empty fields ask for everything. ``due_by``: not done, and due on that day or before."""

    turn: ThreadState | None = None
    outcome: Outcome | None = None
    owner_id: int | None = None
    campaign_id: int | None = None
    member_state: str | None = None  # ISO 3166-1 alpha-2
    due_by: date | None = None

    def conditions(self) -> list[Condition]:
        """On Thread and Mission."""
        asked = (
            (self.turn, col(Thread.state) == self.turn),
            (self.outcome, col(Thread.outcome) == self.outcome),
            (self.owner_id, col(Thread.owner_id) == self.owner_id),
            (self.campaign_id, col(Thread.campaign_id) == self.campaign_id),
            (self.member_state, col(Mission.state) == self.member_state),
            (self.due_by, is_due(self.due_by or date.max)),
        )
        return [condition for value, condition in asked if value is not None]


@dataclass(frozen=True, kw_only=True)
class MailFilter:
    """Empty fields ask for everything; ``before`` is the first moment that is too late."""

    kind: MailKind | None = None
    with_attachments: bool = False
    since: datetime | None = None
    before: datetime | None = None

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, field.name) for field in fields(self))

    def choices(self) -> list[Choice]:
        """What the index itself knows."""
        terms = [of_kind(self.kind)] if self.kind else []
        if self.with_attachments:
            terms.append(WITH_FILES)
        return [(Term(term),) for term in terms]

    def conditions(self, number: ColumnElement[int]) -> list[Condition]:
        """On the number of an entry."""
        found = []
        if self.since:
            found.append(number >= earliest_number(self.since))
        if self.before:
            found.append(number < earliest_number(self.before))
        return found


def is_due(day: date) -> Condition:
    return (col(Thread.due_on) <= day) & (col(Thread.state) != ThreadState.closed)
