"""What a person has typed and not saved: kept at each pause, so that nothing typed is lost."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from outreach.letters import shelf
from outreach.letters.source import LetterSource, Page
from outreach.letters.tables import LetterDraft
from outreach.letters.typed import as_typed


def find(session: Session, page: Page, by: str) -> LetterDraft | None:
    return session.get(LetterDraft, (by, *page))


def keep(
    session: Session,
    page: Page,
    typed: Mapping[str, str],
    *,
    current: LetterSource | None,
    seen: str,
    by: str,
    now: datetime,
    note: str | None = None,
) -> LetterDraft | None:
    """Put ``typed`` in the place of the draft before; what ``current`` says already is no draft.

    ``seen`` is the ``mark`` of what ``typed`` was begun from, ``note`` where it is from: None for
    what stood there.
    """
    draft = find(session, page, by)
    if seen == shelf.mark(current) and typed == (as_typed(current) if current else {}):
        discard(session, page, by)
        return None
    if draft is None:
        draft = LetterDraft(
            by=by, **page._asdict(), typed=dict(typed), seen=seen, note=note or "", changed_at=now
        )
    draft.typed, draft.seen, draft.changed_at = dict(typed), seen, now
    draft.note = draft.note if note is None else note
    session.add(draft)
    session.flush()
    return draft


def discard(session: Session, page: Page, by: str) -> None:
    if draft := find(session, page, by):
        session.delete(draft)
        session.flush()


def of(session: Session, by: str) -> set[Page]:
    """The pages of which somebody has a draft."""
    columns = select(LetterDraft.slug, LetterDraft.step, LetterDraft.language)
    return {Page(*row) for row in session.exec(columns.where(col(LetterDraft.by) == by))}
