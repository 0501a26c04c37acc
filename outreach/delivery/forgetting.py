"""What goes of a copy whose text is to be forgotten."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Text, column, delete, exists, func, select, true, update
from sqlmodel import Session, col

from outreach.bulk import among
from outreach.delivery.tables import Delivery
from outreach.letters.tables import Enclosure, Skeleton


def forget_texts(session: Session, ids: Collection[int]) -> int:
    """Take from these copies what they said; what no other copy uses of it is deleted.

    The number of copies that had a text.
    """
    these = among(session, col(Delivery.id), ids) & col(Delivery.skeleton_id).is_not(None)
    skeletons = session.execute(select(col(Delivery.skeleton_id)).where(these)).scalars().all()
    blank_copies(session, these, {"skeleton_id": None, "slots": []})
    _delete_unused_skeletons(session, set(skeletons))
    return len(skeletons)


def blank_copies(session: Session, those: ColumnElement[bool], columns: dict[str, Any]) -> int:
    """Give them these columns, and take from them what they enclose; how many they are."""
    files = _enclosed_with(session, those)
    blank = update(Delivery).where(those).values(**columns, enclosures=[])
    blanked = session.exec(blank).rowcount
    _delete_unused_enclosures(session, files)
    return blanked


def delete_copies(session: Session, those: ColumnElement[bool]) -> None:
    """Their rows, and the files that went with no others."""
    files = _enclosed_with(session, those)
    gone = delete(Delivery).where(those)
    session.execute(gone.execution_options(synchronize_session=False))
    _delete_unused_enclosures(session, files)


def _delete_unused_skeletons(session: Session, ids: Collection[str | None]) -> None:
    in_use = exists().where(col(Delivery.skeleton_id) == col(Skeleton.id))
    unused = among(session, col(Skeleton.id), ids) & ~in_use
    session.execute(delete(Skeleton).where(unused).execution_options(synchronize_session=False))


def _enclosed_with(session: Session, those: ColumnElement[bool]) -> set[str]:
    lists = session.execute(select(col(Delivery.enclosures)).where(those)).scalars()
    return {each for ids in lists for each in ids}


def _delete_unused_enclosures(session: Session, ids: Iterable[str]) -> None:
    """Held until the transaction ends: whoever stores one of them anew waits, or is waited for."""
    of_these = among(session, col(Enclosure.id), ids)
    held = select(col(Enclosure.id)).where(of_these).order_by(col(Enclosure.id)).with_for_update()
    if there := set(session.execute(held).scalars()):
        unused = there - _still_enclosed(session, there)
        gone = delete(Enclosure).where(among(session, col(Enclosure.id), unused))
        session.execute(gone.execution_options(synchronize_session=False))


def _still_enclosed(session: Session, ids: Collection[str]) -> set[str]:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    taken_apart = func.json_each if is_sqlite else func.json_array_elements_text
    each = taken_apart(col(Delivery.enclosures)).table_valued(column("value", Text))
    rows = select(each.c.value).select_from(Delivery).join(each, true())
    return set(session.execute(rows.where(among(session, each.c.value, ids)).distinct()).scalars())
