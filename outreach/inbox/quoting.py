"""The answer apart from what it quotes: a view for reading, never at the price of the text.

By the marks that mail programs set in many languages (``words/*.toml``, section ``quoting``).
mail-parser-reply was measured and left out: it knows neither Arabic nor Russian, and 8,000 blank
lines take it nine seconds, twice as many four times as long.
"""

import re
from collections.abc import Sequence
from itertools import islice

from outreach.inbox.words import begins, first, phrases, plain, word_set

_LONGEST_ATTRIBUTION = 400
_ATTRIBUTION_LINES = 3
_HEAD_LINES = 8
_LONGEST_SIGNATURE = 25
_DEEPEST_SEARCH = 5_000  # lines

_COLON = re.compile(r"[:：]")
_FIELD = re.compile(r"[>*\s]*([^:：]{1,30})[:：]")
_RULE = re.compile(r"[\s_\-=*–—]*")
_INITIALS = re.compile(r"\s{0,3}([^\W\d_]{1,5})>(?=[ >]|$)")
_NUMBER = re.compile(r"\d")
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_CLOCK = re.compile(r"\d{1,2}[:.h]\d{2}")
_DIRECTIONS = " \t\u00a0\u200e\u200f\u202a\u202b\u202c\u2068\u2069"
# GroupWise sets one line above what it quotes, Notes a table of letters, and both mark nothing.
_UNMARKED = re.compile(r">>> .{3,200}\d .{0,20}>>>\s*|\|-{5,}>\s*")
_ENDS_WITH_ADDRESS = re.compile(r"<[^<>@\s]{1,64}@[^<>@\s]{1,255}> ?:$")


def split(text: str) -> tuple[str, str]:
    """What the sender wrote now, and the rest: quoted mails and the signature."""
    lines = text.split("\n")
    marked = _usually_marked(lines)
    history = _history(marked)
    rest = [_is_quoted(line) for line in marked[:history]] + [True] * (len(lines) - history)
    _mark_attributions(marked, rest)
    _mark_signature(marked, rest)
    _mark_phone(marked, rest)
    visible = [line for line, other in zip(lines, rest, strict=True) if not other]
    quoted = [line for line, other in zip(lines, rest, strict=True) if other]
    return "\n".join(visible).strip(), "\n".join(quoted).strip()


def _usually_marked(lines: list[str]) -> list[str]:
    """With ">" for the "AB>" by which The Bat and its like quote somebody of these initials.

    Only where a line above says who wrote it: people also set their own words so.
    """
    near = enumerate(lines[:_DEEPEST_SEARCH])
    found = next(((at, each) for at, line in near if (each := _INITIALS.match(line))), None)
    if found is None:
        return lines
    at, initials = found
    quoted = re.compile(rf"\s{{0,3}}{initials[1]}>")
    marked = [quoted.sub(">", line, count=1) if quoted.match(line) else line for line in lines]
    start, end = _attribution_above(marked, at) if at else (0, 0)
    return marked if start < end else lines


def _history(lines: Sequence[str]) -> int:
    """Where an earlier mail begins that is not marked line by line, or the end."""
    empty_so_far = True
    for at, line in enumerate(lines[:_DEEPEST_SEARCH]):
        if _is_separator(line) or _is_head(lines, at, alone=empty_so_far):
            return _above_rule(lines, at)
        if _is_bare_head(lines, at) or (not empty_so_far and _UNMARKED.fullmatch(line)):
            return at
        length = _attribution(lines, at)
        # With nothing above it may be the answer itself that tells what somebody wrote.
        if length and not empty_so_far and not _quotes_follow(lines, at + length):
            return at
        empty_so_far = empty_so_far and not line.strip()
    return len(lines)


def _above_rule(lines: Sequence[str], at: int) -> int:
    """A rule above the quoted mail belongs to it."""
    while at > 0 and _RULE.fullmatch(lines[at - 1]):
        at -= 1
    return at


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _is_separator(line: str) -> bool:
    """Whether it says -----Original Message-----, or "Begin forwarded message:"."""
    line = line.strip().strip("> ")
    if not 5 < len(line) < 120 or not (line[0] in "-_=*" or _COLON.match(line[-1])):
        return False
    return first(plain(line), phrases("quoting", "original")) is not None


def _is_head(lines: Sequence[str], at: int, *, alone: bool) -> bool:
    """Three fields of a mail's head, with a sender among them.

    Where nothing stands above it may be a memorandum's own: then it has to show an address.
    """
    if _field(lines[at]) is None:
        return False
    block = list(islice((line for line in lines[at : at + 30] if line.strip()), _HEAD_LINES))
    names = {name for name in map(_field, block) if name}
    senders = names & word_set("quoting", "from")
    return len(names) >= 3 and bool(senders) and (not alone or any("@" in line for line in block))


def _is_bare_head(lines: Sequence[str], at: int) -> bool:
    """Notes sets the sender, the date, and names of fields without colons, each on its line."""
    dated = lines[at + 1] if at + 1 < len(lines) else ""
    if "20" not in dated or not lines[at].strip():  # asked of every line, so the cheapest first
        return False
    if not (_YEAR.search(dated) and _CLOCK.search(dated)):
        return False
    following = {plain(line[:40]) for line in lines[at + 2 : at + 14]}
    return len(following & word_set("quoting", "fields")) >= 3


def _field(line: str) -> str | None:
    """The name of a mail's field that the line begins with, in any language."""
    found = _FIELD.match(line)
    if found is None:
        return None
    name = plain(found[1]).strip("* ")
    known = name in word_set("quoting", "from") or name in word_set("quoting", "fields")
    return name if known else None


def _attribution(lines: Sequence[str], at: int, *, quotes_below: bool = False) -> int:
    """How many lines "On ... somebody wrote:" takes from here; 0 when it is none."""
    near = lines[at : at + _ATTRIBUTION_LINES]
    if not any(_COLON.search(line) for line in near):  # asked of every line
        return 0
    joined = ""
    for length, line in enumerate(near, start=1):
        joined = f"{joined} {line.strip(_DIRECTIONS)}".strip()
        if not line.strip() or len(joined) > _LONGEST_ATTRIBUTION:
            return 0
        if joined.endswith((":", "：")):
            own = length > 1 and _begins_below(lines, at, length)
            return length if not own and _says_who_wrote(plain(joined), quotes_below) else 0
    return 0


def _begins_below(lines: Sequence[str], at: int, length: int) -> bool:
    """Whether the first line is the answer's last: its date stands in a line of its own below."""
    below = "".join(lines[at + 1 : at + length])
    dated = [_YEAR.search(each) or _CLOCK.search(each) for each in (lines[at], below)]
    return dated[0] is None and dated[1] is not None


def _says_who_wrote(line: str, quotes_below: bool) -> bool:
    if not _NUMBER.search(line):
        return False
    if _ENDS_WITH_ADDRESS.search(line) and _YEAR.search(line):
        return True
    # A sentence of the answer itself may tell what somebody wrote in some year.
    sure = quotes_below or "@" in line
    told = ("wrote", "you_wrote") if quotes_below else ("wrote",)
    return sure and any(first(line, phrases("quoting", name)) for name in told)


def _quotes_follow(lines: Sequence[str], at: int) -> bool:
    following = next((line for line in lines[at : at + 5] if line.strip()), "")
    return _is_quoted(following)


def _mark_attributions(lines: Sequence[str], rest: list[bool]) -> None:
    """Lines that say who wrote what is quoted below them are no answer either."""
    for at in range(1, min(len(lines), _DEEPEST_SEARCH)):
        if _is_quoted(lines[at]) and not _is_quoted(lines[at - 1]):
            start, end = _attribution_above(lines, at)
            rest[start:end] = [True] * (end - start)


def _attribution_above(lines: Sequence[str], at: int) -> tuple[int, int]:
    end = at if lines[at - 1].strip() else at - 1  # one blank line may stand between
    for start in range(end - 1, max(-1, end - 1 - _ATTRIBUTION_LINES), -1):
        if _attribution(lines, start, quotes_below=True) == end - start:
            return start, at
    return at, at


def _mark_signature(lines: Sequence[str], rest: list[bool]) -> None:
    """From the line "-- " on (RFC 3676), unless so much follows that it may be something else."""
    own = [at for at, other in enumerate(rest) if not other]
    start = next((at for at in own if lines[at].rstrip() == "--"), None)
    if start is None:
        return
    signature = [at for at in own if at >= start]
    if len(signature) <= _LONGEST_SIGNATURE and any(lines[at].strip() for at in own if at < start):
        for at in signature:
            rest[at] = True


def _mark_phone(lines: Sequence[str], rest: list[bool]) -> None:
    """The last line where a program says what it was sent from."""
    for at in reversed(range(len(lines))):
        if rest[at] or _RULE.fullmatch(lines[at]):
            continue
        if len(lines[at]) > 100 or not begins(plain(lines[at]), phrases("quoting", "phone")):
            return
        rest[at] = True
