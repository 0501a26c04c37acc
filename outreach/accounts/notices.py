"""Mails about somebody's own account: the links that let in, and what was changed about it."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files

from sqlmodel import Session

from outreach.accounts.letterhead import Letterhead
from outreach.accounts.mailing import identity, queue_for_organizers
from outreach.accounts.tables import EntryKind, Organizer
from outreach.delivery.tables import Purpose
from outreach.letters.compiling import Compiled, Compiler
from outreach.letters.source import LetterSource, parse_source

_NO_FOOTER = LetterSource("notices", "footer", "en", subject="", body="")
_LINK = "where the link will stand"


def mail_entry(
    session: Session,
    organizer: Organizer,
    kind: EntryKind,
    letterhead: Letterhead,
    now: datetime,
) -> str:
    """The key of the mail. Its link is made of that when it leaves, and stands in no row."""
    about = f"entry:{secrets.token_hex(16)}"
    made = compile_mail(kind.value, {"role": organizer.role.value, "link": _LINK})
    *slots, link = made.slots
    assert link == _LINK  # the last one, which the composer adds
    entry = replace(made, slots=slots)
    queue_mail(session, organizer, entry, about, Purpose.entry, letterhead, now)
    return letterhead.tokens.key(identity(about, organizer))


def tell_of_change(
    session: Session, organizer: Organizer, what: str, letterhead: Letterhead, now: datetime
) -> None:
    """``what`` was changed, in words that follow "On that day"; whoever it was not, finds out."""
    values = {
        "what": what,
        "at": f"{now.astimezone(UTC):%Y-%m-%d at %H:%M} UTC",
        "page": f"{letterhead.public_url}/forgotten",
    }
    about = f"changed:{secrets.token_hex(16)}"
    queue_mail(
        session, organizer, compile_mail("changed", values), about, Purpose.notice, letterhead, now
    )


def compile_mail(name: str, values: Mapping[str, str]) -> Compiled:
    """``name`` is the file's beside this one, without its ending."""
    text = files("outreach.accounts").joinpath(f"{name}.en.md").read_text("utf-8")
    source = parse_source(text, "notices", name, "en")
    return Compiler().compile(source, _NO_FOOTER, values)


def queue_mail(
    session: Session,
    organizer: Organizer,
    made: Compiled,
    about: str,
    purpose: Purpose,
    letterhead: Letterhead,
    now: datetime,
) -> int:
    """1, or 0 where nothing may be sent to the organizer's address."""
    return queue_for_organizers(
        session,
        [organizer],
        made.skeleton,
        about=about,
        purpose=purpose,
        slots=made.slots,
        sender_name=letterhead.sender_name,
        sender_address=letterhead.sender_address,
        tokens=letterhead.tokens,
        now=now,
    )
