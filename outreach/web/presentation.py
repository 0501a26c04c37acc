"""How values look on a page: moments, counts, states, languages, and the words of stored kinds."""

from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from babel import Locale
from flask import Flask
from markupsafe import Markup

from outreach.accounts.tables import Role
from outreach.delivery.tables import Delivery, State
from outreach.letters.enclosures import size
from outreach.letters.languages import direction
from outreach.web.current import organizer, parts

# As the reports say it. What is not here is its own word.
STATES = {
    State.unknown: "in doubt",
    State.skipped: "held back",
    State.cancelled: "withdrawn",
    State.failed: "refused",
}


def install(app: Flask) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        direction=direction,
        language=language_name,
        moment=moment,
        number=number,
        share=share,
        day=day,
        size=size,
        standing=standing,
        state=state_name,
        words=words,
    )
    app.jinja_env.globals.update(may_organize=may_organize, zone=zone)


def moment(at: datetime | None) -> Markup:
    """In the organizers' zone, which is named: a time without its zone is a riddle."""
    if at is None:
        return Markup("—")
    local = at.astimezone(ZoneInfo(zone()))
    return Markup('<time datetime="{}">{}</time>').format(
        at.isoformat(timespec="seconds"), local.strftime("%a %-d %b %Y, %H:%M %Z")
    )


def day(value: date) -> str:
    return f"{value:%a} {value.day} {value:%b %Y}"


def today() -> date:
    """By the organizers' clock."""
    return parts().clock().astimezone(ZoneInfo(zone())).date()


def zone() -> str:
    return parts().settings.timezone


def number(value: int) -> str:
    return f"{value:,}"


def share(part: int, whole: int) -> str:
    """Never a percentage alone: the reader sees of how many it is."""
    if whole == 0:
        return f"{part:,} of 0"
    percent = 100 * part / whole
    shown = "under 1" if 0 < percent < 1 else "over 99" if 99 < percent < 100 else f"{percent:.0f}"
    return f"{part:,} of {whole:,} ({shown}%)"


def state_name(code: str) -> str:
    found = parts().states.get(code)
    return found.name if found else code


def language_name(code: str) -> str:
    names: dict[str, str] = dict(Locale("en").languages)
    return names.get(code) or names.get(code.partition("-")[0]) or code


def words(kind: StrEnum | str) -> str:
    """A stored kind as a reader knows it: "out_of_office" is "out of office"."""
    known = STATES.get(kind) if isinstance(kind, State) else None
    return known or str(kind).replace("_", " ")


def standing(delivery: Delivery) -> str:
    """Where a copy stands. One that was released and then came too late is not held back."""
    late = delivery.state is State.skipped and delivery.expires_at is not None
    return "too late" if late else words(delivery.state)


def may_organize() -> bool:
    return organizer().role.includes(Role.organizer)
