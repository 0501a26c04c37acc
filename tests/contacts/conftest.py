"""Files of contacts, the shipped member states, and an import in one line."""

import csv
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import Session

from outreach.contacts.importing import ImportResult, import_contacts
from outreach.contacts.states import MemberStates, load_states
from outreach.tokens import Tokens

MakeFile = Callable[..., Path]
Import = Callable[..., ImportResult]


@pytest.fixture(scope="session")
def states() -> MemberStates:
    return load_states()


@pytest.fixture
def a_file(tmp_path: Path) -> MakeFile:
    """Writes rows of cells as a CSV file; the first row is the header."""

    def write(*rows: Sequence[str], name: str = "contacts.csv", delimiter: str = ",") -> Path:
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows(rows)
        return path

    return write


@pytest.fixture
def bring_in(session: Session, states: MemberStates, tokens: Tokens, now: datetime) -> Import:
    """Imports a file into the test's database."""
    return partial(_import, session, states=states, tokens=tokens, now=now)


def _import(session: Session, path: Path, **options: object) -> ImportResult:
    return import_contacts(session, path, **options)  # type: ignore[arg-type]
