"""Schedules, letters, contacts and campaigns made for one test each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, delete, select

from outreach.accounts.tables import Organizer, Role
from outreach.campaigns import approval, planning, progress
from outreach.campaigns.drafting import Materials
from outreach.campaigns.papers import papers_dated_in
from outreach.campaigns.plans import PlanSummary
from outreach.campaigns.tables import Campaign
from outreach.contacts.states import MemberStates, load_states
from outreach.contacts.tables import Contact, ContactList, ListMembership, Mission
from outreach.delivery.states import move
from outreach.delivery.tables import Delivery, State
from outreach.letters.address import MISSION, ROLES, Forms
from outreach.letters.compiling import Compiler
from outreach.letters.source import Letter, LetterSource
from outreach.tokens import Tokens

MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)  # the day before the letter of ``a_schedule``
ZURICH = ZoneInfo("Europe/Zurich")
LOADER = "loader@example.org"
TOKENS = Tokens("a secret for tests")

SCHEDULE = """\
[campaign]
name = "Offices"
letter = "offices"
lists = ["missions"]
sender = { name = "The organizers", address = "letters@example.org", postal = "1 Quay" }
start = 2026-12-01T09:00:00
stop = { on = ["reply", "unsubscribe", "bounce"], scope = "mission" }
opens = "count"

[window]
days = ["mon", "tue", "wed", "thu", "fri"]
from = "09:00"
until = "16:30"

[pace]
per_hour = 120
per_domain_per_hour = 10
latest_after = "48h"

[[steps]]
letter = "letter"

[[steps]]
letter = "reminder"
after = "7 working days"
"""

LAST_STEP = """
[[steps]]
letter = "reminder"
after = "3 days"
"""

BODY = """\
{{ salutation }}

We write to {{ state.name }}{% if state.coordination_committee %}, on the committee,{% endif %}
through {{ mission.organization }}.
"""


def a_schedule(*changes: tuple[str, str]) -> str:
    """The schedule with texts in it replaced."""
    text = SCHEDULE
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def a_source(step: str = "letter", language: str = "en", **changes: Any) -> LetterSource:
    given = {"subject": f"{step} in {language}", "body": BODY, **changes}
    return LetterSource("offices", step, language, **given)


def a_letter(*sources: LetterSource, languages: Collection[str] = ("en", "fr", "ar")) -> Letter:
    all_sources = sources or [
        a_source(step, language) for step in ("letter", "reminder") for language in languages
    ]
    return Letter("offices", {(one.step, one.language): one for one in all_sources})


def a_footer(language: str) -> LetterSource:
    body = "{{ sender.name }}, {{ sender.postal }}. [Stop]({{ unsubscribe_url }})"
    return LetterSource("notices", "footer", language, subject="", body=body)


@cache
def states() -> MemberStates:
    return load_states()


def materials(letter: Letter | None = None) -> Materials:
    languages = ("en", "fr", "es", "ru", "ar", "zh")
    greeting = ("Dear {title} {family_name},", "Excellency,")
    forms = {**dict.fromkeys(ROLES, greeting), MISSION: ("the mission",)}
    return Materials(
        letter=letter or a_letter(),
        footers={language: a_footer(language) for language in languages},
        forms=Forms(dict.fromkeys(languages, forms)),
        states=states(),
        compiler=Compiler(),
    )


def a_mission(session: Session, state: str = "CH") -> Mission:
    query = select(Mission).where(Mission.state == state)
    mission = session.exec(query).first() or Mission(state=state, organization=f"Mission {state}")
    session.add(mission)
    session.flush()
    return mission


def a_contact(session: Session, name: str = "first", state: str = "CH", **changes: Any) -> Contact:
    """A contact on the list "missions"; its address is the name at the state's domain."""
    given = {
        "address": f"{name}@{state.lower()}.example",
        "name": f"{name.title()} Person",
        "family_name": "Person",
        "title": "Ms",
        "created_at": MONDAY,
        "updated_at": MONDAY,
        **changes,
    }
    contact = Contact(mission_id=a_mission(session, state).id, **given)
    session.add(contact)
    session.flush()
    session.add(ListMembership(list_id=_list_id(session), contact_id=contact.id))
    session.flush()
    return contact


def off_the_list(session: Session, contact: Contact) -> None:
    session.exec(delete(ListMembership).where(col(ListMembership.contact_id) == contact.id))


def _list_id(session: Session) -> int | None:
    found = session.exec(select(ContactList).where(ContactList.slug == "missions")).first()
    found = found or ContactList(slug="missions")
    session.add(found)
    session.flush()
    return found.id


def a_campaign(session: Session, text: str = SCHEDULE, slug: str = "offices") -> Campaign:
    return progress.load_campaign(session, text, slug, LOADER, MONDAY)


def planned(
    session: Session,
    campaign: Campaign,
    letter: Letter | None = None,
    now: datetime = MONDAY,
    **changes: Any,
) -> PlanSummary:
    changed = replace(materials(letter), **changes)
    with papers_dated_in(ZURICH) as papers:
        return planning.plan(
            session, campaign, materials=changed, tokens=TOKENS, papers=papers, now=now
        )


def an_approver(address: str = "approver@example.org", role: Role = Role.approver) -> Organizer:
    return Organizer(address=address, role=role, created_at=MONDAY)


def a_running_campaign(session: Session, text: str = SCHEDULE, slug: str = "offices") -> Campaign:
    """Planned for who is on the list, and approved."""
    campaign = a_campaign(session, text, slug)
    planned(session, campaign)
    approval.approve(session, campaign, by=an_approver(), now=MONDAY)
    return campaign


def release(session: Session, now: datetime = MONDAY) -> int:
    released = progress.release(session, now=now, states=states())
    session.expire_all()
    return released


@dataclass
class Rows:
    """The copies of a campaign as they stand now."""

    session: Session
    campaign: Campaign
    contact: Contact | None = field(default=None)

    def __getitem__(self, step: int) -> Delivery:
        """The one copy of the step, for the one contact there is or that is meant."""
        (row,) = self.of(step)
        return row

    def of(self, step: int) -> list[Delivery]:
        query = select(Delivery).where(
            Delivery.campaign_id == self.campaign.id, Delivery.step == step
        )
        if self.contact:
            query = query.where(Delivery.contact_id == self.contact.id)
        fresh = {"populate_existing": True}
        return list(self.session.exec(query.order_by(col(Delivery.id)), execution_options=fresh))

    @property
    def states(self) -> Mapping[int, State]:
        return {row.step or 0: row.state for step in (1, 2, 3) for row in self.of(step)}


def comes_to(session: Session, row: Delivery, *states: State, at: datetime, **columns: Any) -> None:
    """Lead a row through states, as sending and tracking do."""
    assert row.id is not None
    for state in states:
        assert move(session, [row.id], state, now=at, **columns) == [row.id]


def was_sent(session: Session, row: Delivery, at: datetime) -> None:
    comes_to(session, row, State.sending, State.sent, at=at)
