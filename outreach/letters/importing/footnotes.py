"""Attaches a letter's notes to their marks again, wherever the notes stood.

A mark is a number in superscript digits in the text; its note is a line that begins with the same
number. A mark without a note, and a note without a mark, stay as they are.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
SUPERSCRIPTS = str.maketrans("0123456789", _DIGITS)
_TO_DIGITS = str.maketrans(_DIGITS, "0123456789")

_MARK = re.compile(rf"[{_DIGITS}]+")
# What follows the number of a note is its text; after a mark at a line's start comes punctuation.
_NOTE = re.compile(rf"\s{{0,8}}(?P<mark>[{_DIGITS}]+)(?![,.;:)])\s*(?P<text>.*)")
_NO_MARK_AFTER = re.compile(r"(?:^|[\W\d_])(?:[kcdm]?m|ft|in)$|\\$")  # km², not a note
OWN_MARK = re.compile(r"(?<!\\)\[\^([^\]\s]+)\]")
_NUMBERED = re.compile(r"\[\^(\d+)(?:-\w+)*\]:?")
_OWN_NOTE = re.compile(r" *\[\^(?P<label>[^\]\s]+)\]:")  # Markdown's


class Manuscript(NamedTuple):
    """A letter's text in Markdown with its marks, and the notes, as Markdown defines them."""

    text: str
    notes: list[str]
    wrapped: bool = False  # line ends may be those of a typewriter


@dataclass
class _Note:
    lines: range  # where it stood
    text: str
    label: str = ""  # given when a mark is found for it


@dataclass
class _Notes:
    taken: set[str]  # labels of Markdown's own notes
    by_number: dict[int, list[_Note]] = field(default_factory=lambda: defaultdict(list))
    marks: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def label(self, number: int) -> str:
        """The label of the note for the next mark with this number.

        Where every page began again with ¹, there are as many notes ¹ as marks.
        """
        notes = self.by_number[number]
        place = min(self.marks[number], len(notes) - 1)
        self.marks[number] += 1
        label = str(number) if len(notes) == 1 else f"{number}-{place + 1}"
        notes[place].label = f"{label}-b" if label in self.taken else label
        return notes[place].label


def reattach(text: str) -> Manuscript:
    lines, own = _take_own_notes(text.split("\n"))
    notes = _Notes(set(OWN_MARK.findall(text)))
    found = list(_find_notes(lines))
    standing = {place for _, note in found for place in note.lines}
    for number, note in found:
        notes.by_number[number].append(note)
    marked = [
        line if place in standing else _attach(line, notes) for place, line in enumerate(lines)
    ]
    used = [note for _, note in found if note.label]
    gone = {place for note in used for place in note.lines}
    kept = "\n".join(line for place, line in enumerate(marked) if place not in gone)
    return Manuscript(kept, own + [f"[^{note.label}]: {note.text}" for note in used])


def with_notes(body: str, notes: list[str]) -> str:
    """The notes below the body; one whose mark is not in the body follows as a paragraph."""
    for note in notes:
        own = _OWN_NOTE.match(note)
        is_marked = own is None or f"[^{own['label']}]" in body
        body += "\n\n" + (note if is_marked else raised(note).replace("[^", "\\[^", 1))
    return body


def raised(text: str) -> str:
    """The marks as they were, in superscript, for a text that can have no notes."""
    return _NUMBERED.sub(lambda mark: mark[1].translate(SUPERSCRIPTS), text)


def _find_notes(lines: list[str]) -> Iterator[tuple[int, _Note]]:
    """A note goes on to the next empty line or the next note."""
    starts = [place for place, line in enumerate(lines) if _NOTE.fullmatch(line)]
    for start in starts:
        end = start + 1
        while end < len(lines) and lines[end].strip() and end not in starts:
            end += 1
        first = _NOTE.fullmatch(lines[start])
        if first is None:
            continue
        words = " ".join([first["text"], *map(str.strip, lines[start + 1 : end])]).strip()
        if words:
            words = re.sub(r"^\[(?=[^\]]+\]:)", r"\\[", words)  # no definition inside of one
            yield _number(first["mark"]), _Note(range(start, end), words)


def _attach(line: str, notes: _Notes) -> str:
    def mark(found: re.Match[str]) -> str:
        if _NO_MARK_AFTER.search(line[: found.start()]):
            return found[0]
        numbers = _numbers(found[0], notes)
        return "".join(f"[^{notes.label(number)}]" for number in numbers) or found[0]

    # Behind a mark, a bracket would begin the address of a link.
    return re.sub(r"(?<=\[\^)(\S+?\])(?=[(\[:])(?!\[\^)", r"\1\\", _MARK.sub(mark, line))


def _numbers(mark: str, notes: _Notes) -> list[int]:
    """¹² is twelve if there is a note twelve, else one and two if there are those."""
    for numbers in ([_number(mark)], [_number(digit) for digit in mark]):
        if all(number in notes.by_number for number in numbers):
            return numbers
    return []


def _number(mark: str) -> int:
    return int(mark.translate(_TO_DIGITS))


def _take_own_notes(lines: list[str]) -> tuple[list[str], list[str]]:
    """Markdown's own notes are set aside whole; one without a mark stays, as text."""
    blocks = list(_own_blocks(lines))
    running = "\n".join("\n".join(block) for label, block in blocks if label is None)
    wanted = set(OWN_MARK.findall(running))
    rest: list[str] = []
    notes: list[str] = []
    for label, block in blocks:
        if label in wanted:
            wanted.discard(label)
            notes.append("\n".join(block).strip())
        else:
            rest += block if label is None else [block[0].replace("[", "\\[", 1), *block[1:]]
    return rest, notes


def _own_blocks(lines: list[str]) -> Iterator[tuple[str | None, list[str]]]:
    """Each note of Markdown's with its label, and what stands between them, line by line."""
    place = 0
    while place < len(lines):
        own = _OWN_NOTE.match(lines[place])
        end = _end_of_own_note(lines, place) if own else place + 1
        yield own and own["label"], lines[place:end]
        place = end


def _end_of_own_note(lines: list[str], start: int) -> int:
    """Past its lines, and past the indented paragraphs that follow it."""
    end = start + 1
    while end < len(lines) and not _OWN_NOTE.match(lines[end]):
        begins_anew = not lines[end - 1].strip() and not lines[end].startswith("    ")
        if lines[end].strip() and begins_anew:
            break
        end += 1
    return end
