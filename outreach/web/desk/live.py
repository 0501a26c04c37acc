"""What a page of the inbox asks for by itself: what is new, and who is writing an answer."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy import func
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from outreach.inbox import presence, threads
from outreach.inbox.presence import Writer
from outreach.inbox.tables import IncomingMail, Thread
from outreach.web.current import organizer, parts
from outreach.web.presentation import hour, may_organize

blueprint = Blueprint("live", __name__, url_prefix="/inbox")

EVERY = "10s"  # so often a page asks while it is looked at
_MOST_COUNTED = 1_000


@dataclass(frozen=True)
class Told:
    """``came`` and ``went``: mails and copies since the page was opened, in and out of it."""

    writers: list[Writer]
    came: int = 0
    went: int = 0

    @property
    def mark(self) -> str:
        """Which news these are, so that none are told twice; empty where there are none."""
        writers = [f"{each.thread_id}.{each.organizer_id}.{each.since}" for each in self.writers]
        news = [f"{self.came} came, {self.went} went"] if self.came or self.went else []
        return "; ".join([*writers, *news])


@blueprint.get("/live")
def inbox() -> Response:
    """``newest``: of the mails that the page knows of."""
    newest = request.args.get("newest", "")
    since = int(newest) if newest.isdecimal() and len(newest) < 10 else None
    with parts().database.reading() as session:
        told = of_inbox(session, since)
    return _tell(told)


@blueprint.post("/threads/<row:number>/live")
def thread(number: int) -> Response:
    """With ``writing`` it is also the sign that whoever asks is writing an answer there."""
    if request.form.get("writing"):
        note_writing(number)
    with parts().database.reading() as session:
        found = session.get(Thread, number) or abort(404)
        told = of_thread(session, found, request.form.get("seen", "").split())
    return _tell(told)


def at_first(session: Session, thread_id: int | None = None) -> dict[str, object]:
    """What the page begins with, in one thread or in the whole inbox."""
    return {"told": Told(_writers(session, thread_id)), "hour": hour, "every": EVERY}


def of_inbox(session: Session, newest: int | None) -> Told:
    writers = _writers(session)
    if newest is None:
        return Told(writers)
    later = select(IncomingMail.id).where(col(IncomingMail.id) > newest)
    return Told(writers, came=len(session.exec(later.limit(_MOST_COUNTED)).all()))


def of_thread(session: Session, thread: Thread, seen: Collection[str]) -> Told:
    writers = _writers(session, thread.id)
    now, then = set(threads.contents(session, thread)), set(seen)
    return Told(writers, came=len(now - then), went=len(then - now))


def newest(session: Session) -> int:
    """The last mail that came, of any kind."""
    return session.exec(select(func.max(IncomingMail.id))).one() or 0


def note_writing(number: int) -> None:
    """Where something large is being stored, the next sign is as good."""
    if not may_organize():
        return
    now = parts().clock()
    with suppress(OperationalError), parts().database.transaction() as session:
        presence.beat(session, number, organizer().id or 0, now)


def note_reading(number: int) -> None:
    """Whoever opens the thread only to read it is writing no longer."""
    me = organizer().id or 0
    with parts().database.reading() as session:
        if not presence.is_writing(session, number, me):
            return
    with suppress(OperationalError), parts().database.transaction() as session:
        presence.stop(session, number, me)


def _writers(session: Session, thread_id: int | None = None) -> list[Writer]:
    return presence.others(session, organizer().id, parts().clock(), thread_id)


def _tell(told: Told) -> Response:
    """204, by which the page stays as it is, where it says all of that already."""
    if told.mark == request.values.get("shown", ""):
        return Response(status=204)
    return Response(render_template("desk/told.html", told=told, hour=hour))
