"""From a letter's source and one contact's values to a skeleton and that contact's slots."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Template

from outreach.errors import InvalidInput
from outreach.letters.checking import check, errors
from outreach.letters.conversion import convert
from outreach.letters.markdown import letter_markdown
from outreach.letters.source import LetterSource
from outreach.letters.tables import Skeleton
from outreach.letters.templating import BETWEEN, MissingValue, Templating
from outreach.texts import gettext as _

__all__ = ["Compiled", "Compiler", "MissingValue", "check"]


@dataclass(frozen=True)
class Compiled:
    """``skeleton`` is one object for all contacts that took the same branches."""

    skeleton: Skeleton
    slots: list[str]


class Compiler:
    """Compiles each source once and converts each rendering once; a contact costs one rendering.

    Not for several threads.
    """

    def __init__(self) -> None:
        self._templating = Templating()
        self._markdown = letter_markdown()
        self._templates: dict[tuple[LetterSource, LetterSource], Template] = {}
        self._skeletons: dict[tuple[str, str], Skeleton] = {}

    def compile(
        self, source: LetterSource, footer: LetterSource, values: Mapping[str, Any]
    ) -> Compiled:
        """MissingValue if what is printed is empty; InvalidInput if the source cannot be used."""
        rendered, slots = self.render(source, footer, values)
        skeleton = self._skeletons.get((source.language, rendered))
        if skeleton is None:
            skeleton = convert(self._markdown, rendered.split(BETWEEN), source.language)
            self._skeletons[source.language, rendered] = skeleton
        return Compiled(skeleton, slots)

    def render(
        self, source: LetterSource, footer: LetterSource, values: Mapping[str, Any]
    ) -> tuple[str, list[str]]:
        """As far as it can be told whether a value is missing; raises the same."""
        template = self._templates.get((source, footer))
        if template is None:
            template = self._prepare(source, footer, values)
        return self._templating.render(template, values)

    def _prepare(
        self, source: LetterSource, footer: LetterSource, values: Mapping[str, Any]
    ) -> Template:
        known = {
            name: tuple(value) if isinstance(value, Mapping) else ()
            for name, value in values.items()
        }
        for one in (source, footer):
            if problems := errors(one, known):
                raise InvalidInput(_("%(name)s cannot be used:", name=one.name), problems)
        template = self._templating.compile([*source.fields(), footer.body_field])
        self._templates[source, footer] = template
        return template
