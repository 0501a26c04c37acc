"""What a report says first: its subject, and what somebody should know who reads no further."""

from outreach.reports.figures import Figures
from outreach.reports.wording import duration, missions, name
from outreach.texts import count, ngettext
from outreach.texts import gettext as _


def subject(figures: Figures) -> str:
    told = {"week": name(figures), "left": _left(figures), "answered": _answered(figures)}
    return _("%(week)s: %(left)s left, %(answered)s", **told)


def headlines(figures: Figures) -> list[str]:
    """The week, all the time up to its end, and what is to do: a sentence or two for each."""
    return [_this_week(figures), _so_far(figures), _to_do(figures)]


def _this_week(figures: Figures) -> str:
    told = {"left": _left(figures), "answered": _answered(figures)}
    said = _("This week %(left)s left; %(answered)s.", **told)
    bounced = figures.counts["bounced"].week
    if not bounced:
        return said
    return f"{said} {ngettext('%(num)s copy bounced.', '%(num)s copies bounced.', bounced)}"


def _left(figures: Figures) -> str:
    reminders = figures.counts["reminders"].week
    letters = figures.counts["sent"].week - reminders
    if not reminders:
        return _letters(letters)
    told = ngettext("%(num)s reminder", "%(num)s reminders", reminders)
    if not letters:
        return told
    return _("%(letters)s and %(reminders)s", letters=_letters(letters), reminders=told)


def _letters(number: int) -> str:
    return ngettext("%(num)s letter", "%(num)s letters", number) if number else _("no letters")


def _answered(figures: Figures) -> str:
    number = figures.counts["missions_answered"].week
    if not number:
        return _("no missions answered")
    return ngettext("%(num)s mission answered", "%(num)s missions answered", number)


def _so_far(figures: Figures) -> str:
    answered = figures.counts["missions_answered"].so_far
    said = ngettext(
        "So far %(num)s of %(missions)s written to has answered",
        "So far %(num)s of %(missions)s written to have answered",
        answered,
        missions=missions(figures.counts["missions_written"].so_far),
    )
    parts = (said + _how_soon(figures), _silent(figures), _opted_out(figures))
    return _("; ").join(part for part in parts if part) + "."


def _how_soon(figures: Figures) -> str:
    half = figures.first_answers and figures.first_answers.so_far.half_within
    return _(", half of them within %(time)s", time=duration(half)) if half else ""


def _silent(figures: Figures) -> str:
    if figures.silence is None:
        return ""
    number = figures.silence.count
    return (
        ngettext("%(num)s is silent", "%(num)s are silent", number)
        if number
        else _("none is silent")
    )


def _opted_out(figures: Figures) -> str:
    number = figures.counts["opted_out"].so_far
    if not number:
        return _("no contacts opted out")
    return ngettext("%(num)s contact opted out", "%(num)s contacts opted out", number)


def _to_do(figures: Figures) -> str:
    number = len(figures.needs)
    if not number:
        return _("Nothing needs a person.")
    old = sum(1 for item in figures.needs if item.older)
    if not old:
        return ngettext("%(num)s thing needs a person.", "%(num)s things need a person.", number)
    return ngettext(
        "%(num)s thing needs a person; %(old)s of them for more than a week.",
        "%(num)s things need a person; %(old)s of them for more than a week.",
        number,
        old=count(old),
    )
