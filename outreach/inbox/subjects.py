"""The subject of an answer: that of the mail answered behind one "Re:"."""

import re

from outreach.letters.markers import one_line

_LONGEST = 250

# What mail programs put before the subject of an answer or of a mail passed on, in many languages.
_MARKS = (
    "re", "aw", "antw", "antwort", "sv", "vs", "vb", "rif", "r", "rép", "rep", "tr",
    "odp", "ynt", "res", "enc", "rv", "fw", "fwd", "wg", "i", "ots", "отв", "ответ", "на",
    "пересл", "رد", "إعادة", "回复", "回覆", "答复", "答覆", "转发", "轉寄",
)  # fmt: skip
_MARK = re.compile(
    rf"(?:{'|'.join(sorted(_MARKS, key=len, reverse=True))})\.?\s?(?:\[\d+\]|\(\d+\))?\s?[:：]\s*",
    re.IGNORECASE,
)


def of_answer(subject: str) -> str:
    subject = one_line(subject)
    while found := _MARK.match(subject):
        subject = subject[found.end() :]
    return f"Re: {subject}"[:_LONGEST].strip()
