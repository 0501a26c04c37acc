"""Writes the definitions of the figures into docs/glossary.md: ``make glossary``."""

from pathlib import Path

from outreach.reports.definitions import FIGURES

GLOSSARY = Path(__file__).parent.parent / "docs" / "glossary.md"
MARK = "<!-- figures -->\n"


def written(text: str) -> str:
    """The glossary with the table of figures as it should be."""
    head = text.partition(MARK)[0]
    rows = [
        f"| {each.label} | `{each.name}` | {each.meaning} | {_base(each.of)} |"
        for each in FIGURES.values()
    ]
    table = ["| figure | name | meaning | of |", "| --- | --- | --- | --- |", *rows]
    return head + MARK + "\n" + "\n".join(table) + "\n"


def _base(name: str | None) -> str:
    return FIGURES[name].label if name else ""


if __name__ == "__main__":
    GLOSSARY.write_text(written(GLOSSARY.read_text("utf-8")), "utf-8")
