"""The ground under the rooms: transactions, times and tokens."""

from contextlib import closing
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from outreach.campaigns.tables import Campaign
from outreach.contacts.tables import Mission
from outreach.db import Database
from outreach.tokens import Tokens


def test_a_transaction_that_raises_leaves_nothing_behind(database: Database) -> None:
    def fails() -> None:
        with database.transaction() as session:
            session.add(Mission(state="FR", organization="Permanent Mission"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    with database.reading() as session:
        assert session.exec(select(Mission)).all() == []


def test_times_come_back_as_the_same_moment_in_utc(database: Database) -> None:
    written = datetime(2026, 12, 1, 9, 0, tzinfo=timezone(timedelta(hours=5)))
    with database.transaction() as session:
        session.add(Campaign(slug="c", name="C", source="", loaded_by="x", loaded_at=written))
    with database.reading() as session:
        read = session.exec(select(Campaign)).one().loaded_at
    assert read == written
    assert read.utcoffset() == timedelta(0)


@given(st.text(max_size=40), st.sampled_from(["reply", "open", "unsubscribe"]))
def test_a_token_reads_back_for_its_own_purpose_only(identity: str, purpose: str) -> None:
    tokens = Tokens("secret")
    key = tokens.key(identity)
    token = tokens.sign(purpose, key)  # type: ignore[arg-type]
    for other in ("reply", "open", "unsubscribe"):
        assert tokens.read(other, token) == (key if other == purpose else None)  # type: ignore[arg-type]


def test_a_retyped_token_is_forgiven_and_a_forged_one_is_not() -> None:
    tokens = Tokens("secret")
    token = tokens.sign("reply", tokens.key("campaign:c:1:contact:7"))
    retyped = token.upper().replace("0", "O").replace("1", "l")
    assert tokens.read("reply", f" {retyped} ") == token[:16]
    assert Tokens("another secret").read("reply", token) is None
    assert tokens.read("reply", token[:-1]) is None
    assert tokens.read("reply", "é" * 32) is None


def test_a_commit_is_on_the_disk_before_anything_is_handed_over(database: Database) -> None:
    """The tests' own Postgres is set to be faster, as somebody's may be."""
    asked = "PRAGMA synchronous" if database.is_sqlite else "SHOW synchronous_commit"
    # As the program opens it: the tests' own does not wait for the disk.
    with closing(Database(database.url)) as opened, opened.transaction() as session:
        assert session.connection().exec_driver_sql(asked).scalar_one() in (2, "on")
