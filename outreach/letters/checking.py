"""What is wrong with a letter's source, said with its lines, before anything is made of it."""

from collections.abc import Iterable, Iterator

from outreach.letters.grammar import Known, Problem
from outreach.letters.markdown import letter_markdown, oddities, parse, refusals
from outreach.letters.source import Field, LetterSource
from outreach.letters.templating import Templating
from outreach.texts import gettext as _


def check(source: LetterSource, known: Known) -> list[str]:
    """All that is to be put right: what cannot be sent, and what would not look as it was meant.

    ``known`` gives each name that may be printed with its parts; a plain value has none.
    """
    return errors(source, known) or _said("", _oddities(source.body_field))


def errors(source: LetterSource, known: Known) -> list[str]:
    """What cannot be sent."""
    templating = Templating()
    found = [
        said
        for field in source.fields()
        for said in _said(field.name, templating.problems(field, known))
    ]
    return found or _said("", _refusals(source.body_field))


def _refusals(body: Field) -> Iterator[Problem]:
    text, lines = Templating().every_branch(body)
    tokens, notes = parse(letter_markdown(), text)
    for line, problem in refusals([*tokens, *notes]):
        yield Problem(lines[line], problem)


def _oddities(body: Field) -> Iterator[Problem]:
    text, lines = Templating().every_branch(body)
    for line, problem in oddities(letter_markdown(), text):
        yield Problem(lines[line], problem)


def _said(name: str, problems: Iterable[Problem]) -> list[str]:
    """In the order of the lines, each once; under the field's name, or with the body's lines."""
    return [
        _("%(field)s: %(problem)s", field=name, problem=problem.text)
        if name
        else _("line %(line)s: %(problem)s", line=problem.line, problem=problem.text)
        for problem in sorted(set(problems))
    ]
