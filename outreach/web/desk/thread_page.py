"""The page of a thread, as it is opened and as it comes back when an answer could not go."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, render_template, request
from sqlmodel import Session

from outreach.accounts.people import who_can_act
from outreach.accounts.tables import Organizer
from outreach.campaigns.tables import Campaign
from outreach.contacts.tables import Mission
from outreach.errors import OutreachError
from outreach.inbox import answering, saved_answers, threads
from outreach.inbox.tables import IncomingMail, Outcome, Thread, ThreadState
from outreach.texts import gettext as _
from outreach.web import headers
from outreach.web.current import parts
from outreach.web.desk import live
from outreach.web.desk.clocks import clocks_of
from outreach.web.desk.conversation import Entry, called, conversation, unseen
from outreach.web.presentation import may_organize, today


@dataclass(frozen=True)
class Started:
    """An answer that is not sent: its text, the form's nonce, and what went wrong."""

    text: str = ""
    nonce: str = ""
    problem: str = ""


def seen() -> list[str]:
    """What the reader of the form had seen of the thread."""
    return request.form.get("seen", "").split()


def render(session: Session, number: int, *, to: str, started: Started) -> Response:
    """``to`` is the mail that is being answered; empty where the thread is only read."""
    thread, now = session.get(Thread, number) or abort(404), parts().clock()
    mission = session.get(Mission, thread.mission_id)
    entries = conversation(session, thread, parts().composer, now)
    owner = session.get(Organizer, thread.owner_id) if thread.owner_id else None
    page = render_template(
        "desk/thread.html",
        thread=thread,
        campaign=session.get(Campaign, thread.campaign_id),
        mission=mission,
        entries=entries,
        clocks=clocks_of(session, mission, {entry.contact_id for entry in entries}),
        now=now,
        news=unseen(entries, seen()) if "seen" in request.form else [],
        seen=" ".join(entry.name for entry in entries if entry.note is None),
        is_writing=bool(to or started.text),
        owner=called(owner) if owner else "",
        is_due=threads.is_due(thread, today()),
        started=started,
        **live.at_first(session, thread.id),
        **(_forms(session, thread, entries, to) if may_organize() else {}),
    )
    return headers.live(page)


def _forms(session: Session, thread: Thread, entries: Sequence[Entry], to: str) -> dict[str, Any]:
    mail = _to_answer(entries, to)
    able = {organizer.id: called(organizer) for organizer in who_can_act(session)}
    return {
        "mail": mail,
        "nonce": secrets.token_urlsafe(15),
        "saved_answers": saved_answers.every(session),
        "states": list(ThreadState),
        "outcomes": list(Outcome),
        "able": able,
        **_recipient(session, thread, mail),
    }


def _recipient(session: Session, thread: Thread, mail: IncomingMail | None) -> dict[str, str]:
    if mail is None:
        return {"recipient": "", "no_answer": _("There is no mail in this thread to answer.")}
    try:
        address = answering.recipient(session, thread, mail, parts().composer)
    except OutreachError as problem:
        return {"recipient": "", "no_answer": str(problem)}
    return {"recipient": address, "no_answer": ""}


def _to_answer(entries: Sequence[Entry], to: str) -> IncomingMail | None:
    mails = [entry.mail for entry in entries if entry.mail]
    chosen = (mail for mail in mails if str(mail.id) == to)
    return next(chosen, None) or answering.to_answer(mails)
