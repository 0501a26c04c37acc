"""Plans a campaign: who gets what and when, and who does not and why. Nothing can leave yet.

A planned row has no ``due_at``, so nothing claims it; ``progress`` gives it one once the plan is
approved. Until then planning again replaces the rows.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime

from sqlmodel import Session

from outreach.bulk import without_looking_for_cycles
from outreach.campaigns.digest import copy_digest, plan_digest
from outreach.campaigns.drafting import Draft, Drafter, Materials
from outreach.campaigns.pacing import Wish, spread
from outreach.campaigns.papers import Papers, enclose
from outreach.campaigns.plans import PlanSummary, summarize
from outreach.campaigns.progress import BEFORE_APPROVAL, discard_plan, require
from outreach.campaigns.records import keep_record
from outreach.campaigns.schedule import Schedule, schedule_of
from outreach.campaigns.tables import Campaign, CampaignState
from outreach.campaigns.timing import NEVER_OPENS, Timetable, at_wall_clock
from outreach.campaigns.traffic import traffic
from outreach.contacts.lists import contacts_on
from outreach.db import insertion
from outreach.delivery.addresses import domain
from outreach.delivery.queue import NewDelivery, enqueue
from outreach.delivery.suppression import suppressed
from outreach.delivery.tables import Purpose, State, message_id
from outreach.errors import InvalidInput
from outreach.letters.tables import Skeleton
from outreach.texts import gettext as _
from outreach.tokens import Tokens

Progress = Callable[[int, int], None]


@without_looking_for_cycles()
def plan(
    session: Session,
    campaign: Campaign,
    *,
    materials: Materials,
    tokens: Tokens,
    papers: Papers,
    now: datetime,
    progress: Progress = lambda _done, _total: None,
) -> PlanSummary:
    """Replace the campaign's rows by a new plan.

    ``progress`` gets how many contacts are written to, and of how many.
    """
    require(session, campaign, "planned", *BEFORE_APPROVAL)
    schedule = schedule_of(campaign)
    drafter = Drafter(schedule, materials)
    drafts = _drafts(session, campaign, drafter, now, progress)
    discard_plan(session, campaign)
    _store_skeletons(session, drafts)
    enclose(session, drafts, schedule, materials, papers)
    copies: list[bytes] = []
    rows = _noted(_rows(drafts, campaign, schedule, tokens), copies)
    enqueue(session, rows, tokens=tokens, now=now)
    campaign.state, campaign.planned_at = CampaignState.planned, now
    campaign.unreviewed = drafter.unreviewed(drafts)
    campaign.plan_digest = plan_digest(copies)
    session.flush()
    summary = summarize(session, campaign)
    keep_record(session, campaign, summary, drafts)
    return summary


def set_papers(
    session: Session,
    campaign: Campaign,
    *,
    materials: Materials,
    papers: Papers,
    now: datetime,
    progress: Progress,
) -> None:
    """Set beforehand what a plan made at ``now`` encloses, for that may take minutes.

    While ``plan`` is at work nobody else can write to SQLite. ``progress`` gets how many are set,
    and of how many.
    """
    schedule = schedule_of(campaign)
    if campaign.state not in BEFORE_APPROVAL or not schedule.steps_with_pdf:
        return
    drafts = _drafts(session, campaign, Drafter(schedule, materials), now)
    wanted = [draft for draft in drafts if draft.paper]
    for done, draft in enumerate(wanted, 1):
        with suppress(InvalidInput):  # a reason for the plan to hold the copy back
            papers.of(draft, schedule.campaign.sender)
        progress(done, len(wanted))


def _drafts(
    session: Session,
    campaign: Campaign,
    drafter: Drafter,
    now: datetime,
    progress: Progress = lambda _done, _total: None,
) -> list[Draft]:
    """Contact by contact, with their moments; nothing is stored yet."""
    schedule = schedule_of(campaign)
    drafts = _written(session, schedule, drafter, progress)
    _hold_those_without_a_window(drafts, schedule)
    _set_times(session, campaign, drafts, now)
    return drafts


def _written(
    session: Session, schedule: Schedule, drafter: Drafter, progress: Progress
) -> list[Draft]:
    people = contacts_on(session, schedule.campaign.lists)
    if not people:
        lists = ", ".join(schedule.campaign.lists)
        raise InvalidInput(_("Nobody is on %(lists)s; import contacts.", lists=lists))
    stopped = suppressed(session, [contact.address for contact, _ in people])
    drafts: list[Draft] = []
    for done, (contact, mission) in enumerate(people, 1):
        drafts += drafter.drafts(contact, mission, stopped.get(contact.address))
        progress(done, len(people))
    return drafts


def _set_times(
    session: Session, campaign: Campaign, drafts: Sequence[Draft], now: datetime
) -> None:
    """The moments of all drafts; for reminders they are provisional, counted from the plan."""
    schedule = schedule_of(campaign)
    pace, sender = schedule.pace.pace(campaign.slug), schedule.campaign.sender.address
    there = traffic(session, campaign.id, sender, pace, now)
    before: dict[int | None, datetime] = {}
    for step in range(1, len(schedule.steps) + 1):
        those = [draft for draft in drafts if draft.step == step and draft.reason is None]
        wishes = [_wish(draft, schedule, before.get(draft.contact_id), now) for draft in those]
        openings = spread(wishes, pace, there)
        for draft, wish, opening in zip(those, wishes, openings, strict=True):
            draft.planned_at = before[draft.contact_id] = opening.at
            there.add(opening.at, wish.domain)


def _hold_those_without_a_window(drafts: Sequence[Draft], schedule: Schedule) -> None:
    timetables = {draft.timetable for draft in drafts if draft.timetable}
    closed = {one for one in timetables if not one.opens_after(_start(one, schedule))}
    for draft in drafts:
        if draft.timetable in closed:
            draft.hold_back(NEVER_OPENS)


def _wish(draft: Draft, schedule: Schedule, before: datetime | None, now: datetime) -> Wish:
    timetable, after = draft.timetable, schedule.steps[draft.step - 1].after
    assert timetable
    if before and after:
        earliest = timetable.delayed(before, after)
    else:
        earliest = max(now, _start(timetable, schedule))
    return Wish(earliest, timetable, domain(draft.address))


def _start(timetable: Timetable, schedule: Schedule) -> datetime:
    return at_wall_clock(schedule.campaign.start, timetable.zone)


def _rows(
    drafts: Sequence[Draft], campaign: Campaign, schedule: Schedule, tokens: Tokens
) -> Iterator[NewDelivery]:
    """``drafts`` come contact by contact: each step answers to the ones before it."""
    thread: list[str] = []
    row: NewDelivery | None = None
    for draft in drafts:
        thread = [*thread, _message_id(row, tokens)] if row and draft.step > 1 else []
        row = _row(draft, campaign, schedule, thread)
        yield row


def _row(
    draft: Draft, campaign: Campaign, schedule: Schedule, thread: Sequence[str]
) -> NewDelivery:
    sender, compiled = schedule.campaign.sender, draft.compiled
    return NewDelivery(
        identity=f"campaign:{campaign.slug}:{draft.step}:contact:{draft.contact_id}",
        purpose=Purpose.letter if draft.step == 1 else Purpose.reminder,
        state=State.queued if draft.reason is None else State.skipped,
        reason=draft.reason,
        campaign_id=campaign.id,
        step=draft.step,
        contact_id=draft.contact_id,
        mission_id=draft.mission_id,
        language=draft.language,
        skeleton_id=compiled.skeleton.id if compiled else None,
        slots=compiled.slots if compiled else (),
        enclosures=draft.enclosures,
        sender_name=sender.name,
        sender_address=sender.address,
        recipient_name=draft.name,
        recipient_address=draft.address,
        tracks_opens=schedule.campaign.opens != "off",
        in_reply_to=thread[-1] if thread else None,
        references=thread,
        planned_at=draft.planned_at,
        not_before=draft.planned_at,
    )


def _message_id(row: NewDelivery, tokens: Tokens) -> str:
    """As ``Delivery.message_id`` will be once the row is stored."""
    return message_id(tokens.key(row.identity), row.sender_address)


def _store_skeletons(session: Session, drafts: Sequence[Draft]) -> None:
    compiled = (draft.compiled for draft in drafts if draft.compiled)
    skeletons = {one.skeleton.id: one.skeleton for one in compiled}
    insert = insertion(session, Skeleton).on_conflict_do_nothing()
    if skeletons:
        rows = [skeleton.model_dump() for skeleton in skeletons.values()]
        session.connection().execute(insert, rows)


def _noted(rows: Iterable[NewDelivery], copies: list[bytes]) -> Iterator[NewDelivery]:
    """The rows as they come; the digests of those that have content are added to ``copies``."""
    for row in rows:
        if row.skeleton_id:
            copies.append(copy_digest(row))
        yield row
