"""The links of a letter that a reader could not follow, found without asking anybody."""

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, unquote, urlsplit

from email_validator import EmailNotValidError, validate_email
from markdown_it.token import Token

from outreach.letters.grammar import Problem
from outreach.letters.markdown import letter_markdown, parse
from outreach.letters.markers import UNSUBSCRIBE
from outreach.letters.source import LetterSource
from outreach.letters.templating import Templating
from outreach.texts import gettext as _

_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]*[^\W_]\.?")
# RFC 2606 and RFC 6761: names that lead nowhere, or only within somebody's own network.
_NOWHERE = re.compile(
    r"(?:.*\.)?(?:localhost|local|internal|test|invalid|example|example\.(?:com|net|org))\.?"
)


def broken_links(source: LetterSource) -> list[str]:
    """Each with its line; for a source that `checking.errors` has nothing against."""
    text, lines = Templating().every_branch(source.body_field)
    tokens, notes = parse(letter_markdown(), text)
    problems = {
        Problem(lines[line], problem)
        for line, address in _addresses([*tokens, *notes])
        if (problem := _problem(address))
    }
    return [
        _("line %(line)s: %(problem)s", line=problem.line, problem=problem.text)
        for problem in sorted(problems)
    ]


def _addresses(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    for block in tokens:
        line = block.map[0] if block.map else 0
        for token in block.children or ():
            if token.type == "link_open":
                yield line, str(token.attrs["href"])
            line += token.type in ("softbreak", "hardbreak")


def _problem(address: str) -> str | None:
    if address == UNSUBSCRIBE:
        return None
    parts = urlsplit(address)
    return _mail_problem(parts) if parts.scheme == "mailto" else _web_problem(parts, address)


def _mail_problem(parts: SplitResult) -> str | None:
    written = unquote(parts.path)
    try:
        validate_email(written, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return _("%(address)s is no mail address", address=written or "mailto:")
    return None


def _web_problem(parts: SplitResult, address: str) -> str | None:
    host = unquote(parts.hostname or "").lower()
    if _NOWHERE.fullmatch(host):
        return _(
            "%(address)s leads nowhere: %(host)s is a name for examples and own networks",
            address=address,
            host=host,
        )
    if not _HOST.fullmatch(host):
        return _(
            "%(address)s leads nowhere: %(host)s is not the name of a site",
            address=address,
            host=host or _("nothing"),
        )
    if parts.username or parts.password:
        return _(
            "%(address)s holds a user name or password, which every reader would see",
            address=address,
        )
    return None
