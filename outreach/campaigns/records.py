"""The record of a plan: its figures, samples, days and changes, kept so that no page counts copies.

Written with the plan, in its transaction, and read by whoever shows it.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete, func, insert, select
from sqlmodel import Session, col

from outreach.campaigns.comparing import Changes, Planned, Sample, compare
from outreach.campaigns.drafting import Draft
from outreach.campaigns.plans import PlanSummary
from outreach.campaigns.tables import Campaign, PlanDay, PlannedContacts, PlanRecord
from outreach.delivery.states import plan_of
from outreach.delivery.tables import Delivery

_SUMMARY, _SAMPLES = TypeAdapter(PlanSummary), TypeAdapter(list[Sample])
_CHANGES = TypeAdapter(Changes | None)


@dataclass(frozen=True)
class Record:
    """The last plan as it was made; not ``is_current`` once the schedule was loaded anew."""

    made_at: datetime
    is_current: bool
    summary: PlanSummary
    samples: Sequence[Sample]
    changes: Changes | None  # since the plan before; None for the first


def record_of(session: Session, campaign: Campaign) -> Record | None:
    """None for a campaign that was never planned."""
    stored = session.get(PlanRecord, campaign.id)
    if stored is None:
        return None
    return Record(
        made_at=stored.made_at,
        is_current=stored.digest == campaign.plan_digest,
        summary=_SUMMARY.validate_python(stored.summary),
        samples=_SAMPLES.validate_python(stored.samples),
        changes=_CHANGES.validate_python(stored.changes),
    )


def days_of(session: Session, campaign: Campaign, first: date, last: date) -> Sequence[PlanDay]:
    """What the plan foresees from day to day, by the recipients' calendars."""
    query = (
        select(PlanDay)
        .where(col(PlanDay.campaign_id) == campaign.id, col(PlanDay.day).between(first, last))
        .order_by(col(PlanDay.day), col(PlanDay.step), col(PlanDay.first_at), col(PlanDay.zone))
    )
    return session.scalars(query).all()


def next_day(session: Session, campaign: Campaign, day: date) -> date | None:
    """The first day from ``day`` on for which the plan foresees something."""
    days = select(func.min(PlanDay.day)).where(
        col(PlanDay.campaign_id) == campaign.id, col(PlanDay.day) >= day
    )
    found: date | None = session.execute(days).scalar_one()
    return found


def span(session: Session, campaign: Campaign) -> tuple[date | None, date | None]:
    """The first and the last day for which the plan foresees something."""
    days = select(func.min(PlanDay.day), func.max(PlanDay.day)).where(
        col(PlanDay.campaign_id) == campaign.id
    )
    first, last = session.execute(days).one()
    return first, last


def keep_record(
    session: Session, campaign: Campaign, summary: PlanSummary, drafts: Sequence[Draft]
) -> None:
    """Replace the record of the plan before, and say what is different."""
    assert campaign.id is not None
    assert campaign.planned_at is not None
    samples = _samples(session, campaign.id, drafts)
    contacts = array("I", sorted(_contacts(drafts)))
    after = Planned(campaign.planned_at, campaign.source, summary, samples, contacts)
    changes = compare(before, after) if (before := _before(session, campaign.id)) else None
    record = PlanRecord(
        campaign_id=campaign.id,
        digest=campaign.plan_digest or "",
        made_at=campaign.planned_at,
        source=campaign.source,
        summary=_SUMMARY.dump_python(summary, mode="json"),
        samples=_SAMPLES.dump_python(samples, mode="json"),
        changes=_CHANGES.dump_python(changes, mode="json"),
    )
    session.merge(record)
    session.merge(PlannedContacts(campaign_id=campaign.id, numbers=contacts.tobytes()))
    _keep_days(session, campaign.id, drafts)


def _before(session: Session, campaign_id: int) -> Planned | None:
    record = session.get(PlanRecord, campaign_id)
    contacts = session.get(PlannedContacts, campaign_id)
    if record is None or contacts is None:
        return None
    return Planned(
        record.made_at,
        record.source,
        _SUMMARY.validate_python(record.summary),
        _SAMPLES.validate_python(record.samples),
        array("I", contacts.numbers),
    )


def _contacts(drafts: Iterable[Draft]) -> set[int]:
    return {draft.contact_id for draft in drafts if draft.compiled and draft.contact_id}


def _samples(session: Session, campaign_id: int, drafts: Iterable[Draft]) -> list[Sample]:
    """The first copy of each step and language."""
    texts: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for draft in drafts:
        if draft.compiled:
            texts[draft.step, draft.language].add(draft.compiled.skeleton.id)
    step, language = col(Delivery.step), col(Delivery.language)
    query: Any = (
        select(step, language, func.count(), func.min(Delivery.id))
        .where(plan_of(campaign_id), col(Delivery.skeleton_id).is_not(None))
        .group_by(step, language)
        .order_by(step, func.count().desc(), language)
    )
    return [
        Sample(step, language, copies, number, sorted(texts[step, language]))
        for step, language, copies, number in session.execute(query)
    ]


def _keep_days(session: Session, campaign_id: int, drafts: Iterable[Draft]) -> None:
    session.execute(delete(PlanDay).where(col(PlanDay.campaign_id) == campaign_id))
    if rows := list(_days(campaign_id, drafts)):
        session.execute(insert(PlanDay), rows)


def _days(campaign_id: int, drafts: Iterable[Draft]) -> Iterator[dict[str, Any]]:
    moments: defaultdict[tuple[date, int, str], list[datetime]] = defaultdict(list)
    for draft in drafts:
        if draft.compiled and draft.planned_at and draft.timetable:
            zone = draft.timetable.zone
            day = draft.planned_at.astimezone(zone).date()
            moments[day, draft.step, zone.key].append(draft.planned_at)
    for (day, step, zone_name), at in moments.items():
        yield {
            "campaign_id": campaign_id,
            "day": day,
            "step": step,
            "zone": zone_name,
            "copies": len(at),
            "first_at": min(at),
            "last_at": max(at),
        }
