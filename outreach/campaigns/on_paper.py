"""A campaign's copies as formal letters in PDF: one, or all of them in a zip."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from io import RawIOBase
from typing import Any
from zipfile import ZIP_STORED, ZipFile
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from outreach.campaigns.papers import letterhead_of
from outreach.campaigns.schedule import Schedule, schedule_of
from outreach.campaigns.tables import Campaign
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Mission
from outreach.delivery.addresses import is_erased
from outreach.delivery.states import plan_of
from outreach.delivery.tables import OF_A_PLAN, Delivery
from outreach.errors import NotFound, OutreachError
from outreach.letters.paper import Letterhead, on_paper
from outreach.letters.tables import Enclosure, Skeleton
from outreach.packing import entry
from outreach.texts import gettext as _
from outreach.texts import mark, retold

_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')


def letter_on_paper(session: Session, copy: Delivery, zone: ZoneInfo) -> bytes:
    """A PDF of exactly what was approved; NotFound with the reason where there is no letter.

    The one that goes with its mail, where one does. Otherwise a letter without a date of its own
    has the day on which it left or is to leave, in ``zone``.
    """
    skeleton = session.get(Skeleton, copy.skeleton_id) if copy.skeleton_id else None
    if copy.purpose not in OF_A_PLAN:
        raise NotFound(_("Only letters and reminders are put on paper."))
    if is_erased(copy.recipient_address):
        said = _("There is no letter any more: what was personal in it has been erased.")
        raise NotFound(said)
    if skeleton is None:
        why = retold(copy.reason or mark("it was never written"))
        raise NotFound(_("There is no letter: %(why)s.", why=why))
    if stored := _enclosed(session, copy):
        return stored.content
    day = _moment(copy).astimezone(zone).date()
    return on_paper(skeleton, copy.slots, _letterhead(session, copy), day).content


def letters_zip(
    session: Session,
    campaign: Campaign,
    states: MemberStates,
    zone: ZoneInfo,
    step: int | None = None,
) -> Iterator[bytes]:
    """A zip piece by piece, a PDF a copy; the last file, ``index.txt``, says what is missing.

    Of all steps or of one. It holds one letter at a time, however many there are.
    """
    pipe, index = _Pipe(), [campaign.name, ""]
    with ZipFile(pipe, "w", ZIP_STORED) as archive:
        for name, copy in _copies(session, campaign, states, step):
            try:
                content = letter_on_paper(session, copy, zone)
            except OutreachError as problem:
                index.append(f"{name}: {problem}")
                continue
            archive.writestr(entry(f"{name}.pdf", _moment(copy).astimezone(zone)), content)
            index.append(f"{name}.pdf: {copy.state}")
            yield pipe.taken()
        at = (campaign.planned_at or campaign.loaded_at).astimezone(zone)
        archive.writestr(entry("index.txt", at), "\n".join([*index, ""]))
    yield pipe.taken()


def _enclosed(session: Session, copy: Delivery) -> Enclosure | None:
    """The plan puts a copy's own paper before what else goes with it."""
    schedule = _schedule(session, copy)
    if schedule is None or copy.step not in schedule.steps_with_pdf:
        return None
    return session.get_one(Enclosure, copy.enclosures[0])


def _letterhead(session: Session, copy: Delivery) -> Letterhead:
    schedule = _schedule(session, copy)
    if schedule is None:
        return Letterhead(copy.sender_name, (copy.sender_address,))
    return letterhead_of(schedule.campaign.sender)


def _schedule(session: Session, copy: Delivery) -> Schedule | None:
    campaign = session.get(Campaign, copy.campaign_id) if copy.campaign_id else None
    return schedule_of(campaign) if campaign else None


def _moment(copy: Delivery) -> datetime:
    """When it left; for a copy that has not, when it is to leave or was to."""
    return copy.sent_at or copy.due_at or copy.planned_at or copy.created_at


def _copies(
    session: Session, campaign: Campaign, states: MemberStates, step: int | None
) -> Iterator[tuple[str, Delivery]]:
    """Each with a name of its own, by member state: "FR France - letter"."""
    steps = dict(enumerate((one.letter for one in schedule_of(campaign).steps), 1))
    query = (
        select(Delivery.id, Delivery.step, Mission.state)
        .join(Mission, col(Mission.id) == col(Delivery.mission_id))
        .where(plan_of(campaign.id), True if step is None else col(Delivery.step) == step)
        .order_by(col(Mission.state), col(Delivery.step), col(Delivery.id))
    )
    given: Counter[str] = Counter()
    for number, of_step, code in session.exec(query).all():
        name = _name(code, states, steps.get(of_step or 0, f"step {of_step}"))
        given[name] += 1
        again = f" ({given[name]})" if given[name] > 1 else ""
        if copy := session.get(Delivery, number):
            yield name + again, copy


def _name(code: str, states: MemberStates, letter: str) -> str:
    state = states.get(code)
    return _NOT_IN_NAMES.sub("-", f"{code} {state.name if state else ''}".strip() + f" - {letter}")


class _Pipe(RawIOBase):
    """What a zip is written to and taken away from; nobody can go back in it."""

    def __init__(self) -> None:
        super().__init__()
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._written.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        taken, self._written = b"".join(self._written), []
        return taken
