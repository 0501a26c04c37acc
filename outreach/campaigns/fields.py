"""What may stand behind the keys of a schedule file, each kind with its check and its words."""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, time
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from outreach.campaigns.timing import RECIPIENT, Delay, parse_delay, time_zone
from outreach.delivery.addresses import canonical
from outreach.errors import InvalidInput
from outreach.letters.enclosures import LONGEST_NAME, checked_name
from outreach.texts import gettext as _

_NAME = r"^[a-z0-9][a-z0-9_-]*$"
_LANGUAGE = r"^([a-z]{2,3}(-[A-Za-z]{2,8})?)?$"

Checked = TypeVar("Checked")


def _one_line(text: str) -> str:
    if any(unicodedata.category(letter) in {"Cc", "Zl", "Zp"} for letter in text):
        raise ValueError(_("this must be one line without control characters"))
    return text.strip()


def _not_blank(text: str) -> str:
    if not text:
        raise ValueError(_("this is empty"))
    return text


def _address(text: str) -> str:
    return _worded(canonical, text)


def _file_name(text: str) -> str:
    return _worded(checked_name, text)


def _zone(text: str) -> str:
    return text if text == RECIPIENT else _worded(time_zone, text).key


def _delay(value: object) -> Delay:
    return _worded(parse_delay, str(value))


def _clock_time(value: object) -> object:
    if isinstance(value, str):
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
            raise ValueError(_('"%(text)s" is no time of day', text=value[:20]))
        return time.fromisoformat(value)
    return value


def _wall_clock(value: object) -> object:
    if isinstance(value, datetime) and value.tzinfo:
        said = _("this is wall-clock time in each recipient's own zone; write it without an offset")
        raise ValueError(said)
    if isinstance(value, datetime) and not 2000 <= value.year < 3000:
        raise ValueError(_("the year %(year)s cannot be right", year=value.year))
    return value


def _worded(check: Callable[[str], Checked], text: str) -> Checked:
    """Our errors in the shape that pydantic gathers."""
    try:
        return check(text)
    except InvalidInput as error:
        raise ValueError(str(error)) from None


def _unique(values: list[str]) -> list[str]:
    if len(set(values)) < len(values):
        raise ValueError(_("this names one thing twice"))
    return values


Line = Annotated[str, Field(max_length=300), AfterValidator(_one_line)]
Text = Annotated[Line, AfterValidator(_not_blank)]
Name = Annotated[str, Field(max_length=80, pattern=_NAME)]
Address = Annotated[Text, AfterValidator(_address)]
Language = Annotated[str, Field(pattern=_LANGUAGE)]  # a code, or nothing
FileName = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(_file_name)]
Zone = Annotated[str, AfterValidator(_zone)]
WallClock = Annotated[
    datetime,
    BeforeValidator(_wall_clock),
    WithJsonSchema({"type": "string", "format": "local-date-time"}),
]
ClockTime = Annotated[
    time,
    BeforeValidator(_clock_time),
    WithJsonSchema({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}),
]
Waiting = Annotated[
    Delay,
    BeforeValidator(_delay),
    WithJsonSchema({"type": "string", "examples": ["48h", "3 days", "7 working days"]}),
]

distinct = AfterValidator(_unique)  # for lists
