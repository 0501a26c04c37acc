"""Finds the parts of a letter: who it is to, when, on what, the text from greeting to closing, who
signed it. What is not recognised stays in the text.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from outreach.letters.importing import phrases
from outreach.letters.importing.footnotes import OWN_MARK, Manuscript, raised, with_notes
from outreach.letters.markdown import letter_markdown
from outreach.letters.plain import inline_text
from outreach.letters.source import LetterSource

_GREETING_WITHIN = 40  # lines
_SIGNATORIES_WITHIN = 60
_LONGEST_NAME = 100
_LONGEST_DATE = 60
_STRAY_NOTE = re.compile(r"\s*[⁰¹²³⁴⁵⁶⁷⁸⁹]")  # without a mark, below the names
_IN_THE_TEXT = re.compile(rf"^\s*(?:[-*+>#]|\d+[.)])\s|{OWN_MARK.pattern}")


def recognise(manuscript: Manuscript, blank: LetterSource) -> LetterSource:
    """``blank`` with what the manuscript says; only its body is Markdown, the rest bare words."""
    lines = manuscript.text.strip("\n").split("\n")
    markdown = letter_markdown()
    # A backslash at the end of a line only says that the line ends there.
    bare = [line.removesuffix("\\") for line in lines]
    words = [inline_text(markdown.parseInline(line)).strip() for line in bare]
    start = _end_of_heading(words)
    end = start + _end_of_body(lines[start:], words[start:])
    strays = [line for line in lines[end:] if _STRAY_NOTE.match(line)]
    body = "\n".join(lines[start:end]).strip("\n").removesuffix("\\")
    body = "\n\n".join([re.sub(r"\n{3,}", "\n\n", body), *strays])
    return replace(
        _with_heading([raised(line) for line in words[:start]], blank),
        body=with_notes(body, manuscript.notes),
        signatories=_signatories(words[end:]),
    )


def _end_of_heading(words: Sequence[str]) -> int:
    """The line of the greeting; without one, the line below the subject; else the first line."""
    top = list(enumerate(words[:_GREETING_WITHIN]))
    greeting = next((place for place, line in top if phrases.GREETING.fullmatch(line)), None)
    subject = next((place for place, line in top if phrases.SUBJECT.fullmatch(line)), -1)
    return subject + 1 if greeting is None else greeting


def _with_heading(words: Sequence[str], blank: LetterSource) -> LetterSource:
    found: dict[str, str] = {}
    rest: list[str] = []
    for line in words:
        kind, text = _kind(line)
        if kind and kind not in found:
            found[kind] = text
        else:
            rest.append(line)
    return replace(
        blank,
        subject=found.get("subject", blank.subject),
        date=found.get("date", ""),
        reference=found.get("reference", ""),
        addressee="\n".join(filter(None, rest)),
    )


def _kind(line: str) -> tuple[str, str]:
    """Which field a line of the heading fills, if any, and with what."""
    if subject := phrases.SUBJECT.fullmatch(line):
        return "subject", subject["text"]
    if phrases.REFERENCE.fullmatch(line):
        return "reference", line
    is_date = len(line) <= _LONGEST_DATE and phrases.DATE.search(line)
    return ("date", line) if is_date else ("", "")


def _end_of_body(lines: Sequence[str], words: Sequence[str]) -> int:
    """Below the closing, if nothing but names follows it; else all is body."""
    for place in reversed(range(len(lines))):
        if phrases.CLOSING.match(words[place]):
            return place + 1 if _are_names(lines[place + 1 :], words[place + 1 :]) else len(lines)
    return len(lines)


def _are_names(lines: Sequence[str], words: Sequence[str]) -> bool:
    return len(lines) <= _SIGNATORIES_WITHIN and not any(
        len(text) > _LONGEST_NAME or _IN_THE_TEXT.search(line) or phrases.AFTERTHOUGHT.match(text)
        for line, text in zip(lines, words, strict=True)
        if not _STRAY_NOTE.match(line)
    )


def _signatories(words: Sequence[str]) -> tuple[str, ...]:
    """A block of lines is one person with a title; if there is but one block, each line is one."""
    named = [
        line if any(map(str.isalnum, line)) and not _STRAY_NOTE.match(line) else ""
        for line in words
    ]
    blocks = "\n".join(named).strip("\n")
    separator = r"\n{2,}" if "\n\n" in blocks else r"\n"
    return tuple(block for block in re.split(separator, blocks) if block)
