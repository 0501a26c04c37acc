"""Recorded mails (``tests/payloads/mail``), all at reserved example domains."""

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "payloads/mail"
NAMES = sorted(path.stem for path in FOLDER.glob("*.eml"))


def sample(name: str) -> bytes:
    return (FOLDER / f"{name}.eml").read_bytes()


def a_mail(text: str = "Thank you.", **fields: str) -> bytes:
    """A plain mail; ``in_reply_to="<x@y>"`` becomes a field of that name."""
    head = {"from": "Ana <ana@mission-fr.example>", "to": "inbox@in.example.org", **fields}
    lines = [f"{name.replace('_', '-').title()}: {value}" for name, value in head.items()]
    return "\r\n".join([*lines, "Content-Type: text/plain; charset=utf-8", "", text]).encode()
