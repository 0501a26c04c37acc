"""Search over all mail: every mail that came in, and every answer from the desk."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import Select, and_, delete, func, select
from sqlmodel import Session, col

from outreach.bulk import among
from outreach.campaigns.tables import Campaign
from outreach.contacts.tables import Mission
from outreach.db import Database, insert_once
from outreach.delivery.tables import Delivery
from outreach.inbox.kinds import MailKind
from outreach.inbox.search_filter import Condition, MailFilter, ThreadFilter
from outreach.inbox.search_hits import Marker, Piece
from outreach.inbox.search_index import (
    EVERY,
    WITH_FILES,
    SearchEntry,
    entry_number,
    matching,
    of_kind,
)
from outreach.inbox.search_query import Query
from outreach.inbox.search_words import line, terms, words
from outreach.inbox.tables import IncomingMail, Thread
from outreach.letters.copies import Links, fill, values
from outreach.letters.tables import Enclosure, Skeleton

_CAUGHT_UP_AT_ONCE = 200
_ALL_MAILS, _ALL_THREADS = MailFilter(), ThreadFilter()


@dataclass(frozen=True)
class Found:
    """One hit: ``mail`` that came in, or ``answer`` of ours, with where it belongs.

    ``number`` is where the next page begins; see ``search_index.entry_number``.
    """

    number: int
    at: datetime
    subject: list[Piece]
    writer: list[Piece]  # of an answer: whom it went to
    snippet: list[Piece]
    has_attachments: bool
    mail: IncomingMail | None
    answer: Delivery | None
    thread: Thread | None
    mission: Mission | None
    campaign: Campaign | None

    def as_facts(self) -> dict[str, Any]:
        """What a listing shows of it."""
        return {
            "mail": self.mail.id if self.mail else None,
            "answer": self.answer.id if self.answer else None,
            "thread": self.thread.id if self.thread else None,
            "at": self.at,
            "state": self.mission.state if self.mission else None,
            "kind": self.mail.kind if self.mail else "answer",
            "writer": _plain(self.writer),
            "subject": _plain(self.subject),
            "hit": _plain(self.snippet),
        }


@dataclass(frozen=True)
class _Content:
    """What is searched of a mail or an answer."""

    subject: str
    name: str
    address: str
    text: str
    files: Sequence[str] = ()
    kind: MailKind | None = None

    @property
    def below_the_head(self) -> str:
        return "\n".join((self.text, *self.files))

    def words(self) -> list[list[str]]:
        """Part by part, since a phrase does not run from one into the next."""
        head = (self.subject, self.name, self.address)
        return [words(part) for part in (*head, *self.files, self.text)]

    def facts(self) -> list[str]:
        """The terms that are no words of it."""
        of_its_kind = [of_kind(self.kind)] if self.kind else []
        return [EVERY, *([WITH_FILES] if self.files else []), *of_its_kind]


def index(session: Session, mail: IncomingMail) -> None:
    """Make a stored mail findable, or, done once more, findable as it is now."""
    assert mail.id is not None
    forget(session, [mail.id])
    number = entry_number(mail.received_at, mail.id)
    _put(session, _of_mail(mail), number=number, mail_id=mail.id)


def index_answer(session: Session, answer: Delivery) -> None:
    """Make a queued answer from the desk findable."""
    assert answer.id is not None
    number = entry_number(answer.created_at, answer.id, is_answer=True)
    _put(session, _of_answer(session, answer), number=number, delivery_id=answer.id)


def forget(session: Session, mail_ids: Collection[int]) -> None:
    """Take mails out of the search: they are erased, or their time is over."""
    _take_out(session, among(session, col(SearchEntry.mail_id), mail_ids))


def forget_answers(session: Session, delivery_ids: Collection[int]) -> None:
    _take_out(session, among(session, col(SearchEntry.delivery_id), delivery_ids))


def catch_up(database: Database) -> int:
    """Index a portion of the mails that were there before the search was; the number of them.

    Whatever came since is indexed as it comes, so these all have lower ids than those that are in.
    """
    with database.reading() as session:
        waiting = session.execute(_not_indexed()).scalars().all()
    for mail in waiting:
        with database.transaction() as session:
            index(session, mail)
    return len(waiting)


def find(
    session: Session,
    query: Query,
    *,
    mails: MailFilter = _ALL_MAILS,
    threads: ThreadFilter = _ALL_THREADS,
    below: int | None = None,
    limit: int,
) -> list[Found]:
    """The latest first. ``below`` is the number of the last one of the page before."""
    asked = replace(query, choices=[*query.choices, *mails.choices()])
    entries, number = matching(session, asked)
    if below is not None:
        entries = entries.where(number < below)
    entries = _joined(entries).where(*mails.conditions(number), *threads.conditions())
    numbers = session.execute(entries.order_by(number.desc()).limit(limit)).scalars().all()
    return _load(session, numbers, query)


def _put(session: Session, content: _Content, **values: int) -> None:
    parts = content.words()
    kept = " ".join((*content.facts(), *terms(chain.from_iterable(parts))))
    insert_once(session, SearchEntry(line="".join(map(line, parts)), terms=kept, **values))


def _plain(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def _take_out(session: Session, these: Condition) -> None:
    session.execute(delete(SearchEntry).where(these).execution_options(synchronize_session=False))


def _not_indexed() -> Select[Any]:
    lowest = func.coalesce(select(func.min(col(SearchEntry.mail_id))).scalar_subquery(), 2**31 - 1)
    earlier, is_there = col(IncomingMail.id) < lowest, col(IncomingMail.emptied_at).is_(None)
    query = select(IncomingMail).where(earlier, is_there)
    return query.order_by(col(IncomingMail.id).desc()).limit(_CAUGHT_UP_AT_ONCE)


def _joined(query: Any) -> Any:
    """With what an entry is about: its mail, the copy that it belongs to, and their thread."""
    its_copy = func.coalesce(SearchEntry.delivery_id, IncomingMail.delivery_id)
    its_thread = and_(
        col(Thread.campaign_id) == col(Delivery.campaign_id),
        col(Thread.mission_id) == col(Delivery.mission_id),
    )
    return (
        query.outerjoin(IncomingMail, col(IncomingMail.id) == col(SearchEntry.mail_id))
        .outerjoin(Delivery, col(Delivery.id) == its_copy)
        .outerjoin(Thread, its_thread)
        .outerjoin(Mission, col(Mission.id) == col(Delivery.mission_id))
        .outerjoin(Campaign, col(Campaign.id) == col(Delivery.campaign_id))
    )


def _load(session: Session, numbers: Collection[int], query: Query) -> list[Found]:
    number = col(SearchEntry.number)
    everything = select(number, IncomingMail, Delivery, Thread, Mission, Campaign)
    rows = session.execute(
        _joined(everything).where(among(session, number, numbers)).order_by(number.desc())
    )
    marker = Marker(query)
    return [_found(session, marker, *row) for row in rows]


def _found(
    session: Session,
    marker: Marker,
    number: int,
    mail: IncomingMail | None,
    copy: Delivery | None,
    *place: Any,
) -> Found:
    thread, mission, campaign = place
    if mail:
        content, at = _of_mail(mail), mail.received_at
    else:
        assert copy is not None
        content, at = _of_answer(session, copy), copy.created_at
    return Found(
        number=number,
        at=at,
        subject=marker.marked(content.subject),
        writer=marker.marked(content.name or content.address),
        snippet=marker.snippet(content.below_the_head),
        has_attachments=bool(content.files),
        mail=mail,
        answer=None if mail else copy,
        thread=thread,
        mission=mission,
        campaign=campaign,
    )


def _of_mail(mail: IncomingMail) -> _Content:
    return _Content(
        subject=mail.subject,
        name=mail.from_name,
        address=mail.from_address,
        text=f"{mail.text}\n{mail.quoted}",
        files=[str(each["name"]) for each in mail.attachments],
        kind=mail.kind,
    )


def _of_answer(session: Session, answer: Delivery) -> _Content:
    skeleton = session.get(Skeleton, answer.skeleton_id) if answer.skeleton_id else None
    copy = fill(skeleton, values(answer.slots, Links(""))) if skeleton else None
    names = select(col(Enclosure.name)).where(col(Enclosure.id).in_(answer.enclosures))
    return _Content(
        subject=copy.subject if copy else "",
        name=f"{answer.sender_name} {answer.recipient_name}".strip(),
        address=answer.recipient_address,
        text=copy.text if copy else "",
        files=session.execute(names).scalars().all(),
    )
