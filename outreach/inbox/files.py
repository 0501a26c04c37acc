"""Mail in files: single ones of any name, mbox, maildir, and folders of them at any depth."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from outreach.errors import InvalidInput

_ENDINGS = frozenset({".eml", ".mbox"})
_SAMPLE = 8_000  # bytes in which a mail's head shows itself
_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*[!-9;-~]{1,80}[ \t]*:")
_FIELD_OF_MAIL = re.compile(
    rb"^(?:from|to|subject|date|received|return-path|message-id|delivered-to|reply-to)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
# The line that mbox sets before each mail. Unlike a sentence that begins "From" it has a day,
# and, where no blank line stands above it, an hour too.
_DAY = rb"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b"
_BEGINS = re.compile(rb"From .*" + _DAY)
_SURELY_BEGINS = re.compile(rb"From .*" + _DAY + rb".*\d\d:\d\d")


def read_mails(path: Path) -> Iterator[tuple[str, bytes]]:
    """Each mail with what to call it: its path, and in an mbox of several its number there.

    Raises InvalidInput where there is no mail, or where a file cannot be read.
    """
    for file in find_files(path):
        yield from read_file(file)


def find_files(path: Path) -> list[Path]:
    """The files that hold mail: the path itself, or all in a folder that look like it."""
    if not path.is_dir():
        return [path]
    found = [file for file in _walk(path) if _in_maildir(file) or _looks_like_mail(file)]
    if not found:
        raise InvalidInput(f"{path} holds no mail; give single mails, an mbox or a maildir.")
    return found


def read_file(file: Path) -> Iterator[tuple[str, bytes]]:
    """Raises InvalidInput where it cannot be read."""
    try:
        with file.open("rb") as opened:
            yield from read_stream(opened, name(file))
    except OSError as error:
        raise InvalidInput(f"{name(file)} cannot be read: {error.strerror}.") from error


def read_stream(opened: BinaryIO, called: str) -> Iterator[tuple[str, bytes]]:
    first = opened.readline()
    if not first.startswith(b"From "):
        yield called, first + opened.read()
        return
    mails = _in_mbox(opened)
    one, other = next(mails), next(mails, None)
    yield (called if other is None else f"{called}#1"), one
    if other is not None:
        yield f"{called}#2", other
        yield from ((f"{called}#{at}", mail) for at, mail in enumerate(mails, start=3))


def begins_as_mail(content: bytes) -> bool:
    """Whether a mail's head stands at its beginning."""
    sample = content[:_SAMPLE]
    return _HEAD.match(sample) is not None and _FIELD_OF_MAIL.search(sample) is not None


def name(file: Path) -> str:
    """A path as text, whatever bytes it is made of."""
    return os.fsencode(file).decode("utf-8", "replace")


def _in_mbox(opened: BinaryIO) -> Iterator[bytes]:
    """The mails below the first separating line, which has been read."""
    lines: list[bytes] = []
    for line in opened:
        if line.startswith(b"From ") and _separates(line, lines):
            yield _without_last_blank(lines)
            lines = []
        else:
            lines.append(line)
    yield _without_last_blank(lines)


def _separates(line: bytes, above: list[bytes]) -> bool:
    after_blank = not above or not above[-1].strip()
    return (_BEGINS if after_blank else _SURELY_BEGINS).match(line) is not None


def _without_last_blank(lines: list[bytes]) -> bytes:
    """The blank line before the next mail belongs to the mbox."""
    if lines and not lines[-1].strip():
        lines = lines[:-1]
    return b"".join(lines)


def _walk(folder: Path) -> Iterator[Path]:
    for at, folders, files in os.walk(folder):
        if {"cur", "new"} & set(folders):  # what lies in a maildir's tmp is half a mail
            folders[:] = [each for each in folders if each != "tmp"]
        folders.sort()
        yield from (file for file in map(Path(at).joinpath, sorted(files)) if file.is_file())


def _in_maildir(file: Path) -> bool:
    return file.suffix.lower() in _ENDINGS or file.parent.name in ("cur", "new")


def _looks_like_mail(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            sample = opened.read(_SAMPLE)
    except OSError:
        return True  # to be told of, when it is read
    return _BEGINS.match(sample) is not None or begins_as_mail(sample)
