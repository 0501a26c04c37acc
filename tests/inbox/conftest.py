"""A campaign whose first letter went to a contact at each of several missions."""

import pytest
from sqlmodel import Session

from tests.inbox.world import World


@pytest.fixture
def world(session: Session) -> World:
    return World(session)
