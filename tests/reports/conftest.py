"""What the reports' tests share: rows, the member states, and one week with its zone."""

from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from outreach.contacts.states import MemberStates, load_states
from outreach.reports.weeks import Week
from tests.reports.rows import Rows


@pytest.fixture(scope="session")
def states() -> MemberStates:
    return load_states()


@pytest.fixture
def rows(session: Session) -> Rows:
    return Rows(session)


@pytest.fixture
def week() -> Week:
    return Week.parse("2026-W48")


@pytest.fixture
def zone() -> ZoneInfo:
    return ZoneInfo("Europe/Zurich")
