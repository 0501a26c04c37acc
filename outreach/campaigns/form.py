"""The schedule file as a form: its values as texts, and a form's texts written back into the file.

Both go through the same file: what a form says is written into it, and the file is then checked by
``schedule.check``. What is not changed stays as it stands in the file, with its comments.
"""

import tomllib
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from datetime import datetime, time
from typing import Any

import tomlkit
from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from tomlkit.items import AoT, Array

from outreach.campaigns.mistakes import Mistake
from outreach.campaigns.schedule import CampaignTable, PaceTable, Stop, WindowTable

Form = dict[str, list[str]]  # texts by key, as in "pace.per_hour" and "steps[2].after"

MOST_STEPS = 4
EMPTY = "# A word on every line: schedules/wipo-russia-office.toml\n\n[campaign]\n\n[[steps]]\n"

_TEXTS = (
    "campaign.name",
    "campaign.letter",
    "campaign.sender.name",
    "campaign.sender.address",
    "campaign.sender.postal",
    "campaign.sender.place",
    "campaign.stop.scope",
    "campaign.opens",
    "window.from",
    "window.until",
    "window.zone",
    "window.holidays",
    "pace.latest_after",
)
_NUMBERS = (
    "pace.per_hour",
    "pace.per_domain_per_hour",
    "pace.per_sender_per_hour",
    "pace.ramp_up",
    "pace.pause_after_refusals",
)
_MANY = ("campaign.lists", "campaign.enclosures", "campaign.stop.on", "window.days")
_MOMENT, _LANGUAGE = "campaign.start", "campaign.fallback_language"
KEYS = (*_TEXTS, *_NUMBERS, *_MANY, _MOMENT, _LANGUAGE)
_GROUPS = ("campaign", "campaign.sender", "campaign.stop", "window", "pace", "steps")


def read_form(text: str) -> Form:
    """What a schedule file says, right or wrong, and the defaults of what it does not say.

    ``text`` must be TOML.
    """
    tables = tomllib.loads(text)
    form = {key: _shown(_found(tables, key, _found(_DEFAULTS, key))) for key in KEYS}
    return {**form, **_steps_form(tables.get("steps"))}


def write_form(text: str, form: Mapping[str, Sequence[str]]) -> str:
    """The file with what the form changes in it; a field left empty takes its key out."""
    document = tomlkit.parse(text)
    before, given = read_form(text), _trimmed(form)
    for key in KEYS:
        if given.get(key, []) != before[key]:
            _set(document, key.split("."), _value(key, given.get(key, [])))
    if _steps_of(given) != _steps_of(before):
        _set_steps(document, _steps_of(given))
    return tomlkit.dumps(document)


def beside(mistakes: Iterable[Mistake]) -> dict[str, list[Mistake]]:
    """Mistakes by the field or group of fields that they belong to; under "" those of none."""
    steps = (f"steps[{n}]{part}" for n in range(1, MOST_STEPS + 1) for part in ("", *_STEP_PARTS))
    places = sorted([*KEYS, *_GROUPS, *steps], key=len, reverse=True)
    found: dict[str, list[Mistake]] = {}
    for mistake in mistakes:
        found.setdefault(_place(mistake.key, places), []).append(mistake)
    return found


_STEP_PARTS = (".letter", ".after", ".pdf")


def _place(key: str, places: Iterable[str]) -> str:
    return next((place for place in places if key == place or _within(key, place)), "")


def _within(key: str, place: str) -> bool:
    return key.startswith((f"{place}.", f"{place}["))


def _raw_defaults(model: type[BaseModel]) -> dict[str, Any]:
    """As they would stand in a file."""
    return {
        field.alias or name: field.default
        for name, field in model.model_fields.items()
        if field.default is not PydanticUndefined and field.default is not None
    }


_DEFAULTS = {
    "campaign": {**_raw_defaults(CampaignTable), "stop": _raw_defaults(Stop)},
    "window": _raw_defaults(WindowTable),
    "pace": _raw_defaults(PaceTable),
}


def _found(tables: Any, key: str, otherwise: Any = None) -> Any:
    for part in key.split("."):
        if not isinstance(tables, Mapping) or part not in tables:
            return otherwise
        tables = tables[part]
    return tables


def _shown(value: Any) -> list[str]:
    match value:
        case None | False | "":
            return []
        case True:
            return ["yes"]
        case list():
            return [str(each) for each in value]
        case datetime():
            return [value.isoformat(timespec="seconds" if value.second else "minutes")]
        case time():
            return [value.isoformat(timespec="minutes")]
        case _:
            return [str(value)]


def _steps_form(steps: Any) -> Form:
    rows = steps if isinstance(steps, list) else []
    return {
        f"steps[{number}]{part}": _shown(_found(row, part[1:]))
        for number, row in zip(range(1, MOST_STEPS + 1), [*rows, *[{}] * MOST_STEPS], strict=False)
        for part in _STEP_PARTS
    }


def _trimmed(form: Mapping[str, Sequence[str]]) -> Form:
    """Without what was left empty; of fields for several values each line is one."""
    return {
        key: [line.strip() for text in texts for line in text.splitlines() if line.strip()]
        for key, texts in form.items()
    }


def _value(key: str, texts: Sequence[str]) -> Any:
    """As it stands in the file; what cannot be read stays a text, which the check then names."""
    if key in _MANY:
        return list(texts)
    if not texts:
        return "" if key == _LANGUAGE else None
    if key in _NUMBERS and texts[0].isascii() and texts[0].isdigit():
        return int(texts[0])
    return _moment(texts[0]) if key == _MOMENT else " ".join(texts)


def _moment(text: str) -> Any:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


def _set(table: MutableMapping[str, Any], path: Sequence[str], value: Any) -> None:
    for depth, part in enumerate(path[:-1]):
        if not isinstance(table.get(part), MutableMapping):
            table[part] = tomlkit.inline_table() if depth else tomlkit.table()
        table = table[part]
    if value is not None:
        table[path[-1]] = value
    elif path[-1] in table:
        del table[path[-1]]


Step = dict[str, Any]


def _steps_of(form: Mapping[str, Sequence[str]]) -> list[Step]:
    """Rows of the form in which nothing is said are no steps."""
    rows = [
        {
            "letter": " ".join(form.get(f"steps[{number}].letter", [])),
            "after": " ".join(form.get(f"steps[{number}].after", [])),
            "pdf": bool(form.get(f"steps[{number}].pdf")),
        }
        for number in range(1, MOST_STEPS + 1)
    ]
    return [row for row in rows if any(row.values())]


def _set_steps(document: tomlkit.TOMLDocument, steps: Sequence[Step]) -> None:
    there = document.get("steps")
    if not isinstance(there, AoT | Array):
        document["steps"] = tomlkit.aot()
        there = document["steps"]
    for number, step in enumerate(steps):
        if number == len(there):
            there.append({key: value for key, value in step.items() if value})
            continue
        for key, value in step.items():
            if there[number].get(key, "" if key != "pdf" else False) != value:
                _set(there[number], [key], value or None)
    for number in range(len(there) - 1, len(steps) - 1, -1):
        del there[number]
