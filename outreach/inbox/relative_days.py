"""Days told from the day of writing: weekdays, "in two weeks", "end of August", "until the 14"."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import cache

from outreach.inbox.days import Found, coming
from outreach.inbox.words import numbered, phrases

_Span = tuple[date, date]  # the day of "back then", and the last day of "away until then"
_Reader = Callable[["re.Match[str]", date], _Span | None]

_DAY = timedelta(days=1)
_DAYS_OF = (1, 7, 30)  # a day, a week, a month
_OF = r"(?: (?:of|de|di|do)(?= )| d')?[ -]?"
_YEAR = r"(?: (?:de )?(?P<year>20\d\d))?"
_NEXT = "下"  # before a Chinese weekday: the one of the week that comes


def find(text: str, sent: date) -> Iterator[Found]:
    for pattern, read in _forms():
        for match in pattern.finditer(text):
            span = read(match, sent)
            if span:
                start = match.start("day") if "day" in pattern.groupindex else match.start()
                yield Found(span[0], start, match.end(), span[1], sure=False)


def names_two_weekdays(text: str) -> bool:
    """One right behind the other: "Monday to Friday"."""
    return _week_of_work().search(text) is not None


@cache
def _week_of_work() -> "re.Pattern[str]":
    weekday = _whole(_any(numbered("returning", "weekdays")))
    return re.compile(rf"{weekday}.{{1,6}}{weekday}")


@cache
def _forms() -> tuple[tuple["re.Pattern[str]", _Reader], ...]:
    """``day`` is where the day begins that a word like "until" before it belongs to."""
    units = _any(numbered("returning", "units"))
    count = rf"(?P<count>\d{{1,2}}|{_any(numbered('returning', 'numbers'))})"
    months = _any(numbered("returning", "months"))
    month = f"(?P<month>{months})"
    part = f"(?P<part>{_any(_parts())})"
    no_day = rf" ?[\d:/%]|[.,]\d|\.? ?(?:(?:de|of) )?(?:{_named('hours')}|{months}|{units})"
    number = rf"(?P<day>\d{{1,2}})(?!{no_day})"
    week = rf"{_whole(_named('week'))} ?(?P<week>\d{{1,2}})(?!\d)"
    forms: tuple[tuple[str, _Reader], ...] = (
        (f"(?P<next>{_NEXT}[个個]?)?{_whole(_in_week())}", _weekday),
        (_whole(_named("tomorrow")), lambda _, sent: _only(sent + _DAY)),
        (_whole(_named("next_week")), _next_week),
        (rf"{_whole(count)} ?[个個]?{_whole(f'(?P<unit>{units})')}", _in_some_time),
        (_whole(f"(?P<pair>{_any(numbered('returning', 'pairs'))})"), _in_some_time),
        (week, _week),
        (r"第 ?(?P<week>\d{1,2}) ?[周週]", _week),
        (f"{_whole(part)}{_OF}{_whole(month)}{_YEAR}", _part),
        (r"(?P<month>\d{1,2}) ?月(?P<part>初|中旬?|底|末)(?P<year>(?!))?", _part),
        (f"{_whole(_named('in_month'))} (?P<day>{_whole(month)}){_YEAR}", _month),
        (f"{_whole(_named('until_day'))} {number}", _of_month),
    )
    return tuple((re.compile(pattern), read) for pattern, read in forms)


def _in_week() -> str:
    return f"(?P<weekday>{_any(numbered('returning', 'weekdays'))})"


def _any(words: Iterable[str]) -> str:
    return "(" + "|".join(sorted(map(re.escape, words), key=len, reverse=True) or ["(?!)"]) + ")"


def _named(name: str) -> str:
    return _any(phrase.text for phrase in phrases("returning", name))


def _whole(group: str) -> str:
    """Words of alphabets that set them apart by spaces are not looked for within others."""
    return rf"(?<![^\W\d_\u3000-\U0010ffff]){group}(?![^\W\d_\u3000-\U0010ffff])"


@cache
def _parts() -> dict[str, int]:
    """The beginning, the middle and the end of a month, by 1 to 3."""
    return numbered("returning", "parts")


def _only(day: date) -> _Span:
    return day, day


def _weekday(match: "re.Match[str]", sent: date) -> _Span:
    ahead = numbered("returning", "weekdays")[match["weekday"]] - sent.isoweekday()
    return _only(sent + timedelta(days=ahead + 7 if match["next"] else (ahead - 1) % 7 + 1))


def _next_week(_: "re.Match[str]", sent: date) -> _Span:
    return _after(8 - sent.isoweekday(), sent)


def _in_some_time(match: "re.Match[str]", sent: date) -> _Span:
    told = match.groupdict()
    if "pair" in told:  # Arabic has a form of its own for two of something
        return _after(2 * _DAYS_OF[numbered("returning", "pairs")[told["pair"]] - 1], sent)
    count = numbered("returning", "numbers").get(told["count"]) or int(told["count"])
    return _after(count * _DAYS_OF[numbered("returning", "units")[told["unit"]] - 1], sent)


def _after(days: int, sent: date) -> _Span:
    day = sent + timedelta(days=days)
    return day, day - _DAY


def _week(match: "re.Match[str]", sent: date) -> _Span | None:
    mondays = (_monday(year, int(match["week"])) for year in (sent.year, sent.year + 1))
    found = next((day for day in mondays if day and day + 6 * _DAY >= sent), None)
    return (found, found + 6 * _DAY) if found else None


def _monday(year: int, week: int) -> date | None:
    try:
        return date.fromisocalendar(year, week, 1)
    except ValueError:
        return None


def _part(match: "re.Match[str]", sent: date) -> _Span | None:
    months = numbered("returning", "months")
    month = months.get(match["month"]) or int(match["month"])
    if not 1 <= month <= 12:
        return None
    year = int(match["year"] or sent.year + (month < sent.month))
    ends = (1, 15, monthrange(year, month)[1])
    return _only(date(year, month, ends[_parts()[match["part"]] - 1]))


def _month(match: "re.Match[str]", sent: date) -> _Span | None:
    """Until a month is until it begins."""
    month = numbered("returning", "months")[match["month"]]
    if month == sent.month and not match["year"]:
        return None
    first = date(int(match["year"] or sent.year + (month <= sent.month)), month, 1)
    return first, first - _DAY


def _of_month(match: "re.Match[str]", sent: date) -> _Span | None:
    day = coming(int(match["day"]), sent)
    return _only(day) if day else None
