"""A page of a letter in an address of the desk: /letters/<letter>/<step>/<language>."""

from werkzeug.routing import BaseConverter

from outreach.letters.source import Page


class LetterPage(BaseConverter):
    """What cannot be the name of a page leads nowhere."""

    part_isolating = False
    regex = r"[a-z0-9][a-z0-9_-]{0,79}/[a-z0-9][a-z0-9_-]{0,79}/[a-z]{2,3}(?:-[A-Za-z0-9]+)*"

    def to_python(self, value: str) -> Page:
        return Page(*value.split("/"))

    def to_url(self, value: Page) -> str:
        return "/".join(value)
