"""Mails worded by hand after what programs and people write (``tests/payloads/mail/corpus``)."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.inbox.samples import FOLDER

_REST = "~~~\n"
_USUAL = {
    "from": "From: Ana Person <ana@mission-x.example>",
    "to": "To: letters@example.org",
    "date": "Date: Tue, 17 Nov 2026 09:00:00 +0000",
    "content-type": "Content-Type: text/plain; charset=utf-8",
}


@dataclass(frozen=True)
class Written:
    """A mail and what it should be found to be; ``told`` has what was noted beside its kind."""

    name: str
    kind: str
    told: dict[str, str]
    content: bytes
    visible: str | None


def written(file: str) -> list[Written]:
    text = (FOLDER / "corpus" / f"{file}.txt").read_text("utf-8")
    return [_mail(each) for each in text.split("\n=== ")[1:]]


def everything() -> Iterator[Written]:
    for file in sorted((FOLDER / "corpus").glob("*.txt")):
        yield from written(file.stem)


def _mail(block: str) -> Written:
    first, _, mail = block.partition("\n")
    name, kind, *told = first.split()
    head, _, body = f"{mail}\n".partition("\n\n")
    visible = body.partition(_REST)[0].strip() if _REST in body else None
    notes = dict(each.split("=", 1) for each in told)
    if "shows" in notes:
        visible = notes["shows"].replace("_", " ")
    if "text/html" in head:
        visible = None
    content = f"{_full(head)}\n\n{body.replace(_REST, '')}"
    return Written(name, kind, notes, content.encode(), visible)


def _full(head: str) -> str:
    """With the usual fields, where the mail does not bring its own."""
    names = {line.partition(":")[0].lower() for line in head.splitlines()}
    return "\n".join([head, *(line for name, line in _USUAL.items() if name not in names)])
