"""From a rendering with markers to a skeleton: subject, text and HTML, in the order of a letter."""

from collections.abc import Sequence
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from outreach.errors import InvalidInput
from outreach.letters.hypertext import document, lines_html, render_html
from outreach.letters.markdown import parse, refusals
from outreach.letters.markers import one_line
from outreach.letters.plain import RULE, render_text
from outreach.letters.tables import Skeleton
from outreach.texts import gettext as _


class _Parts(NamedTuple):
    addressee: str
    date: str
    reference: str
    body: list[Token]
    signatories: list[str]
    notes: list[Token]
    footer: list[Token]


def convert(markdown: MarkdownIt, fields: Sequence[str], language: str) -> Skeleton:
    """``fields`` as ``LetterSource.fields`` gives them, and the footer's body behind them."""
    subject, addressee, date, reference, *signatories, body, footer = map(str.strip, fields)
    body_tokens, notes = parse(markdown, body)
    footer_tokens = [token for tokens in parse(markdown, footer) for token in tokens]
    for refused in refusals([*body_tokens, *notes, *footer_tokens]):
        raise InvalidInput(_("The letter cannot be used: %(problem)s.", problem=refused.text))
    parts = _Parts(addressee, date, reference, body_tokens, signatories, notes, footer_tokens)
    if not one_line(subject):
        raise InvalidInput(_("The letter cannot be used: its subject can be empty."))
    return Skeleton.of(language, one_line(subject), _text(parts), _html(parts, subject, language))


def _text(parts: _Parts) -> str:
    footer = render_text(parts.footer)
    blocks = [
        parts.addressee,
        parts.date,
        parts.reference,
        render_text(parts.body),
        *parts.signatories,
        render_text(parts.notes),
        f"{RULE}\n\n{footer}" if footer else "",
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"


def _html(parts: _Parts, subject: str, language: str) -> str:
    footer = render_html(parts.footer)
    blocks = [
        lines_html("addressee", parts.addressee),
        lines_html("date", parts.date),
        lines_html("reference", parts.reference),
        render_html(parts.body),
        *(lines_html("signatory", name) for name in parts.signatories),
        render_html(parts.notes),
        f'<div class="footer">\n{footer}</div>\n' if footer else "",
    ]
    return document(one_line(subject), "".join(blocks), language)
