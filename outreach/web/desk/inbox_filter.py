"""What a reader asks the inbox for, out of the page's address; what cannot be meant is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from outreach.contacts.states import MemberStates
from outreach.inbox.kinds import MailKind
from outreach.inbox.search_filter import MailFilter, ThreadFilter
from outreach.inbox.search_query import Query, read
from outreach.inbox.tables import Outcome, ThreadState
from outreach.texts import gettext as _
from outreach.texts import mark

NAMES = (
    "q", "turn", "kind", "outcome", "owner", "campaign", "state", "since", "until",
    "attachments", "due",
)  # fmt: skip
ME = "me"

Kind = TypeVar("Kind", bound=StrEnum)


@dataclass(frozen=True)
class Asked:
    """``given`` are the parameters as typed, for the form and for links; ``told`` what is odd."""

    given: Mapping[str, str]
    query: Query
    mails: MailFilter
    threads: ThreadFilter
    told: list[str]

    @property
    def is_for_mails(self) -> bool:
        return not (self.query.is_empty and self.mails.is_empty)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.given.keys() - {"q"})

    @property
    def is_for_all(self) -> bool:
        return not self.given


@dataclass
class _Reader:
    """Reads one parameter after the other, and notes which of them say nothing."""

    given: Mapping[str, str]
    told: list[str] = field(default_factory=list)

    def one_of(self, name: str, kinds: type[Kind]) -> Kind | None:
        text = self.given.get(name)
        if text is None or text in list(kinds):
            return kinds(text) if text else None
        self.told.append(
            _("“%(text)s” is no %(name)s here, so it was left out.", text=text, name=_(name))
        )
        return None

    def number(self, name: str, known: Iterable[int | None]) -> int | None:
        text = self.given.get(name, "")
        found = next((each for each in known if str(each) == text), None)
        if text and found is None:
            self.told.append(_("There is no such %(name)s, so it was left out.", name=_(name)))
        return found

    def day(self, name: str) -> date | None:
        text = self.given.get(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.told.append(
                _("“%(text)s” is no day; write it like 2026-11-23. It was left out.", text=text)
            )
            return None

    def member_state(self, states: MemberStates) -> str | None:
        text = self.given.get("state")
        code = states.find(text) if text else None
        if text and code is None:
            self.told.append(
                _("No one member state is called “%(text)s”, so it was left out.", text=text)
            )
        return code

    def query(self) -> Query:
        text = self.given.get("q", "")
        query = read(text)
        if text and query.is_empty:
            self.told.append(_("There is no word in “%(text)s” to look for.", text=text))
        return query


def read_filter(
    arguments: Mapping[str, str],
    *,
    me: int | None,
    owners: Iterable[int | None],
    campaigns: Iterable[int | None],
    states: MemberStates,
    zone: ZoneInfo,
    today: date,
) -> Asked:
    given = {name: text for name in NAMES if (text := arguments.get(name, "").strip())}
    reader = _Reader({**given, "owner": str(me)} if given.get("owner") == ME else given)
    mails = MailFilter(
        kind=reader.one_of(mark("kind"), MailKind),
        with_attachments="attachments" in given,
        since=_begin_of(reader.day("since"), zone),
        before=_begin_of(reader.day("until"), zone, after=timedelta(days=1)),
    )
    threads = ThreadFilter(
        turn=reader.one_of(mark("turn"), ThreadState),
        outcome=reader.one_of(mark("outcome"), Outcome),
        owner_id=reader.number(mark("owner"), owners),
        campaign_id=reader.number(mark("campaign"), campaigns),
        member_state=reader.member_state(states),
        due_by=today if "due" in given else None,
    )
    return Asked(given, reader.query(), mails, threads, reader.told)


def _begin_of(day: date | None, zone: ZoneInfo, after: timedelta = timedelta(0)) -> datetime | None:
    """Days as far from ours as the calendar ends are bounds of nothing."""
    if day is None or not 1970 < day.year < 2088:
        return None
    return datetime.combine(day + after, time(), zone)
