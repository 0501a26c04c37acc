"""A page of a letter as a form shows it, and back: the same as its file, field by field."""

import re
from collections.abc import Mapping

from outreach.errors import InvalidInput
from outreach.letters.importing.decoding import tidy
from outreach.letters.source import LINES, LetterSource, Page, parse_source, require_size, to_text
from outreach.texts import gettext as _
from outreach.texts import mark

FIELDS = (*LINES, "body", mark("signatories"))

_BETWEEN_SIGNATORIES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


def as_typed(source: LetterSource) -> dict[str, str]:
    """Signatories stand below each other, with an empty line between any two."""
    typed = {field: str(getattr(source, field)) for field in FIELDS[:-1]}
    return typed | {"signatories": "\n\n".join(source.signatories)}


def read_typed(form: Mapping[str, str]) -> dict[str, str]:
    """The form's fields with plain line ends, whatever they say; InvalidInput if far too long."""
    typed = {field: tidy(form.get(field, "")).rstrip() for field in FIELDS}
    require_size("".join(typed.values()))
    return typed


def from_typed(typed: Mapping[str, str], page: Page) -> LetterSource:
    """The page, which nobody has reviewed; InvalidInput says what cannot be stored.

    Its lines count from the first of the text, as the form shows it.
    """
    _require(typed)
    signatories = _BETWEEN_SIGNATORIES.split(typed.get("signatories", "").strip())
    source = LetterSource(
        *page,
        subject=typed["subject"].strip(),
        addressee=typed.get("addressee", "").strip(),
        date=typed.get("date", "").strip(),
        reference=typed.get("reference", "").strip(),
        signatories=tuple(filter(None, (each.strip() for each in signatories))),
        body=typed["body"].strip("\n").rstrip(),
    )
    parse_source(to_text(source), *page)
    return source


def _require(typed: Mapping[str, str]) -> None:
    if not typed.get("subject", "").strip():
        raise InvalidInput(_("The letter has no subject yet."))
    if not typed.get("body", "").strip():
        raise InvalidInput(_("The letter has no text yet."))
    if "+++" in (line.strip() for field in FIELDS for line in typed.get(field, "").split("\n")):
        raise InvalidInput(
            _("A line may not be +++ alone: it parts a letter's head from its text.")
        )
