"""A campaign at random, with everything that may go wrong with it."""

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from outreach.campaigns.tables import Campaign
from outreach.contacts.tables import Contact
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import Outcome, Thread, ThreadState
from outreach.reports.weeks import Week
from outreach.tracking.tables import Agent, EventKind, OpenCount
from tests.reports.rows import SCHEDULE, START, Rows

WEEKS = [Week(2026, number) for number in range(45, 51)]
STATES = ["FR", "DE", "NG", "BR", "JP", "NZ", "XX"]  # XX: of no region that is known
LISTS = ["geneva", "africa", "few"]
TAGS = ["g77", "press"]
LANGUAGES = ["en", "fr", "ar"]
REASONS = ["contact.family_name has no value", "the address is suppressed", None]
DOMAINS = ("example.org", "news.example")
TAKEN = (State.sent, State.delivered, State.bounced)


def generate(rows: Rows, seed: int, zone: ZoneInfo) -> None:
    chance = Random(seed)
    campaigns = [
        rows.campaign(f"Campaign {number}", source=SCHEDULE.replace("example.org", domain))
        for number, domain in enumerate(DOMAINS)
    ]
    contacts = _contacts(rows, chance)
    copies = [
        _copy(rows, chance, zone, campaign, contact, purpose)
        for campaign in campaigns
        for contact in contacts
        for purpose in chance.sample(list(Purpose), 3)
    ]
    for _ in range(150):
        kind, agent = chance.choice(list(EventKind)), chance.choice([*Agent, None])
        told, happened = _moment(chance, zone), _moment(chance, zone)
        rows.event(chance.choice(copies), kind, told, agent, happened_at=min(told, happened))
    _mails(rows, chance, zone, campaigns, copies)
    _outcomes(rows, chance)
    for number in range(6):
        day, agent = WEEKS[number // 2].monday, list(Agent)[number % 2]
        count = OpenCount(campaign_id=campaigns[0].id, step=1, day=day, agent=agent, loads=number)
        rows.session.add(count)
    rows.session.flush()


def _contacts(rows: Rows, chance: Random) -> list[Contact]:
    missions = [rows.mission(chance.choice(STATES)) for _ in range(12)]
    return [
        rows.contact(
            mission,
            *chance.sample(LISTS, chance.randint(0, 3)),
            tags=chance.sample(TAGS, chance.randint(0, 2)),
        )
        for mission in missions
        for _ in range(chance.randint(1, 3))
    ]


def _copy(
    rows: Rows,
    chance: Random,
    zone: ZoneInfo,
    campaign: Campaign,
    contact: Contact,
    purpose: Purpose,
) -> Delivery:
    state = chance.choice(list(State))
    settled = state not in (State.queued, State.sending, State.sent)
    return rows.copy(
        campaign,
        contact,
        state,
        purpose=purpose,
        reason=chance.choice(REASONS) if state is State.skipped else None,
        planned_at=chance.choice([None, _moment(chance, zone)]),
        sent_at=_moment(chance, zone) if state in TAKEN else None,
        settled_at=_moment(chance, zone) if settled else None,
        expires_at=chance.choice([None, START]),
        tracks_opens=chance.random() < 0.7,
        language=chance.choice(LANGUAGES),
        due_at=chance.choice([None, _moment(chance, zone)]),
    )


def _mails(
    rows: Rows,
    chance: Random,
    zone: ZoneInfo,
    campaigns: list[Campaign],
    copies: list[Delivery],
) -> None:
    threads: dict[tuple[int | None, int | None], int | None] = {}
    for _ in range(60):
        copy, campaign = chance.choice(copies), chance.choice(campaigns)
        place = (campaign.id, copy.mission_id)
        if place not in threads:
            assert copy.mission_id is not None
            threads[place] = rows.thread(campaign, copy.mission_id).id
        rows.mail(
            chance.choice([*MailKind, MailKind.reply, MailKind.reply]),
            _moment(chance, zone),
            thread_id=chance.choice([threads[place], None]),
            # Sometimes somebody answers from the mail that another mission got.
            delivery_id=chance.choice([copy.id, chance.choice(copies).id, None]),
            contact_id=chance.choice([copy.contact_id, None]),
        )


def _outcomes(rows: Rows, chance: Random) -> None:
    for thread in rows.session.exec(select(Thread).order_by(col(Thread.id))):
        thread.outcome = chance.choice([None, *Outcome])
        thread.state = chance.choice(list(ThreadState))
        thread.last_mail_at = START + timedelta(days=chance.randint(0, 40))


def _moment(chance: Random, zone: ZoneInfo) -> datetime:
    """Often the very first or the very last moment of a week."""
    start, end = chance.choice(WEEKS).bounds(zone)
    inside = start + (end - start) * chance.random()
    return chance.choice([start, end - timedelta(microseconds=1), inside, inside])
