"""The figures again, counted row by row in Python and sharing nothing with the queries."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, select

from outreach.campaigns.tables import Campaign
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact, ContactList, ListMembership, Mission
from outreach.delivery.tables import Delivery
from outreach.inbox.tables import IncomingMail, Thread
from outreach.reports.figures import Count
from outreach.tracking.tables import Event

DELIVERED = {"delivered", "autoresponded", "complained"}


class Thing(NamedTuple):
    contact: int | None
    mission: int | None
    at: datetime | None
    happened: datetime | None = None


Things = dict[str, list[Thing]]
Groups = dict[str, dict[str, Count]]
Period = tuple[datetime, datetime]


def things_of(session: Session, only: Callable[[Delivery], bool] | None = None) -> Things:
    """Everything that a figure counts, by the figure's name; or of these copies and their mails."""
    copies = [c for c in session.exec(select(Delivery)) if c.purpose in ("letter", "reminder")]
    mails = list(session.exec(select(IncomingMail)))
    if only:
        copies = [c for c in copies if only(c)]
        mails = [m for m in mails if m.delivery_id in {c.id for c in copies}]
    events = list(session.exec(select(Event)))
    made = _of_copies(copies, events)
    made |= _of_events(events, copies)
    replies = _mails(session, [mail for mail in mails if mail.kind == "reply"])
    written = [
        Thing(c.contact_id, c.mission_id, c.sent_at or c.settled_at)
        for c in copies
        if c.state in ("sent", "delivered", "bounced", "unknown") or c.sent_at
    ]
    made["contacts_written"] = _first_by_contact(written)
    made["missions_written"] = _first_by_mission(written)
    made["contacts_answered"] = [
        thing
        for thing in _first_by_contact(replies)
        if (thing.contact, thing.mission) in {(other.contact, other.mission) for other in written}
    ]
    made["missions_answered"] = [
        thing
        for thing in _first_by_mission(replies)
        if thing.mission in {other.mission for other in written}
    ]
    made["mails"] = _mails(session, mails)
    made["replies"] = replies
    made["out_of_office"] = _mails(session, [m for m in mails if m.kind == "out_of_office"])
    automatic = [m for m in mails if m.kind in ("auto_reply", "challenge")]
    made["automatic"] = _mails(session, automatic)
    return made


def totals(things: Things, period: Period) -> dict[str, Count]:
    return {name: _count(found, period) for name, found in things.items()}


def by_region(things: Things, session: Session, period: Period, states: MemberStates) -> Groups:
    missions = {mission.id: mission.state for mission in session.exec(select(Mission))}

    def region(thing: Thing) -> list[str]:
        state = states.get(missions[thing.mission])
        return [state.region if state else "Not known"]

    return _grouped(things, region, period)


def by_list(things: Things, session: Session, period: Period) -> Groups:
    slugs = {one.id: one.slug for one in session.exec(select(ContactList))}
    missions = {contact.id: contact.mission_id for contact in session.exec(select(Contact))}
    of_contact, of_mission = defaultdict(set), defaultdict(set)
    for place in session.exec(select(ListMembership)):
        of_contact[place.contact_id].add(slugs[place.list_id])
        of_mission[missions[place.contact_id]].add(slugs[place.list_id])

    def lists(thing: Thing) -> Iterable[str]:
        return of_contact[thing.contact] if thing.contact else of_mission[thing.mission]

    return _grouped(things, lists, period)


def by_tag(things: Things, session: Session, period: Period) -> Groups:
    contacts = list(session.exec(select(Contact)))

    def tags(thing: Thing) -> Iterable[str]:
        of = {"id": thing.contact} if thing.contact else {"mission_id": thing.mission}
        ((name, value),) = of.items()
        return {tag for one in contacts if getattr(one, name) == value for tag in one.tags}

    return _grouped(things, tags, period)


def by_language(session: Session, period: Period) -> Groups:
    return _of_parts(session, period, lambda copy: copy.language)


def by_step(session: Session, period: Period) -> Groups:
    names = {campaign.id: campaign.name for campaign in session.exec(select(Campaign))}
    words = {1: "letter", 2: "reminder"}
    return _of_parts(
        session, period, lambda copy: f"{names[copy.campaign_id]}: {words[copy.step or 0]}"
    )


def _of_parts(session: Session, period: Period, part: Callable[[Delivery], str]) -> Groups:
    parts = {part(c) for c in session.exec(select(Delivery)) if c.purpose in ("letter", "reminder")}
    found = {
        one: totals(things_of(session, lambda copy, one=one: part(copy) == one), period)
        for one in parts
    }
    return _present(found)


def by_reason(session: Session, period: Period) -> dict[str, Count]:
    held = defaultdict(list)
    for copy in session.exec(select(Delivery)):
        if copy.purpose in ("letter", "reminder") and _is_held_back(copy):
            thing = Thing(None, None, copy.settled_at or copy.created_at)
            held[copy.reason or "no reason given"].append(thing)
    counts = {reason: _count(found, period) for reason, found in held.items()}
    return {reason: count for reason, count in counts.items() if count.so_far}


def _of_copies(copies: list[Delivery], events: list[Event]) -> Things:
    made: Things = {name: [] for name in ("copies", "planned", "held_back", "sent", "reminders")}
    made |= {name: [] for name in ("bounced", "failed", "unknown", "cancelled", "late")}
    made |= {name: [] for name in ("with_image", "handed_over")}
    for c in copies:
        for name, at in _places(c):
            made[name].append(Thing(c.contact_id, c.mission_id, at, _told(name, c, events)))
    return made


def _told(name: str, copy: Delivery, events: list[Event]) -> datetime | None:
    kinds = {"bounced": ["bounced"], "failed": ["failed", "rejected"]}.get(name, [])
    of_copy = [e.happened_at for e in events if e.delivery_id == copy.id and e.kind in kinds]
    return min(of_copy, default=None)


def _places(c: Delivery) -> Iterable[tuple[str, datetime | None]]:
    settled = c.settled_at or c.created_at
    was_sent = c.state in ("sent", "delivered", "bounced") or c.sent_at is not None
    yield "copies", c.created_at
    if _is_held_back(c):
        yield "held_back", settled
    else:
        yield "planned", c.planned_at
    if c.state == "skipped" and not _is_held_back(c):
        yield "late", settled
    if was_sent:
        yield "sent", c.sent_at or c.settled_at
    if was_sent or c.state == "failed":
        yield "handed_over", c.sent_at or c.settled_at
    if was_sent and c.purpose == "reminder":
        yield "reminders", c.sent_at or c.settled_at
    if (was_sent or c.state == "unknown") and c.tracks_opens:
        yield "with_image", c.sent_at or c.settled_at
    if c.state in ("bounced", "failed", "unknown", "cancelled"):
        yield str(c.state), settled


def _is_held_back(copy: Delivery) -> bool:
    return copy.state == "skipped" and copy.expires_at is None


def _of_events(events: list[Event], copies: list[Delivery]) -> Things:
    def first(wanted: Callable[[Event, Delivery], bool]) -> list[Thing]:
        found = []
        for copy in copies:
            told = [e for e in events if e.delivery_id == copy.id and wanted(e, copy)]
            if told:
                heard = min(e.received_at for e in told)
                happened = min(e.happened_at for e in told)
                found.append(Thing(copy.contact_id, copy.mission_id, heard, happened))
        return found

    def opened(agent: str) -> list[Thing]:
        return first(
            lambda e, c: e.kind == "opened" and c.tracks_opens and (e.agent or "unknown") == agent
        )

    return {
        "delivered": first(lambda e, c: e.kind in DELIVERED),
        "complaints": first(lambda e, c: e.kind == "complained"),
        "opted_out": _first_by_contact(first(lambda e, c: e.kind == "unsubscribed")),
        "opened_by_people": opened("person"),
        "opened_by_machines": opened("machine"),
        "opened_by_unknown": opened("unknown"),
    }


def _mails(session: Session, mails: list[IncomingMail]) -> list[Thing]:
    threads = {thread.id: thread.mission_id for thread in session.exec(select(Thread))}
    copies = {copy.id: copy.mission_id for copy in session.exec(select(Delivery))}
    filed = [
        Thing(m.contact_id, threads.get(m.thread_id) or copies.get(m.delivery_id), m.received_at)
        for m in mails
    ]
    return [thing for thing in filed if thing.mission]


def _first_by_contact(things: list[Thing]) -> list[Thing]:
    """Each once for a mission: somebody may have gone to another one."""
    firsts: dict[tuple[int | None, int | None], Thing] = {}
    for thing in sorted(things, key=lambda thing: str(thing.at)):
        if thing.contact:
            firsts.setdefault((thing.contact, thing.mission), thing)
    return list(firsts.values())


def _first_by_mission(things: list[Thing]) -> list[Thing]:
    firsts: dict[int, Thing] = {}
    for thing in sorted(things, key=lambda thing: str(thing.at)):
        if thing.mission:
            firsts.setdefault(thing.mission, Thing(None, thing.mission, thing.at))
    return list(firsts.values())


def _grouped(things: Things, groups: Callable[[Thing], Iterable[str]], period: Period) -> Groups:
    found: dict[str, Things] = defaultdict(lambda: defaultdict(list))
    for name, ones in things.items():
        for thing in ones:
            for group in groups(thing):
                found[group][name].append(thing)
    return _present({group: totals(parts, period) for group, parts in found.items()})


def _present(counted: Groups) -> Groups:
    present = {
        group: {name: count for name, count in counts.items() if count.so_far}
        for group, counts in counted.items()
    }
    return {group: counts for group, counts in present.items() if counts}


def _count(things: list[Thing], period: Period) -> Count:
    start, end = period
    in_time = [thing for thing in things if thing.at and thing.at < end]
    this_week = [thing for thing in in_time if thing.at >= start]
    late = [thing for thing in this_week if thing.happened and thing.happened < start]
    return Count(week=len(this_week), so_far=len(in_time), late=len(late))
