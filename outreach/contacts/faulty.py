"""The rows of a file that cannot be stored, as a file to mend and to bring in again."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from outreach.contacts.columns import WHAT_IS_WRONG, as_chosen, checked
from outreach.contacts.formulas import defuse
from outreach.contacts.importing import first_row, wrong_with
from outreach.contacts.reading import read_rows
from outreach.contacts.rows import Problem, RowReader
from outreach.contacts.staging import Staging
from outreach.contacts.states import MemberStates
from outreach.texts import gettext as _


def faulty_rows(path: Path, fields: Sequence[str], states: MemberStates) -> Iterator[list[str]]:
    """The header, then each such row with its own cells, safe to open in a spreadsheet.

    What is wrong stands before them, in a column that an import leaves out. ``fields`` say what
    the columns are. Raises InvalidInput for what is no table.
    """
    rows = read_rows(path)
    header = first_row(rows, path.name)
    reader = RowReader(checked(as_chosen(header, fields), path.name), states)
    ours = int(header[0] == WHAT_IS_WRONG)  # remarks of the last time
    yield [WHAT_IS_WRONG, *map(defuse, header[ours:])]
    with Staging() as staging:
        for number, cells in rows:
            __, problems = wrong_with(number, cells, reader, staging)
            if problems:
                yield [_told(number, problems), *map(defuse, cells[ours:])]


def _told(number: int, problems: Sequence[Problem]) -> str:
    said = (f"{each.field}: {each.reason}" if each.field else each.reason for each in problems)
    every = "; ".join(said)
    return _("Row %(row)s: %(problems)s", row=number, problems=every)
