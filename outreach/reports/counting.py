"""What the figures count: for each a rule that picks its things out of a mission's rows.

What came from outside stands at the moment it was received, not at the one it tells of: so it
falls into exactly one report, and the weeks add up to "so far" even when a provider reports days
later. When it happened goes with it, so that it can be said how much of a figure was told late.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from outreach.delivery import states
from outreach.delivery.tables import Purpose, State
from outreach.inbox.kinds import MailKind
from outreach.reports.mission_rows import Copy, Mail, MissionRows, Told
from outreach.tracking.events import STATES
from outreach.tracking.tables import Agent, EventKind


class Thing(NamedTuple):
    """One thing that a figure counts; a mission has no ``contact_id``, and not all a ``reason``."""

    at: datetime
    happened_at: datetime | None = None
    contact_id: int | None = None
    reason: str | None = None


Rule = Callable[[MissionRows], Iterable[Thing]]
Moment = Callable[[Copy], datetime | None]
Condition = Callable[[Copy], bool]

DELIVERED = tuple(kind for kind, state in STATES.items() if state is State.delivered)
# What a provider tells of a copy before it stands in such a state.
_TELLS = {
    State.bounced: (EventKind.bounced,),
    State.failed: (EventKind.failed, EventKind.rejected),
}


def copies(moment: Moment, condition: Condition = lambda copy: True) -> Rule:
    """Copies that meet the condition, at that moment of theirs; not those that have none."""

    def rule(rows: MissionRows) -> Iterator[Thing]:
        for copy in rows.copies:
            if condition(copy) and (at := moment(copy)):
                yield Thing(at, contact_id=copy.contact_id)

    return rule


def held_back(rows: MissionRows) -> Iterator[Thing]:
    for copy in rows.copies:
        if is_held_back(copy):
            yield Thing(_settled(copy), None, copy.contact_id, copy.reason or "no reason given")


def in_state(state: State) -> Rule:
    kinds = _TELLS.get(state, ())

    def rule(rows: MissionRows) -> Iterator[Thing]:
        for copy in rows.copies:
            if copy.state is state:
                told = first_told(copy, kinds)
                yield Thing(_settled(copy), told and told.happened_at, copy.contact_id)

    return rule


def told_of(*kinds: EventKind) -> Rule:
    """Copies of which at least one event of the kinds is known."""

    def rule(rows: MissionRows) -> Iterator[Thing]:
        for copy in rows.copies:
            if told := first_told(copy, kinds):
                yield Thing(told.received_at, told.happened_at, copy.contact_id)

    return rule


def opened_by(agent: Agent) -> Rule:
    def rule(rows: MissionRows) -> Iterator[Thing]:
        for copy in rows.copies:
            if told := loaded_by(copy, agent):
                yield Thing(told.received_at, told.happened_at, copy.contact_id)

    return rule


def mails(*kinds: MailKind) -> Rule:
    """Incoming mails that were filed; what stands in the holding pen belongs to no mission yet."""

    def rule(rows: MissionRows) -> Iterator[Thing]:
        for mail in rows.mails:
            if not kinds or mail.kind in kinds:
                yield Thing(mail.received_at, contact_id=mail.contact_id)

    return rule


def contacts(among: Rule) -> Rule:
    """The contacts among things, each once, at its first."""

    def rule(rows: MissionRows) -> Iterable[Thing]:
        of_somebody = (thing for thing in among(rows) if thing.contact_id is not None)
        return _firsts(of_somebody, lambda thing: thing.contact_id)

    return rule


def missions(among: Rule) -> Rule:
    """The mission itself, at the first of its things."""

    def rule(rows: MissionRows) -> Iterator[Thing]:
        for first in _firsts(among(rows), lambda _: None):
            yield first._replace(contact_id=None)

    return rule


def written_to(among: Rule) -> Rule:
    """Things of contacts that a copy was handed over to; those of a mission, if one was at all."""

    def rule(rows: MissionRows) -> Iterator[Thing]:
        written = {copy.contact_id for copy in rows.copies if may_have_gone(copy)}
        for thing in among(rows):
            if thing.contact_id in written or (written and thing.contact_id is None):
                yield thing

    return rule


def is_held_back(copy: Copy) -> bool:
    """As ``delivery.states.held_back``: skipped by the plan, and never released."""
    return copy.state is State.skipped and copy.expires_at is None


def was_taken(copy: Copy) -> bool:
    """A carrier took it, also when it was refused or came back later."""
    return copy.sent_at is not None or copy.state in states.TAKEN


def may_have_gone(copy: Copy) -> bool:
    """It was sent or may have been: a copy in doubt can be read and answered too."""
    return copy.sent_at is not None or copy.state in states.MAY_HAVE_GONE


def left_at(copy: Copy) -> datetime | None:
    # A provider's event may settle a doubtful copy that has no moment of sending.
    return copy.sent_at or copy.settled_at


def first_told(copy: Copy, kinds: Iterable[EventKind]) -> Told | None:
    found = [told for (kind, _), told in copy.told.items() if kind in kinds]
    return Told(*map(min, zip(*found, strict=True))) if found else None


def loaded_by(copy: Copy, agent: Agent) -> Told | None:
    return copy.told.get((EventKind.opened, agent)) if copy.tells_opens else None


def is_reply(mail: Mail) -> bool:
    return mail.kind is MailKind.reply


def _settled(copy: Copy) -> datetime:
    return copy.settled_at or copy.created_at


def _firsts(things: Iterable[Thing], of: Callable[[Thing], Hashable]) -> Iterable[Thing]:
    firsts: dict[Hashable, Thing] = {}
    for thing in things:
        first = firsts.setdefault(of(thing), thing)
        if thing.at < first.at:
            firsts[of(thing)] = thing
    return firsts.values()


everything_planned = copies(lambda copy: copy.created_at)
planned = copies(lambda copy: copy.planned_at, lambda copy: not is_held_back(copy))
late = copies(_settled, lambda copy: copy.state is State.skipped and not is_held_back(copy))
sent = copies(left_at, was_taken)
handed_to_a_carrier = copies(left_at, lambda copy: was_taken(copy) or copy.state is State.failed)
reminders = copies(left_at, lambda copy: was_taken(copy) and copy.purpose is Purpose.reminder)
handed_over = copies(left_at, may_have_gone)
with_image = copies(left_at, lambda copy: may_have_gone(copy) and copy.tells_opens)
replies = mails(MailKind.reply)
