"""A thread to take away: every mail as it was in a zip, or all of them to read as a PDF."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

from outreach.delivery.headers import one_line
from outreach.delivery.tables import State
from outreach.inbox.correspondence import Correspondence, Letter, Note
from outreach.letters.enclosures import size
from outreach.packing import entry
from outreach.texts import day, mark, retold, spoken
from outreach.texts import gettext as _
from outreach.typesetting.paper import pdf

# Characters on paper: of a mail, of all of them, and of a line above one. Strangers can send so
# much that setting it takes minutes.
_LONGEST, _TOGETHER, _LONGEST_FIELD = 100_000, 500_000, 5_000
# Whoever reads a token can opt somebody out, or write into the thread.
_TOKEN = re.compile(r"(?<=/[uo]/)[0-9a-z]{32}\b|(?<=\+)[0-9a-z]{32}(?=@)", re.IGNORECASE)
_REMARKS: Mapping[State | None, str] = {
    State.unknown: mark("Whether this mail arrived is not known."),
    State.bounced: mark("This mail came back."),
}

File = tuple[str, Letter]  # by its name in the zip; without one where nothing of it is kept


def write_zip(thread: Correspondence, zone: ZoneInfo, out: BinaryIO) -> None:
    """Write the mails to ``out`` octet for octet, and ``index.txt``, which names what is missing.

    ``zone`` is the organizers', in which all times are written. The names of the files sort in
    order and hold nothing that a stranger wrote.
    """
    files = _files(thread.letters, zone)
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        index = "\n".join(_index(thread, files, zone))
        archive.writestr(entry("index.txt", thread.last_at.astimezone(zone)), index, ZIP_DEFLATED)
        for name, letter in files:
            if name:
                content = letter.content() if letter.content else _as_text(letter, zone)
                archive.writestr(entry(name, letter.at.astimezone(zone)), content, ZIP_DEFLATED)


def as_pdf(thread: Correspondence, zone: ZoneInfo, *, with_notes: bool = False) -> bytes:
    """The conversation to read. A PDF is handed on: it holds no tokens, and notes when asked."""
    written = [letter for letter in thread.letters if letter.was_written]
    longest = min(_LONGEST, _TOGETHER // max(1, len(written)))
    values = {
        "facts": list(_facts(thread, zone)),
        "letters": [_on_paper(letter, zone, longest) for letter in written],
        "notes": [_note(note, zone) for note in thread.notes if with_notes],
        "notes_title": _("Notes of the organizers"),
    }
    return pdf("thread", values, title=thread.title, language=spoken(), dated=thread.last_at)


def _files(letters: Sequence[Letter], zone: ZoneInfo) -> list[File]:
    width, number = max(3, len(str(len(letters)))), count(1)
    return [
        (f"{next(number):0{width}} {_name(each, zone)}" if _is_kept(each) else "", each)
        for each in letters
    ]


def _is_kept(letter: Letter) -> bool:
    return letter.content is not None or letter.has_text


def _name(letter: Letter, zone: ZoneInfo) -> str:
    """ "2026-12-01 out letter.eml"; a .txt where only the text is kept."""
    on, way = letter.at.astimezone(zone).date(), "out" if letter.is_ours else "in"
    return f"{on} {way} {letter.kind}.{'eml' if letter.content else 'txt'}"


def _as_text(letter: Letter, zone: ZoneInfo) -> str:
    head = [f"{name}: {value}" for name, value in _head(letter)]
    return "\n".join(
        [*head, f"{_('Date')}: {_moment(letter.at, zone)}", "", letter.text, letter.quoted]
    )


def _index(thread: Correspondence, files: Sequence[File], zone: ZoneInfo) -> Iterator[str]:
    yield one_line(thread.title)
    number = thread.thread_id
    yield _("Thread %(number)s. Times are those of %(zone)s.", number=number, zone=zone.key)
    for name, letter in files:
        yield ""
        yield name or _("Not here:")
        yield f"    {_heading(letter, zone)}"
        for field, value in _head(letter):
            yield f"    {field}: {value}"
        if letter.lacking:
            yield "    " + _("Missing: %(what)s.", what=one_line(letter.lacking))
    yield ""


def _facts(thread: Correspondence, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    yield _("State"), _word(thread.state)
    yield _("Outcome"), _word(thread.outcome) if thread.outcome else _("not said yet")
    yield _("Owner"), thread.owner or _("nobody")
    if thread.due_on:
        yield _("Due on"), day(thread.due_on)
    yield _("Times"), _("those of %(zone)s", zone=zone.key)


def _on_paper(letter: Letter, zone: ZoneInfo, longest: int) -> dict[str, Any]:
    text, quoted = (_to_hand_on(whole, longest) for whole in (letter.text, letter.quoted))
    is_cut = longest < max(len(letter.text), len(letter.quoted))
    return {
        "title": _heading(letter, zone),
        "head": [(name, _to_hand_on(value, _LONGEST_FIELD)) for name, value in _head(letter)],
        "remark": " ".join(_remarks(letter, is_cut=is_cut)),
        "text": text,
        "quoted": quoted,
    }


def _to_hand_on(text: str, longest: int) -> str:
    return _TOKEN.sub("…", text[:longest])


def _remarks(letter: Letter, *, is_cut: bool) -> Iterator[str]:
    if letter.state in _REMARKS:
        yield _(_REMARKS[letter.state])
    if letter.lacking and not letter.has_text:
        yield _("Not shown: %(what)s.", what=letter.lacking)
    if is_cut:
        yield _("Only its beginning is shown; the whole is in the mail itself.")


def _note(note: Note, zone: ZoneInfo) -> dict[str, Any]:
    return {"head": [(_("By"), f"{note.author}, {_moment(note.at, zone)}")], "text": note.text}


def _heading(letter: Letter, zone: ZoneInfo) -> str:
    """ "Sent: reminder, Tue 1 Dec 2026, 10:00 CET"."""
    values = {"kind": _word(letter.kind), "moment": _moment(letter.at, zone)}
    if not letter.is_ours:
        return _("Received: %(kind)s, %(moment)s", **values)
    if letter.was_written:
        return _("Sent: %(kind)s, %(moment)s", **values)
    return _("Not sent: %(kind)s, %(moment)s", **values)


def _head(letter: Letter) -> Iterator[tuple[str, str]]:
    """What there is to say above the text, each on one line."""
    attached = ", ".join(f"{name} ({size(octets)})" for name, octets in letter.attachments)
    fields = (
        (_("From"), letter.sender),
        (_("To"), letter.recipients),
        (_("Subject"), letter.subject),
        (_("Attached"), attached),
    )
    return ((name, one_line(value)) for name, value in fields if value)


def _moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{day(local)}, {local:%H:%M %Z}"


def _word(kind: str) -> str:
    return retold(kind.replace("_", " "))
