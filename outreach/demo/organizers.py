"""The demo's organizers at their desk: they take up the first threads and answer some of them."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from outreach.accounts import audit, people
from outreach.accounts.tables import Organizer
from outreach.delivery.tables import Delivery
from outreach.inbox import answering, saved_answers, threads
from outreach.inbox.answering import Draft
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import IncomingMail, Outcome, Thread, ThreadState
from outreach.inbox.threads import Standing
from outreach.wiring import Outreach

LEISURE = timedelta(hours=20)  # what came is taken up on the day after
OFFICE_HOURS = range(8, 17)  # UTC


class Organizers:
    """One of them, by ``address``, does it all; what they do to which thread is in desk.toml."""

    def __init__(self, outreach: Outreach, address: str) -> None:
        self._outreach, self._address = outreach, address
        plan = tomllib.loads(resources.files(__package__).joinpath("desk.toml").read_text("utf-8"))
        self._saved: list[dict[str, str]] = plan["saved_answers"]
        self._texts = {each["language"]: each["text"] for each in self._saved}
        self._to_do: list[dict[str, Any]] = plan["taken_up"]
        self._looked_at = 0  # the id of the last thread

    def keep_answers(self, now: datetime) -> None:
        with self._outreach.database.transaction() as session:
            for each in self._saved:
                saved_answers.save(session, each["title"], each["text"], now=now)

    def work(self, now: datetime) -> None:
        """Take up what has waited since yesterday, until all that they mean to do is done."""
        if self._to_do and now.hour in OFFICE_HOURS:
            with self._outreach.database.transaction() as session:
                owner = people.get(session, self._address)
                for replied in list(_replied(session, self._looked_at, now - LEISURE)):
                    self._take_up(replied, _Desk(self._outreach, session, owner, now))

    def _take_up(self, replied: "_Replied", desk: "_Desk") -> None:
        self._looked_at = replied.thread.id or 0
        text = self._texts.get(replied.language, "")
        able = (each for each in self._to_do if text or not each.get("answered"))
        if (meant := next(able, None)) is None:
            return
        self._to_do.remove(meant)
        if meant.get("answered"):
            desk.answer(replied, text)
        desk.say_how_it_stands(replied.thread, meant)


@dataclass(frozen=True)
class _Replied:
    """A thread, the reply that began it, and the language of the letter it replies to."""

    thread: Thread
    mail: IncomingMail
    language: str


def _replied(session: Session, after: int, until: datetime) -> Iterator[_Replied]:
    """Threads that a reply has begun ``until`` then, from the one ``after`` that id on."""
    query = (
        select(Thread, IncomingMail, Delivery.language)
        .join(IncomingMail, col(IncomingMail.thread_id) == col(Thread.id))
        .join(Delivery, col(Delivery.id) == col(IncomingMail.delivery_id))
        .where(
            col(Thread.id) > after,
            Thread.opened_at <= until,
            IncomingMail.received_at == Thread.opened_at,
            IncomingMail.kind == MailKind.reply,
        )
    )
    for thread, mail, language in session.exec(query.order_by(col(Thread.id))):
        yield _Replied(thread, mail, language)


@dataclass(frozen=True)
class _Desk:
    """What the pages of the desk do, done by ``owner`` at ``now``."""

    outreach: Outreach
    session: Session
    owner: Organizer
    now: datetime

    def answer(self, replied: _Replied, text: str) -> None:
        number = replied.thread.id or 0
        seen = threads.contents(self.session, replied.thread)
        nonce = f"of-the-demo-{number:06}"
        answering.send(
            self.session,
            number,
            Draft(mail_id=replied.mail.id or 0, text=text, nonce=nonce, seen=seen),
            by=self.owner,
            composer=self.outreach.composer,
            tokens=self.outreach.tokens,
            zone=ZoneInfo(self.outreach.settings.timezone),
            now=self.now,
        )
        self._note("answer sent", number)

    def say_how_it_stands(self, thread: Thread, meant: Mapping[str, Any]) -> None:
        """``meant``: one of "taken_up" in desk.toml."""
        number, owner = thread.id or 0, self.owner.id or 0
        days = meant.get("due_in_days")
        standing = Standing(
            state=ThreadState(meant["state"]),
            outcome=Outcome(meant["outcome"]),
            owner_id=owner,
            due_on=(self.now + timedelta(days=days)).date() if days else None,
        )
        seen = threads.contents(self.session, thread)
        threads.change(self.session, number, standing, seen=seen)
        self._note("thread changed", number)
        if text := meant.get("note"):
            threads.write_note(self.session, number, text, author_id=owner, now=self.now)
            self._note("note written", number)

    def _note(self, act: str, number: int) -> None:
        subject = f"thread {number}"
        audit.note(self.session, actor=self.owner.address, act=act, subject=subject, now=self.now)
