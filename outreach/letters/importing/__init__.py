"""Brings in a letter that somebody already has, from .txt, .md or .docx, with nothing lost."""

import re
from dataclasses import replace
from pathlib import PurePath

from outreach.errors import InvalidInput
from outreach.letters.importing.decoding import decode
from outreach.letters.importing.footnotes import Manuscript
from outreach.letters.importing.plain_text import read_markdown, read_text, with_breaks
from outreach.letters.importing.structure import recognise
from outreach.letters.importing.word import read_word
from outreach.letters.source import LetterSource, parse_source, to_text
from outreach.texts import gettext as _

__all__ = ["import_letter", "to_text"]

_LARGEST = 20 * 1024 * 1024  # bytes; a Word file may hold pictures
_EXPRESSION = re.compile(r"\\?(\{[{%#])")


def import_letter(
    content: bytes, filename: str, *, language: str = "en", slug: str = "letter"
) -> LetterSource:
    """The letter as a source of step "letter", for an organizer to go on from.

    Its greeting is the first line of the body, as it was; a letter without a subject line gets
    the file's name as subject. InvalidInput says what is wrong with the file.
    """
    name = PurePath(filename)
    if len(content) > _LARGEST:
        most = _LARGEST // 1024**2
        raise InvalidInput(_("%(file)s is larger than %(most)s MB.", file=name.name, most=most))
    manuscript = _read(content, name)
    if not manuscript.text.strip():
        raise InvalidInput(_("%(file)s holds no text.", file=name.name))
    draft = recognise(manuscript, LetterSource(slug, "letter", language, name.stem, body=""))
    if manuscript.wrapped:
        draft = replace(draft, body=with_breaks(draft.body))
    return parse_source(to_text(_literal(draft)), slug, "letter", language)


def _read(content: bytes, name: PurePath) -> Manuscript:
    match name.suffix.lower():
        case ".txt":
            return read_text(decode(content, name.name))
        case ".md" | ".markdown":
            return read_markdown(decode(content, name.name))
        case ".docx":
            return read_word(content, name.name)
    raise InvalidInput(
        _("%(file)s: letters are brought in from .txt, .md or .docx.", file=name.name)
    )


def _literal(draft: LetterSource) -> LetterSource:
    """What looks like an expression of ours in somebody's letter is only text."""
    return replace(
        draft,
        subject=_shielded(draft.subject),
        addressee=_shielded(draft.addressee),
        date=_shielded(draft.date),
        reference=_shielded(draft.reference),
        signatories=tuple(map(_shielded, draft.signatories)),
        body=_shielded(draft.body),
    )


def _shielded(text: str) -> str:
    return _EXPRESSION.sub(r"{{ '\1' }}", text)
