"""The demo's story: import, plan, approve, then several weeks in fast time."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import Session, func, select

from outreach.accounts import people
from outreach.accounts.tables import Role
from outreach.campaigns import acts, planning, progress
from outreach.campaigns.materials import load_materials
from outreach.campaigns.papers import papers_dated_in
from outreach.campaigns.schedule import schedule_of
from outreach.contacts import importing
from outreach.delivery import suppression
from outreach.delivery.tables import Delivery, State, SuppressionReason
from outreach.demo import missions
from outreach.demo.organizers import Organizers
from outreach.demo.recipients import Recipients
from outreach.errors import NotAllowed
from outreach.wiring import Outreach
from outreach.worker.stages import tick

CAMPAIGN = "wipo-russia-office"
LIST = "geneva-missions"
LOADER = "organizer@example.org"
APPROVER = "approver@example.org"
BEGIN = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)  # the day before the example schedule starts
WEEKS = 7
STEP = timedelta(minutes=10)  # moments are rounded up to this, so that each tick has work
MARK = "this-is-a-demo"  # only a folder with this file in it is started over

Telling = Callable[[str], None]


class FastClock:
    """Stands still until it is moved; after ``let_go`` it runs on from there as real time does."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._since: datetime | None = None

    def __call__(self) -> datetime:
        return self.now + (datetime.now(UTC) - self._since if self._since else timedelta())

    def let_go(self) -> None:
        self._since = datetime.now(UTC)


def prepare_folder(folder: Path) -> None:
    """An empty folder for the demo. One that holds anything but a demo is left alone."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise NotAllowed(f"{folder} holds something else than a demo; name another with --dir.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()


def set_up(outreach: Outreach, clock: FastClock, tell: Telling) -> None:
    """From an empty database to an approved campaign."""
    with outreach.database.transaction() as session:
        _add_organizers(session, clock())
        _import_contacts(outreach, session, clock(), tell)
    with outreach.database.transaction() as session:
        _plan(outreach, session, clock(), tell)
    clock.now += timedelta(hours=2)
    with outreach.database.transaction() as session:
        _approve(session, clock(), tell)


def live_through(
    outreach: Outreach, recipients: Recipients, clock: FastClock, tell: Telling
) -> None:
    """Go from one moment at which something happens to the next, until the weeks are over."""
    end = BEGIN + timedelta(weeks=WEEKS)
    organizers = Organizers(outreach, LOADER)
    organizers.keep_answers(clock.now)
    while clock.now <= end:
        recipients.act(clock.now)
        organizers.work(clock.now)
        done = tick(outreach, clock)
        recipients.read(clock.now)
        for week in done.reports:
            tell(f"  The report of {week} was made and sent to the organizers.")
        clock.now = next_moment(outreach, clock.now, recipients.next_at)


def _add_organizers(session: Session, now: datetime) -> None:
    people.add_organizer(session, LOADER, Role.organizer, "Demo organizer", None, now)
    people.add_organizer(session, APPROVER, Role.approver, "Demo approver", None, now)


def _import_contacts(outreach: Outreach, session: Session, now: datetime, tell: Telling) -> None:
    file = outreach.settings.var_dir / "missions.csv"
    missions.write_missions(file, outreach.states)
    result = importing.import_contacts(
        session, file, outreach.states, tokens=outreach.tokens, now=now, list_slug=LIST
    )
    for code in missions.OPTED_OUT:
        address = missions.second_address(code)
        suppression.suppress(session, address, SuppressionReason.by_hand, now=now)
    tell(f"Imported {result.added} contacts of {len(outreach.states)} missions from {file}")


def _plan(outreach: Outreach, session: Session, now: datetime, tell: Telling) -> None:
    text = (outreach.settings.schedules / f"{CAMPAIGN}.toml").read_text("utf-8")
    campaign = acts.load(session, text, CAMPAIGN, by=LOADER, now=now)
    what = schedule_of(campaign).campaign
    materials = load_materials(
        session, outreach.settings.templates, what.letter, outreach.states, what.enclosures
    )
    with papers_dated_in(ZoneInfo(outreach.settings.timezone)) as papers:
        plan = planning.plan(
            session, campaign, materials=materials, tokens=outreach.tokens, papers=papers, now=now
        )
    tell(
        f"Planned {plan.planned} letters in {len(plan.languages)} languages; {plan.held} held back:"
    )
    for reason, number in plan.reasons.items():
        tell(f"  {number}: {reason}")


def _approve(session: Session, now: datetime, tell: Telling) -> None:
    campaign = progress.get(session, CAMPAIGN)
    approver = people.get(session, APPROVER)
    done = acts.approve(session, campaign, by=approver, now=now)
    tell(f"Approved by a second person: {done.copies} copies with the reminders.")


def next_moment(outreach: Outreach, now: datetime, *others: datetime | None) -> datetime:
    """When the next copy is due, or a new morning, or one of ``others``; at least a step on."""
    with outreach.database.reading() as session:
        queued = select(func.min(Delivery.due_at)).where(Delivery.state == State.queued)
        due_at = session.exec(queued).one()
    morning = (now + timedelta(days=1)).replace(hour=8, minute=0)  # perhaps a Monday
    soonest = min(moment for moment in (due_at, morning, *others) if moment)
    return now + max(1, -(-(soonest - now) // STEP)) * STEP
