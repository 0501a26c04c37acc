"""When somebody who is away will be back."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain

from outreach.inbox import days, relative_days
from outreach.inbox.days import Found
from outreach.inbox.words import first, phrases, plain

_LOOKED_AT = 3_000  # characters
FURTHEST = timedelta(days=400)  # a date further off is not the one
_AHEAD = 45  # characters between "back on" and its date; a weekday may stand there
_AFTERWARDS = re.compile("(?:之|以)?[后後]")
_BEHIND = 35  # characters between a date and its "wieder da" or 返回

_THROUGH = re.compile(r"\.? ?[-~/] ?")
_DAY = timedelta(days=1)
_LAST_YEAR = 9_990  # of what can be reckoned with
_STOPS = re.compile(r"[.,;:!?。，；：！？،؛؟](?!\d)")
_MORNING = re.compile(
    r"[ ,]{0,2}(?:at |um |a las |à |alle |às |в |ab )?0?(\d|1[01])[:.h]\d\d(?!\d| ?p)"
)


def returns_on(text: str, sent: date | None) -> date | None:
    """The first day on which the writer of an absence notice of ``sent`` is there again.

    "Back on X" is X. "Until X", "to X", "bis X", "jusqu'au X", "до X", "по X", "至X" and a bare X
    name the last day away in every language, with or without "inclusive": then it is the day
    after X. It is X where the notice also says "back on X" ("not back until X", "until X at 9:00").
    The latest such day counts. Without ``sent`` only dates with their year can be understood.
    """
    told, dates = _days_of_return(text, sent)
    found = told or [each.last + _DAY for each in dates if each.sure]
    return max((day for day in found if sent is None or day >= sent), default=None)


def tells_return(text: str, sent: date | None) -> bool:
    """Whether a day stands there beside a word of coming back or of lasting until then.

    Opening hours name weekdays too, always two of them.
    """
    told, dates = _days_of_return(text, sent)
    return bool(told) and (bool(dates) or not relative_days.names_two_weekdays(plain(text)))


def _days_of_return(text: str, sent: date | None) -> tuple[list[date], list[Found]]:
    """Those that a word makes one, and all dates."""
    if sent and sent.year > _LAST_YEAR:
        sent = None
    text = days.digits(plain(text[:_LOOKED_AT]))
    dates = [each for each in days.find(text, sent) if _is_near(each, sent)]
    told = list(_told(text, dates))
    if sent and not told:
        relative = (each for each in relative_days.find(text, sent) if _is_near(each, sent))
        told = list(_told(text, list(relative)))
    return told, dates


def _is_near(found: Found, sent: date | None) -> bool:
    return found.day.year <= _LAST_YEAR and (sent is None or sent <= found.day <= sent + FURTHEST)


def _told(text: str, found: list[Found]) -> Iterator[date]:
    """The days of return that "back on" and "until" make of the days they stand beside."""
    roles = [(each, _role(text, each, found)) for each in found]
    back = {each.day for each, role in roles if role == "back"}
    away = {each.last for each, role in roles if role == "away"} - back
    return chain(back, (day + _DAY for day in away))


def _role(text: str, this: Found, found: list[Found]) -> str | None:
    """Whether it is a day "back" or the last one "away", or None if nothing says so."""
    start = max((each.end for each in found if each.end <= this.start), default=0)
    ahead = text[max(start, this.start - _AHEAD - 20) : this.start]
    if any(_ends_with(ahead, name) is not None for name in ("after", "during")) or (
        _AFTERWARDS.match(text, this.end)
    ):
        return "away"
    if start and _THROUGH.fullmatch(ahead):
        return "away"
    until, back = _ends_with(ahead, "until"), _ends_with(ahead, "back")
    if back is not None and (until is None or not _STOPS.search(ahead[back:until])):
        return "back"
    behind = _back_behind(text, this, found)
    if until is None:
        return "back" if behind is not None else None
    comes_back = behind is not None and behind <= 1
    return "back" if comes_back or _MORNING.match(text, this.end) else "away"


def _back_behind(text: str, this: Found, found: list[Found]) -> int | None:
    """How far behind the day stands its "wieder da", if that is not of the next day."""
    starts = (each.start for each in found if each.start >= this.end)
    # What stands between two dates belongs to the second.
    if min(starts, default=len(text) + 2 * _AHEAD) - this.end < 2 * _AHEAD:
        return None
    near = text[this.end : this.end + _BEHIND]
    phrase = first(near, phrases("returning", "back"))
    return phrase.position(near) if phrase else None


def _ends_with(text: str, name: str) -> int | None:
    """Where a phrase begins that is so near the end that it belongs to what follows."""
    near = _AHEAD if name in ("back", "until") else 3
    places = ((phrase, phrase.position(text)) for phrase in phrases("returning", name))
    return max(
        (at for phrase, at in places if at >= 0 and len(text) - at - len(phrase.text) <= near),
        default=None,
    )
