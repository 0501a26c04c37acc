"""From claimed copies to the carrier's answers: what can be composed is handed over as a group."""

import logging
import traceback
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session, col, select

from outreach.delivery.addresses import without_addresses
from outreach.delivery.carriers import OUR_OWN_FAULT, Carrier, Outcome
from outreach.delivery.composing import Composer, Outgoing
from outreach.delivery.queue import Claimed
from outreach.errors import OutreachError
from outreach.letters.tables import Enclosure, Skeleton
from outreach.texts import mark

_NOT_COMPOSED = mark("it could not be composed: %(why)s")
_BROKE_OFF = mark("the %(carrier)s carrier broke off: %(error)s")

_log = logging.getLogger(__name__)

Shared = TypeVar("Shared", Skeleton, Enclosure)


class HandOver:
    """Composes mails and gives them to one carrier; keeps what the copies of a letter share.

    Of enclosures only those of the last group: a copy may have one that is its own.
    """

    def __init__(self, carrier: Carrier, composer: Composer) -> None:
        self._carrier, self._composer = carrier, composer
        # By hashes of their contents, so what is known of them stays true.
        self._skeletons: dict[str, Skeleton] = {}
        self._enclosures: dict[str, Enclosure] = {}

    def load(self, session: Session, copies: Sequence[Claimed]) -> None:
        """Read what the copies need and is not known yet."""
        letters = {copy.skeleton_id for copy in copies if copy.skeleton_id}
        self._skeletons |= _read(session, Skeleton, letters - self._skeletons.keys())
        files = {each for copy in copies for each in copy.enclosures}
        kept = {each: self._enclosures[each] for each in files & self._enclosures.keys()}
        self._enclosures = kept | _read(session, Enclosure, files - kept.keys())

    def send(self, copies: Sequence[Claimed], now: datetime) -> list[Outcome]:
        """One outcome for each copy; a row that cannot become a mail fails without the others."""
        composed = [self._compose(copy, now) for copy in copies]
        mails = [mail for mail in composed if isinstance(mail, Outgoing)]
        outcomes = iter(_send(self._carrier, mails) if mails else [])
        return [next(outcomes) if isinstance(mail, Outgoing) else mail for mail in composed]

    def _compose(self, copy: Claimed, now: datetime) -> Outgoing | Outcome:
        skeleton = self._skeletons.get(copy.skeleton_id or "")
        if skeleton is None or not self._enclosures.keys() >= set(copy.enclosures):
            return _impossible(mark("its letter is not stored, or what it encloses"))
        try:
            enclosed = [self._enclosures[each] for each in copy.enclosures]
            return self._composer.compose(copy, skeleton, now, enclosed)
        except OutreachError as problem:
            return _impossible(str(problem))
        except Exception as error:
            _log.error("Delivery %s could not be composed: %s", copy.id, _where(error))
            # A mistake of this program's must not use up a letter.
            why = _NOT_COMPOSED % {"why": type(error).__name__}
            return Outcome("later", why, retry_after=OUR_OWN_FAULT)


def _read(session: Session, kind: type[Shared], ids: Collection[str]) -> dict[str, Shared]:
    rows = session.exec(select(kind).where(col(kind.id).in_(ids))).all() if ids else ()
    for row in rows:
        session.expunge(row)  # or it would be forgotten with a transaction that fails
    return {row.id: row for row in rows}


def _impossible(why: str) -> Outcome:
    return Outcome("refused", _NOT_COMPOSED % {"why": why})


def _send(carrier: Carrier, group: Sequence[Outgoing]) -> list[Outcome]:
    try:
        outcomes = carrier.send(group)
        if len(outcomes) != len(group):
            raise RuntimeError(f"{len(outcomes)} outcomes for {len(group)} mails")
    except Exception as error:
        # Some may have gone, and only the carrier knew which: never again without a decision.
        text = f"{_without_people(str(error), group)} ({_where(error)})"
        _log.error("The %s carrier broke off with %d mails: %s", carrier.name, len(group), text)
        broke_off = _BROKE_OFF % {"carrier": carrier.name, "error": type(error).__name__}
        return [Outcome("unknown", broke_off)] * len(group)
    return outcomes


def _where(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}, {frame.filename}:{frame.lineno}"


def _without_people(text: str, group: Sequence[Outgoing]) -> str:
    for name in (outgoing.recipient.name for outgoing in group if outgoing.recipient.name):
        text = text.replace(name, "[name]")
    return without_addresses(text)
