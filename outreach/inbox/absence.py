"""When somebody who is away will be back: dates in the forms that people and programs write."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from outreach.inbox.words import first, numbered, phrases, plain

_LOOKED_AT = 3_000  # characters
FURTHEST = timedelta(days=400)  # a date further off is not the one
_AHEAD = 30  # characters between "back on" and its date; a weekday may stand there
_BEHIND = 25  # characters between a date and its "wieder da" or 返回

_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_NUMBERS = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_NO_YEAR = re.compile(r"(?<![\d./-])(\d{1,2})([./])(\d{1,2})(?![\d:/-])")
_EAST_ASIAN = re.compile(
    r"(?:(\d{4}) ?[年년] ?)?(\d{1,2}) ?[月월] ?(?:\d{1,2} ?[日号號일]? ?[至到~-] ?)?"
    r"(\d{1,2}) ?[日号號일]"
)
_NUMERALS = re.compile(r"[〇零一二三四五六七八九十]{1,4}(?= ?[年月日号號])")
_TENS = re.compile(r"([一二三])?十([一二三四五六七八九])?")
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_OF_MONTH = re.compile(r"(?<![\d/.月~至到-])(\d{1,2})(?:(?:st|nd|rd|th)(?!\w)|[日号])")
_JUST_PAST = timedelta(days=120)  # a date without a year that is not longer ago is no coming one


@dataclass(frozen=True)
class _Found:
    day: date
    start: int
    end: int
    sure: bool = True  # numbers without a year may be a time or a section


def returns_on(text: str, sent: date | None) -> date | None:
    """The last day that an absence notice written on ``sent`` names: of return, or of absence.

    Without ``sent`` only dates with their year can be understood.
    """
    text = _NUMERALS.sub(_in_digits, plain(text[:_LOOKED_AT]))
    found = [each for each in _dates(text, sent) if sent is None or _is_near(each.day, sent)]
    told = [each.day for each in found if _is_told(text, each, found)]
    told += _weekdays(text, sent) if sent and not told else []
    return max(told or [each.day for each in found if each.sure], default=None)


def _in_digits(written: "re.Match[str]") -> str:
    """Chinese numerals: 十二 is 12, 二十 is 20, and years go digit by digit."""
    tens = _TENS.fullmatch(written[0])
    if tens:
        return f"{tens[1] or '一'}{tens[2] or '〇'}".translate(_DIGITS)
    return written[0].translate(_DIGITS)


def _is_near(day: date, sent: date) -> bool:
    return sent <= day <= sent + FURTHEST


def _is_told(text: str, this: _Found, found: list[_Found]) -> bool:
    """Whether "back on" or "until" belongs to this date and not to a neighbour."""
    start = max((each.end for each in found if each.end <= this.start), default=0)
    ahead = text[max(start, this.start - _AHEAD - 20) : this.start]
    if _ends_with(ahead, "back") or _ends_with(ahead, "until"):
        return True
    starts = (each.start for each in found if each.start >= this.end)
    following = min(starts, default=len(text) + 2 * _AHEAD)
    # What stands between two dates belongs to the second.
    return following - this.end >= 2 * _AHEAD and _is_told_behind(text, this.end)


def _is_told_behind(text: str, end: int) -> bool:
    return first(text[end : end + _BEHIND], phrases("returning", "back")) is not None


def _ends_with(text: str, name: str) -> bool:
    """Whether one of the phrases stands so near the end that it belongs to what follows."""
    return any(
        (at := phrase.position(text)) >= 0 and len(text) - at - len(phrase.text) <= _AHEAD
        for phrase in phrases("returning", name)
    )


def _weekdays(text: str, sent: date) -> list[date]:
    """The days that "back on Monday" and "until tomorrow" mean, seen from ``sent``."""
    days = []
    for name, number in _named_days().items():
        boundary = r"(?<!\w)" if name < "\u3000" else ""
        for match in re.finditer(boundary + re.escape(name), text):
            ahead = text[max(0, match.start() - _AHEAD) : match.start()]
            told = _ends_with(ahead, "back") or _ends_with(ahead, "until")
            if told or _is_told_behind(text, match.end()):
                days.append(sent + timedelta(days=_days_until(number, sent)))
    return days


def _days_until(weekday: int, sent: date) -> int:
    return 1 if weekday == 0 else (weekday - sent.isoweekday() - 1) % 7 + 1


@cache
def _named_days() -> dict[str, int]:
    """Weekdays from 1, and 0 for tomorrow."""
    tomorrow = {phrase.text: 0 for phrase in phrases("returning", "tomorrow")}
    return {**numbered("returning", "weekdays"), **tomorrow}


def _dates(text: str, sent: date | None) -> Iterator[_Found]:
    taken: list[tuple[int, int]] = []
    for pattern, read in _forms():
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < other[1] and other[0] < end for other in taken):
                continue
            day = read(match, sent)
            if day is not None:
                taken.append((start, end))
                yield _Found(day, start, end, sure=pattern not in (_NO_YEAR, _OF_MONTH))


Reader = Callable[["re.Match[str]", date | None], date | None]


@cache
def _forms() -> tuple[tuple["re.Pattern[str]", Reader], ...]:
    """The surest form first: what one has taken is no other's."""
    months = "|".join(
        sorted(map(re.escape, numbered("returning", "months")), key=len, reverse=True)
    )
    ordinal = "(?:st|nd|rd|th)"
    day_month = rf"(?<![\d/.])(\d{{1,2}})(?:{ordinal}|er|[oº°.]|-?го)?(?: ?(?:de|of|do|den))?[ /-]?"
    year = r"(?!\w)\.?(?:,?[ /-]?(?:de |del |of |г )?(\d{4}|'\d\d))?"
    month = rf"(?<!\w)({months})\.? ?(?:the )?"
    through = rf"\d{{1,2}}{ordinal}? ?(?:-|to|through|thru|until|till|and|&) ?(?:the )?"
    day_year = rf"(\d{{1,2}}){ordinal}?(?![\d:])(?:,? (\d{{4}}))?"
    return (
        (_ISO, lambda match, _: _day(match[1], match[2], match[3])),
        (re.compile(rf"{day_month}({months}){year}"), _read_day_month),
        (re.compile(f"{month}{through}{day_year}"), _read_month_day),
        (re.compile(f"{month}{day_year}"), _read_month_day),
        (_EAST_ASIAN, lambda match, sent: _in_year(match[1], match[2], match[3], sent)),
        (_NUMBERS, lambda match, sent: _either_way(match, _full(match[4]), sent)),
        (_NO_YEAR, lambda match, sent: _either_way(match, None, sent)),
        (_OF_MONTH, lambda match, sent: sent and _coming(int(match[1]), sent)),
    )  # fmt: skip


def _read_day_month(match: "re.Match[str]", sent: date | None) -> date | None:
    return _in_year(match[3], numbered("returning", "months")[match[2]], match[1], sent)


def _read_month_day(match: "re.Match[str]", sent: date | None) -> date | None:
    return _in_year(match[3], numbered("returning", "months")[match[1]], match[2], sent)


def _either_way(match: "re.Match[str]", year: str | None, sent: date | None) -> date | None:
    """Numbers around dots begin with the day; around strokes the nearer date is meant."""
    one, separator, other = match[1], match[2], match[3]
    day_first, month_first = _in_year(year, other, one, sent), _in_year(year, one, other, sent)
    if separator == "." or sent is None:
        return day_first or month_first
    possible = (day for day in (day_first, month_first) if day and day >= sent)
    return min(possible, default=None)


def _in_year(year: str | None, month: str | int, day: str | int, sent: date | None) -> date | None:
    """A date that names no year is the next one after ``sent``."""
    if year:
        return _day(_full(year), month, day)
    if sent is None:
        return None
    this_year = _day(sent.year, month, day)
    if this_year and this_year > sent - _JUST_PAST:
        return this_year
    return _day(sent.year + 1, month, day)


def _coming(day: int, sent: date) -> date | None:
    """The next day of that number, in this month or in the next."""
    this_month = _day(sent.year, sent.month, day)
    if this_month and this_month >= sent:
        return this_month
    following = sent.replace(day=1) + timedelta(days=32)
    return _day(following.year, following.month, day)


def _full(year: str) -> str:
    return year if len(year) == 4 else f"20{year[-2:]}"


def _day(year: str | int, month: str | int, day: str | int) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
