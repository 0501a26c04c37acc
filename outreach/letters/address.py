"""Forms of address: how a letter greets its reader, from ``templates/forms_of_address.toml``."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outreach.errors import InvalidInput
from outreach.letters.languages import choose
from outreach.letters.markers import one_line
from outreach.texts import gettext as _

ROLES = ("ambassador", "charge_daffaires", "vacant", "mailbox", "unknown")
MISSION = "mission"  # beside the roles: what the language calls a permanent mission

_KEYS = (*ROLES, MISSION)
_PLACEHOLDERS = ("title", "name", "family_name", "organization")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Forms:
    """For each language and role, the forms to try in turn; the last of them needs no value."""

    by_language: Mapping[str, Mapping[str, tuple[str, ...]]]

    def mission(self, language: str) -> str:
        """What the language calls a permanent mission."""
        return self.table(language)[MISSION][-1]

    def table(self, language: str) -> Mapping[str, tuple[str, ...]]:
        """InvalidInput if the language has no forms."""
        table = self.by_language.get(choose([language], self.by_language) or "")
        if table is None:
            raise InvalidInput(
                _(
                    'There are no forms of address in "%(language)s": '
                    "add a table [%(language)s] to forms_of_address.toml.",
                    language=language,
                )
            )
        return table


def load_forms(templates: Path) -> Forms:
    path = templates / "forms_of_address.toml"
    try:
        read = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise InvalidInput(
            _("%(path)s is missing: it says how letters greet their readers.", path=path)
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(_("%(path)s cannot be read: %(why)s", path=path, why=error)) from None
    if problems := list(_problems(read)):
        raise InvalidInput(_("%(name)s cannot be used:", name=path), problems)
    return Forms(
        {language: {key: tuple(table[key]) for key in _KEYS} for language, table in read.items()}
    )


def salutation(
    forms: Forms,
    language: str,
    role: str,
    *,
    own: str = "",
    title: str = "",
    name: str = "",
    family_name: str = "",
    organization: str = "",
) -> str:
    """The greeting for a contact, never empty; ``own``, the organizer's own, goes before all forms.

    A role that the forms do not know is "unknown". InvalidInput if the language has no forms.
    """
    if greeting := one_line(own):
        return greeting
    table = forms.table(language)
    given = (title, name, family_name, organization)
    values = dict(zip(_PLACEHOLDERS, map(one_line, given), strict=True))
    return next(
        filled
        for form in table[role if role in ROLES else "unknown"]
        if (filled := _fill(form, values)) is not None
    )


def _fill(form: str, values: Mapping[str, str]) -> str | None:
    """The form with its values in one pass, or None if one of them is missing."""
    if any(not values[name] for name in _PLACEHOLDER.findall(form)):
        return None
    return _PLACEHOLDER.sub(lambda match: values[match[1]], form)


def _problems(read: Mapping[str, Any]) -> Iterator[str]:
    for language, table in read.items():
        if not isinstance(table, dict):
            yield _(
                "%(language)s: only tables, one for each language, may stand here",
                language=language,
            )
            continue
        for key in table.keys() - set(_KEYS):
            yield f"[{language}] {key}: " + _(
                "not a role; there are %(roles)s", roles=", ".join(_KEYS)
            )
        for key in _KEYS:
            for problem in _list_problems(table.get(key)):
                yield f"[{language}] {key}: {problem}"


def _list_problems(alternatives: object) -> Iterator[str]:
    if not isinstance(alternatives, list) or not alternatives:
        yield _("a list of forms is needed")
        return
    for form in alternatives:
        yield from _form_problems(form)
    if isinstance(alternatives[-1], str) and _PLACEHOLDER.search(alternatives[-1]):
        yield _("the last form must need no value, for a contact of whom nothing is known")


def _form_problems(form: object) -> Iterator[str]:
    if not isinstance(form, str) or not form.strip() or one_line(form) != form:
        yield _("%(form)s is not a line of text", form=repr(form))
        return
    for name in set(_PLACEHOLDER.findall(form)) - set(_PLACEHOLDERS):
        yield _(
            "{%(name)s} is not known; there are %(others)s",
            name=name,
            others=", ".join(_PLACEHOLDERS),
        )
    if re.search(r"[{}]", _PLACEHOLDER.sub("", form)):
        yield _("%(form)s has a brace that closes nothing", form=repr(form))
