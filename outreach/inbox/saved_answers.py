"""Saved answers: texts that organizers begin an answer with."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from outreach.errors import InvalidInput, NotFound
from outreach.inbox.answering import LONGEST
from outreach.inbox.tables import SavedAnswer
from outreach.texts import count
from outreach.texts import gettext as _

LONGEST_TITLE = 120


def every(session: Session) -> Sequence[SavedAnswer]:
    return session.exec(select(SavedAnswer).order_by(col(SavedAnswer.title))).all()


def get(session: Session, number: int) -> SavedAnswer:
    if found := session.get(SavedAnswer, number):
        return found
    raise NotFound(_("There is no such saved answer; somebody may have deleted it."))


def save(
    session: Session, title: str, text: str, *, now: datetime, number: int | None = None
) -> SavedAnswer:
    """A new one, or the one of this number changed; InvalidInput says what is wrong."""
    saved = get(session, number) if number else SavedAnswer(title="", text="", changed_at=now)
    title, text = (each.replace("\0", "") for each in (title, text))  # Postgres stores none
    title, text = " ".join(title.split()), text.strip()
    if not title or not text:
        raise InvalidInput(_("A saved answer needs a title, by which it is found, and a text."))
    if len(title) > LONGEST_TITLE or len(text) > LONGEST:
        raise InvalidInput(
            _(
                "A title has at most %(title)s characters and a text %(text)s; shorten it.",
                title=LONGEST_TITLE,
                text=count(LONGEST),
            )
        )
    same = session.exec(select(SavedAnswer).where(SavedAnswer.title == title)).first()
    if same and same.id != number:
        raise InvalidInput(
            _("There is a saved answer of this title already; choose another title.")
        )
    saved.title, saved.text, saved.changed_at = title, text, now
    session.add(saved)
    session.flush()
    return saved


def delete(session: Session, number: int) -> None:
    session.delete(get(session, number))
