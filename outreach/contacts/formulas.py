"""Keeps a spreadsheet from running a cell as a formula, and takes that protection off again."""

import re

# Apostrophes in front are counted in, so that a text that had one of its own comes back whole.
_RUNS = re.compile(r"'*[=+\-@\t\r]")
_PROTECTED = re.compile(r"'+[=+\-@\t\r]")


def defuse(cell: str) -> str:
    return f"'{cell}" if _RUNS.match(cell) else cell


def restore(cell: str) -> str:
    """The cell as it was before ``defuse``."""
    return cell[1:] if cell.startswith("'") and _PROTECTED.match(cell) else cell
