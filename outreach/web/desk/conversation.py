"""One thread to read: what went out, what came in, and what organizers noted, in order."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from outreach.accounts.tables import Organizer
from outreach.delivery.composing import Composer
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.inbox import threads
from outreach.inbox.answering import may_be_answered
from outreach.inbox.tables import IncomingMail, Thread, ThreadNote
from outreach.letters.enclosures import Enclosed, enclosed
from outreach.letters.written import parted

LOST = frozenset({State.bounced, State.failed, State.cancelled, State.skipped, State.unknown})


@dataclass(frozen=True)
class Entry:
    """``copy`` went out, ``mail`` came in, or ``note`` was written by ``author``.

    ``name`` is the one that ``threads.contents`` gives it. ``text`` and ``quoted`` are an answer's.
    """

    at: datetime
    name: str
    copy: Delivery | None = None
    mail: IncomingMail | None = None
    note: ThreadNote | None = None
    author: str = ""
    text: str = ""
    quoted: str = ""
    files: Sequence[Enclosed] = ()

    @property
    def contact_id(self) -> int | None:
        """To whom it went, or who wrote it."""
        row = self.copy or self.mail
        return row.contact_id if row else None

    @property
    def is_lost(self) -> bool:
        """An answer that did not arrive, or of which nobody knows."""
        copy = self.copy
        return copy is not None and copy.purpose is Purpose.answer and copy.state in LOST

    @property
    def may_be_answered(self) -> bool:
        return self.mail is not None and may_be_answered(self.mail)


def conversation(
    session: Session, thread: Thread, composer: Composer, now: datetime
) -> list[Entry]:
    """In the order in which it was sent, came or was written."""
    entries = [
        *(
            Entry(mail.received_at, f"mail-{mail.id}", mail=mail)
            for mail in threads.mails_of(session, thread)
        ),
        *(_out(session, copy, composer, now) for copy in threads.copies_of(session, thread)),
        *_notes(session, threads.notes_of(session, thread)),
    ]
    return sorted(entries, key=lambda entry: entry.at)


def unseen(entries: Sequence[Entry], seen: Collection[str]) -> list[Entry]:
    return [entry for entry in entries if not entry.note and entry.name not in seen]


def called(organizer: Organizer) -> str:
    return organizer.name or organizer.address


def _out(session: Session, copy: Delivery, composer: Composer, now: datetime) -> Entry:
    at, name = copy.sent_at or copy.created_at, f"copy-{copy.id}"
    mail = copy.purpose is Purpose.answer and composer.compose_stored(session, copy, now)
    if not mail:
        return Entry(at, name, copy=copy)
    text, quoted = parted(mail.skeleton, mail.copy.text)
    files = enclosed(session, copy.enclosures)
    return Entry(at, name, copy=copy, text=text, quoted=quoted, files=files)


def _notes(session: Session, notes: Sequence[ThreadNote]) -> Iterator[Entry]:
    of_these = col(Organizer.id).in_({note.author_id for note in notes})
    names = {each.id: called(each) for each in session.exec(select(Organizer).where(of_these))}
    for note in notes:
        author = names.get(note.author_id, "")
        yield Entry(note.written_at, f"note-{note.id}", note=note, author=author)
