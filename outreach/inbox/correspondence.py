"""All that was written in a thread, either way, as somebody who takes it away reads it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session, col, select

from outreach.accounts.tables import Organizer
from outreach.campaigns.tables import Campaign
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Mission
from outreach.delivery.composing import Composer, Outgoing
from outreach.delivery.tables import Delivery, State
from outreach.errors import InvalidInput, NotFound
from outreach.inbox import threads
from outreach.inbox.tables import (
    IncomingMail,
    Outcome,
    RawMail,
    RawState,
    Thread,
    ThreadState,
)
from outreach.texts import gettext as _
from outreach.texts import mark, retold, spoken

_NOT_GONE: Mapping[State | None, str] = {
    State.queued: mark("it has not left yet"),
    State.sending: mark("it is leaving just now"),
    State.cancelled: mark("it was withdrawn before it left"),
    State.skipped: mark("it was held back"),
    State.failed: mark("it was refused, and did not leave"),
}


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One mail of ours or theirs; ``kind`` is in words: "reminder", "out of office".

    ``content`` gives the mail octet for octet; where it is None, ``lacking`` says why. Attachments
    are names and sizes in octets. Only ours have a ``state``.
    """

    at: datetime
    is_ours: bool
    kind: str
    state: State | None = None
    sender: str = ""
    recipients: str = ""
    subject: str = ""
    text: str = ""
    quoted: str = ""
    attachments: Sequence[tuple[str, int]] = ()
    content: Callable[[], bytes] | None = None
    lacking: str = ""

    @property
    def was_written(self) -> bool:
        """Not a copy that never left."""
        return self.state not in _NOT_GONE

    @property
    def has_text(self) -> bool:
        return bool(self.text or self.quoted)


@dataclass(frozen=True)
class Note:
    """What an organizer wrote down for the others."""

    at: datetime
    author: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Correspondence:
    """A thread with all that is in it.

    ``letters`` are in the order in which they went and came, copies that never left among them.
    """

    thread_id: int
    title: str
    state: ThreadState
    outcome: Outcome | None
    owner: str
    due_on: date | None
    letters: Sequence[Letter]
    notes: Sequence[Note]
    last_at: datetime


def gather(
    session: Session, thread_id: int, composer: Composer, states: MemberStates
) -> Correspondence:
    """Raises NotFound."""
    thread = session.get(Thread, thread_id)
    if thread is None:
        raise NotFound(_("There is no thread %(number)s.", number=thread_id))
    letters = _letters(session, thread, composer)
    return Correspondence(
        thread_id=thread_id,
        title=_title(session, thread, states),
        state=thread.state,
        outcome=thread.outcome,
        owner=_organizer(session, thread.owner_id),
        due_on=thread.due_on,
        letters=letters,
        notes=_notes(session, thread),
        last_at=max((letter.at for letter in letters), default=thread.opened_at),
    )


def _title(session: Session, thread: Thread, states: MemberStates) -> str:
    mission = session.get_one(Mission, thread.mission_id)
    campaign = session.get_one(Campaign, thread.campaign_id)
    state = states.name(mission.state, spoken())
    return f"{state}, {mission.organization}: {campaign.name}"


def _organizer(session: Session, number: int | None) -> str:
    found = session.get(Organizer, number) if number else None
    return (found.name or found.address) if found else ""


def _notes(session: Session, thread: Thread) -> list[Note]:
    return [
        Note(note.written_at, _organizer(session, note.author_id), note.text)
        for note in threads.notes_of(session, thread)
    ]


def _letters(session: Session, thread: Thread, composer: Composer) -> list[Letter]:
    copies = select(Delivery).where(
        Delivery.campaign_id == thread.campaign_id, Delivery.mission_id == thread.mission_id
    )
    mails = (
        select(IncomingMail, RawMail.state)
        .join(RawMail, col(RawMail.id) == col(IncomingMail.raw_id))
        .where(IncomingMail.thread_id == thread.id)
    )
    found = [
        *(
            _ours(session, copy, composer)
            for copy in session.exec(copies.order_by(col(Delivery.id)))
        ),
        *(_theirs(session, *each) for each in session.exec(mails.order_by(col(IncomingMail.id)))),
    ]
    return sorted(found, key=lambda letter: letter.at)


def _ours(session: Session, copy: Delivery, composer: Composer) -> Letter:
    at = copy.sent_at or copy.settled_at or copy.due_at or copy.created_at
    bare = Letter(at=at, is_ours=True, kind=str(copy.purpose), state=copy.state)
    if not bare.was_written:
        why = _(_NOT_GONE[copy.state]) + (f": {retold(copy.reason)}" if copy.reason else "")
        return replace(bare, lacking=why)
    try:
        outgoing = composer.compose_stored(session, copy, at)
    except InvalidInput as problem:
        return replace(bare, lacking=str(problem))
    if outgoing is None:
        return replace(bare, lacking=_("its text was deleted"))
    return _composed(bare, outgoing)


def _composed(bare: Letter, outgoing: Outgoing) -> Letter:
    return replace(
        bare,
        sender=_mailbox(*outgoing.sender),
        recipients=_mailbox(*outgoing.recipient),
        subject=outgoing.copy.subject,
        text=outgoing.copy.text,
        attachments=[(file.name, len(file.content)) for file in outgoing.enclosures],
        content=outgoing.mime,
    )


def _theirs(session: Session, mail: IncomingMail, raw: str) -> Letter:
    is_kept = raw != RawState.deleted
    return Letter(
        at=mail.received_at,
        is_ours=False,
        kind=mail.kind.replace("_", " "),
        sender=_mailbox(mail.from_name, mail.from_address),
        recipients=", ".join(mail.recipients),
        subject=mail.subject,
        text=mail.text,
        quoted=mail.quoted,
        attachments=[(str(file["name"]), int(file["size"])) for file in mail.attachments],
        content=(lambda: session.get_one(RawMail, mail.raw_id).content) if is_kept else None,
        lacking="" if is_kept else _("the mail as it came was deleted"),
    )


def _mailbox(name: str, address: str) -> str:
    return f"{name} <{address}>" if name else address
