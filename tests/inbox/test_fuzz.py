"""Recorded mails damaged at random are understood, and can be stored on every database."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.db import Database
from outreach.inbox.processing import process_new
from outreach.inbox.reading import understand
from outreach.inbox.receiving import store
from outreach.inbox.tables import RawMail
from tests.inbox.fuzz import check, damaged
from tests.tracking.making import NOW, TOKENS


@settings(max_examples=200, deadline=None)
@given(st.randoms(use_true_random=True))
def test_damaged_mails_are_understood_in_time(chance: Random) -> None:
    check(damaged(chance))


def test_damaged_mails_are_stored_and_none_stops_the_others(database: Database) -> None:
    chance = Random(1)
    with database.transaction() as session:
        kept = {store(session, damaged(chance), door="file", now=NOW).id for _ in range(60)}
    process_new(database, tokens=TOKENS, clock=lambda: NOW, understand=understand)
    with database.reading() as session:
        problems = {session.get_one(RawMail, number).problem for number in kept}
    assert problems <= {None, "it has no head of a mail"}
