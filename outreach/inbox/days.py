"""Days of the calendar as people and programs write them, with or without a year."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from outreach.inbox.words import numbered

_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_NUMBERS = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_NO_YEAR = re.compile(r"(?<![\d./])(?<!\d-)(\d{1,2})([./])(\d{1,2})(?![\d:/-])")
_EAST_ASIAN = re.compile(
    r"(?:(\d{4}) ?[年년] ?)?(\d{1,2}) ?[月월] ?(?:\d{1,2} ?[日号號일]? ?[至到~-] ?)?"
    r"(\d{1,2}) ?[日号號일]"
)
_NUMERALS = re.compile(r"[〇零一二三四五六七八九十]{1,4}(?= ?[年月日号號])")
_TENS = re.compile(r"([一二三])?十([一二三四五六七八九])?")
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_OF_MONTH = re.compile(r"(?<![\d/.月~-])(\d{1,2})(?:(?:st|nd|rd|th)(?!\w)|[日号])")
_JUST_PAST = timedelta(days=120)  # a date without a year that is not longer ago is no coming one


@dataclass(frozen=True)
class Found:
    """Where a day stands; after ``last`` an absence is over that lasts until then."""

    day: date
    start: int
    end: int
    last: date
    sure: bool = True  # numbers without a year may be a time or a section


def digits(text: str) -> str:
    """With Chinese numerals of dates in digits: 十二 is 12, 二十 is 20, years go digit by digit."""
    return _NUMERALS.sub(_in_digits, text)


def _in_digits(written: "re.Match[str]") -> str:
    tens = _TENS.fullmatch(written[0])
    if tens:
        return f"{tens[1] or '一'}{tens[2] or '〇'}".translate(_DIGITS)
    return written[0].translate(_DIGITS)


def find(text: str, sent: date | None) -> Iterator[Found]:
    taken: list[tuple[int, int]] = []
    for pattern, read in _forms():
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < other[1] and other[0] < end for other in taken):
                continue
            day = read(match, sent)
            if day is not None:
                taken.append((start, end))
                yield Found(day, start, end, day, sure=pattern not in (_NO_YEAR, _OF_MONTH))


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
        (_ISO, lambda match, _: a_day(match[1], match[2], match[3])),
        (re.compile(rf"{day_month}({months}){year}"), _read_day_month),
        (re.compile(f"{month}{through}{day_year}"), _read_month_day),
        (re.compile(f"{month}{day_year}"), _read_month_day),
        (_EAST_ASIAN, lambda match, sent: in_year(match[1], match[2], match[3], sent)),
        (_NUMBERS, lambda match, sent: _either_way(match, _full(match[4]), sent)),
        (_NO_YEAR, lambda match, sent: _either_way(match, None, sent)),
        (_OF_MONTH, lambda match, sent: sent and coming(int(match[1]), sent)),
    )  # fmt: skip


def _read_day_month(match: "re.Match[str]", sent: date | None) -> date | None:
    return in_year(match[3], numbered("returning", "months")[match[2]], match[1], sent)


def _read_month_day(match: "re.Match[str]", sent: date | None) -> date | None:
    return in_year(match[3], numbered("returning", "months")[match[1]], match[2], sent)


def _either_way(match: "re.Match[str]", year: str | None, sent: date | None) -> date | None:
    """Numbers around dots begin with the day; around strokes the nearer date is meant."""
    one, separator, other = match[1], match[2], match[3]
    day_first, month_first = in_year(year, other, one, sent), in_year(year, one, other, sent)
    if separator == "." or sent is None:
        return day_first or (month_first if year else None)  # "12.30" is a time of day
    possible = (day for day in (day_first, month_first) if day and day >= sent)
    return min(possible, default=None)


def in_year(year: str | None, month: str | int, day: str | int, sent: date | None) -> date | None:
    """A date that names no year is the next one after ``sent``."""
    if year:
        return a_day(_full(year), month, day)
    if sent is None:
        return None
    this_year = a_day(sent.year, month, day)
    if this_year and this_year > sent - _JUST_PAST:
        return this_year
    return a_day(sent.year + 1, month, day)


def coming(day: int, sent: date) -> date | None:
    """The next day of that number, in this month or in the next."""
    this_month = a_day(sent.year, sent.month, day)
    if this_month and this_month >= sent:
        return this_month
    following = sent.replace(day=1) + timedelta(days=32)
    return a_day(following.year, following.month, day)


def _full(year: str) -> str:
    return year if len(year) == 4 else f"20{year[-2:]}"


def a_day(year: str | int, month: str | int, day: str | int) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
