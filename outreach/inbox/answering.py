"""An answer from the desk: what a person writes to one mail of a thread, put in the one queue."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from outreach.accounts.tables import Organizer
from outreach.campaigns.schedule import Sender, schedule_of
from outreach.campaigns.tables import Campaign
from outreach.contacts.tables import Contact
from outreach.db import insert_once
from outreach.delivery.addresses import canonical
from outreach.delivery.composing import Composer
from outreach.delivery.queue import NewDelivery, enqueue
from outreach.delivery.suppression import WORDS, suppressed
from outreach.delivery.tables import Delivery, Purpose
from outreach.errors import InvalidInput, NotAllowed
from outreach.inbox import searching, subjects, threads
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import IncomingMail, Thread, ThreadState
from outreach.letters.attributions import attribution
from outreach.letters.tables import Enclosure
from outreach.letters.written import Quotation, Written, write
from outreach.texts import count, mark
from outreach.texts import gettext as _
from outreach.tokens import Tokens

LONGEST = 30_000  # characters of an answer
_LONGEST_QUOTED = 20_000
_MOST_REFERENCES = 30

_NONCE = re.compile(r"[A-Za-z0-9_-]{16,40}")

# Nobody reads what is written to these.
_TO_NOBODY: Mapping[MailKind, str] = {
    MailKind.bounce: mark("a mail server wrote it to say that a mail came back"),
    MailKind.complaint: mark("a provider wrote it to say that somebody complained"),
}
_BY_PEOPLE = (MailKind.reply, MailKind.opt_out)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What somebody wrote, to which mail of the thread, and what they had seen of it by then.

    ``nonce`` is the form's own: sent twice, it is one answer.
    """

    mail_id: int
    text: str
    nonce: str
    seen: Collection[str]
    enclosures: Sequence[Enclosure] = ()


def send(
    session: Session,
    thread_id: int,
    draft: Draft,
    *,
    by: Organizer,
    composer: Composer,
    tokens: Tokens,
    zone: ZoneInfo,
    now: datetime,
) -> bool:
    """Queue the answer; False where the same form was sent before.

    InvalidInput or NotAllowed says why it cannot go; then nothing is queued.
    """
    # Before the thread, as whoever overrules it; and whoever erases its writer waits for us.
    mail = session.get(IncomingMail, draft.mail_id, populate_existing=True, with_for_update=True)
    thread = threads.hold(session, thread_id)
    if _is_queued(session, _identity(thread, draft.nonce)):
        return False
    threads.require_seen(session, thread, draft.seen)
    if mail is None or mail.thread_id != thread.id:
        raise InvalidInput(_("Choose a mail of this thread to answer."))
    address = recipient(session, thread, mail, composer)
    letter = _written(session, mail, draft.text, zone)
    for row in (letter.skeleton, *draft.enclosures):
        insert_once(session, row)
    thread.state = ThreadState.waiting_for_them
    session.add(thread)
    ours = _sender(session, thread)
    sender = (by.name or ours.name, ours.address)
    answer = _row(thread, mail, draft, letter, sender=sender, to=address, now=now)
    enqueue(session, [answer], tokens=tokens, now=now)
    queued = session.exec(select(Delivery).where(Delivery.identity == answer.identity)).one()
    searching.index_answer(session, queued)
    return True


def recipient(session: Session, thread: Thread, mail: IncomingMail, composer: Composer) -> str:
    """Where an answer to the mail goes, in canonical form; raises where none may go."""
    if why := _TO_NOBODY.get(mail.kind):
        raise NotAllowed(_("This mail cannot be answered: %(why)s.", why=_(why)))
    ours = _sender(session, thread).address
    named = (each for each in (mail.reply_to, mail.from_address) if each)
    asked = [each for each in named if each != ours and not composer.is_own(each)]
    if not asked:
        raise InvalidInput(
            _("This mail cannot be answered: it names no address but our own, or none.")
        )
    try:
        address = canonical(asked[0])
    except InvalidInput as problem:
        raise InvalidInput(
            _(
                "This mail cannot be answered: its address cannot be written to. %(problem)s",
                problem=problem,
            )
        ) from None
    if stopped := suppressed(session, [address]).get(address):
        raise NotAllowed(
            _("Nothing is sent to this address any more: %(why)s.", why=_(WORDS[stopped.reason]))
        )
    return address


def to_answer(mails: Sequence[IncomingMail]) -> IncomingMail | None:
    """Of mails in their order the last by a person, or else the last that may be answered."""
    able = [mail for mail in mails if may_be_answered(mail)]
    people = [mail for mail in able if mail.kind in _BY_PEOPLE]
    return next(reversed(people or able), None)


def may_be_answered(mail: IncomingMail) -> bool:
    return mail.kind not in _TO_NOBODY


def _sender(session: Session, thread: Thread) -> Sender:
    """The campaign's own address, which its domain signs for, under whoever's name."""
    return schedule_of(session.get_one(Campaign, thread.campaign_id)).campaign.sender


def _is_queued(session: Session, identity: str) -> bool:
    same = select(Delivery.id).where(Delivery.identity == identity)
    return session.exec(same).first() is not None


def _identity(thread: Thread, nonce: str) -> str:
    if not _NONCE.fullmatch(nonce):
        raise InvalidInput(_("The form is not whole; reload the page and send it once more."))
    return f"answer:{thread.id}:{nonce}"


def _row(
    thread: Thread,
    mail: IncomingMail,
    draft: Draft,
    letter: Written,
    *,
    sender: tuple[str, str],
    to: str,
    now: datetime,
) -> NewDelivery:
    return NewDelivery(
        identity=_identity(thread, draft.nonce),
        purpose=Purpose.answer,
        campaign_id=thread.campaign_id,
        mission_id=thread.mission_id,
        contact_id=mail.contact_id,
        language=letter.skeleton.language,
        skeleton_id=letter.skeleton.id,
        slots=letter.slots,
        enclosures=[enclosure.id for enclosure in draft.enclosures],
        sender_name=sender[0],
        sender_address=sender[1],
        recipient_name=mail.from_name if to == mail.from_address else "",
        recipient_address=to,
        in_reply_to=mail.message_id,
        references=_references(mail),
        due_at=now,
    )


def _written(session: Session, mail: IncomingMail, text: str, zone: ZoneInfo) -> Written:
    if not text.strip():
        raise InvalidInput(_("The answer is empty; write something first."))
    if len(text) > LONGEST:
        raise InvalidInput(
            _(
                "The answer has %(length)s characters, and %(most)s is the most: shorten it, or "
                "enclose a file.",
                length=count(len(text)),
                most=count(LONGEST),
            )
        )
    language = _language(session, mail)
    quotation = _quotation(mail, language, zone)
    return write(subjects.of_answer(mail.subject), text, language, quotation)


def _quotation(mail: IncomingMail, language: str, zone: ZoneInfo) -> Quotation | None:
    if not mail.text.strip():
        return None
    name, at = mail.from_name or mail.from_address, mail.sent_at or mail.received_at
    text = mail.text[:_LONGEST_QUOTED]
    if len(mail.text) > len(text):
        text += "\n[...]"
    return Quotation(attribution(language, name, at.astimezone(zone)), text)


def _language(session: Session, mail: IncomingMail) -> str:
    """What the writer reads, as far as we know; else the language of the letter."""
    contact = session.get(Contact, mail.contact_id) if mail.contact_id else None
    copy = session.get(Delivery, mail.delivery_id) if mail.delivery_id else None
    if contact and contact.languages:
        return contact.languages[0]
    return copy.language if copy else "en"


def _references(mail: IncomingMail) -> list[str]:
    """RFC 5322, section 3.6.4: those of the mail, else what it answered, and the mail itself.

    Of a long conversation its first mail and the last ones are enough.
    """
    known = mail.references or ([mail.in_reply_to] if mail.in_reply_to else [])
    known = [*known, *([mail.message_id] if mail.message_id else [])]
    return known if len(known) <= _MOST_REFERENCES else [known[0], *known[1 - _MOST_REFERENCES :]]
