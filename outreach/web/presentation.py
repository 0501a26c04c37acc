"""How values look on a page: moments, counts, states, languages, and the words of stored kinds."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale
from flask import Flask
from markupsafe import Markup

from outreach import texts
from outreach.accounts.tables import Role
from outreach.delivery.tables import Delivery, State
from outreach.letters.enclosures import size
from outreach.letters.languages import direction
from outreach.texts import gettext as _
from outreach.web import kinds
from outreach.web.current import organizer, parts


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
        there=there,
        state=state_name,
        words=words,
    )
    app.jinja_env.globals.update(home_zone=home_zone, may_organize=may_organize, zone=zone)


def moment(at: datetime | None, clock: ZoneInfo | None = None) -> Markup:
    """In the reader's zone, which is named: a time without its zone is a riddle.

    Where ``clock``, the recipient's, shows something else, that stands beside it.
    """
    if at is None:
        return Markup("—")
    local = at.astimezone(ZoneInfo(zone()))
    here = Markup('<time datetime="{}">{}</time>').format(
        at.isoformat(timespec="seconds"), f"{texts.day(local)}, {local:%H:%M %Z}"
    )
    if theirs := there(at, clock):
        return here + Markup(' <span class="quiet there">({})</span>').format(theirs)
    return here


def there(at: datetime, clock: ZoneInfo | None) -> str:
    """What the recipient's clock shows, and where; empty where it shows what the reader's does."""
    if clock is None:
        return ""
    here, local = at.astimezone(ZoneInfo(zone())), at.astimezone(clock)
    if here.utcoffset() == local.utcoffset():
        return ""
    on = "" if here.date() == local.date() else f"{texts.day(local, 'EEE d MMM')}, "
    return _("%(time)s in %(place)s", time=f"{on}{local:%H:%M}", place=texts.place(clock))


def hour(at: datetime) -> str:
    """In the reader's zone: "14:02"."""
    return f"{at.astimezone(ZoneInfo(zone())):%H:%M}"


def day(value: date, pattern: str = "EEE d MMM y") -> str:
    return texts.day(value, pattern)


def today() -> date:
    """The organization's, wherever the reader is: figures and what is due are the same for all."""
    return parts().clock().astimezone(ZoneInfo(home_zone())).date()


def zone() -> str:
    """The reader's: of all clock times on pages, and of days that are asked for by them."""
    return organizer().zone or home_zone()


def home_zone() -> str:
    """The organization's: of days that are counted, reports, what is due, papers and exports.

    One document reads the same for all.
    """
    return parts().settings.timezone


def number(value: int) -> str:
    return texts.count(value)


def share(part: int, whole: int) -> str:
    """Never a percentage alone: the reader sees of how many it is."""
    values = {"part": texts.count(part), "whole": texts.count(whole)}
    if whole == 0:
        return _("%(part)s of %(whole)s", **values)
    percent = 100 * part / whole
    if 0 < percent < 1:
        return _("%(part)s of %(whole)s (under 1%%)", **values)
    if 99 < percent < 100:
        return _("%(part)s of %(whole)s (over 99%%)", **values)
    return _("%(part)s of %(whole)s (%(percent).0f%%)", percent=percent, **values)


def state_name(code: str) -> str:
    return parts().states.name(code, texts.spoken())


def language_name(code: str) -> str:
    names = _languages(texts.spoken())
    return names.get(code) or names.get(code.partition("-")[0]) or code


@cache
def _languages(spoken: str) -> Mapping[str, str]:
    return dict(Locale(spoken).languages)


def words(kind: StrEnum | str) -> str:
    """A stored kind as a reader knows it: "out_of_office" is "out of office"."""
    word = kinds.word(kind)
    return _(word) if word else ""


def standing(delivery: Delivery) -> str:
    """Where a copy stands. One that was released and then came too late is not held back."""
    late = delivery.state is State.skipped and delivery.expires_at is not None
    return _("too late") if late else words(delivery.state)


def may_organize() -> bool:
    return organizer().role.includes(Role.organizer)
