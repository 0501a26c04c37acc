"""How long whoever guesses must wait."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from outreach.accounts.tables import Attempt
from outreach.accounts.throttling import WINDOW, Act, Throttle
from outreach.tokens import Tokens

TWICE = Act("try", by_account=2, by_network=3)
HERE, THERE = "203.0.113.7", "203.0.113.8"


def test_waiting_ends_with_the_window(session: Session, tokens: Tokens, now: datetime) -> None:
    anna = Throttle(TWICE, "anna", HERE, tokens)
    anna.count(session, now)
    assert not anna.wait(session, now)
    anna.count(session, now + timedelta(minutes=1))
    assert anna.wait(session, now + timedelta(minutes=5)) == WINDOW - timedelta(minutes=5)
    assert not anna.wait(session, now + WINDOW)
    assert not Throttle(TWICE, "berta", HERE, tokens).wait(session, now)
    assert not Throttle(Act("other", 2, 3), "anna", HERE, tokens).wait(session, now)


def test_guessing_many_accounts_from_one_place_is_slowed_too(
    session: Session, tokens: Tokens, now: datetime
) -> None:
    for account in ("anna", "berta", "carla"):
        Throttle(TWICE, account, HERE, tokens).count(session, now)
    assert Throttle(TWICE, "dora", HERE, tokens).wait(session, now) == WINDOW
    assert not Throttle(TWICE, "dora", THERE, tokens).wait(session, now)


def test_who_gets_it_right_has_a_clean_slate_for_this_account_only(
    session: Session, tokens: Tokens, now: datetime
) -> None:
    for account in ("berta", "anna", "anna"):
        Throttle(TWICE, account, HERE, tokens).count(session, now)
    Throttle(TWICE, "anna", HERE, tokens).forgive(session)
    assert not Throttle(TWICE, "anna", HERE, tokens).wait(session, now)
    Throttle(TWICE, "carla", HERE, tokens).count(session, now)
    assert Throttle(TWICE, "dora", HERE, tokens).wait(session, now) == WINDOW


def test_strangers_who_guess_lock_no_browser_out_that_is_the_account_s_own(
    session: Session, tokens: Tokens, now: datetime
) -> None:
    stranger, other = (Throttle(TWICE, "anna", each, tokens) for each in (THERE, HERE))
    own = Throttle(TWICE, "anna", HERE, tokens, "her laptop")
    for _ in range(2):
        stranger.count(session, now)
    assert stranger.wait(session, now)
    assert other.wait(session, now)
    assert not own.wait(session, now)
    for _ in range(2):
        own.count(session, now)
    assert own.wait(session, now)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("other", "is_the_same"),
    [("2001:db8:0:1:ffff::9", True), ("2001:db8:0:2::1", False), ("no address", False)],
)
def test_a_subnet_of_ipv6_is_one_place(
    session: Session, tokens: Tokens, now: datetime, other: str, is_the_same: bool
) -> None:
    for number in range(3):
        Throttle(TWICE, f"person {number}", "2001:db8:0:1::1", tokens).count(session, now)
    assert bool(Throttle(TWICE, "anna", other, tokens).wait(session, now)) is is_the_same


def test_what_is_counted_names_nobody_and_does_not_stay(
    session: Session, tokens: Tokens, now: datetime
) -> None:
    anna = Throttle(TWICE, "anna@example.org", HERE, tokens)
    anna.count(session, now)
    kept = {each.key for each in session.exec(select(Attempt))}
    assert len(kept) == 2
    assert not any("anna" in key or HERE in key for key in kept)
    anna.count(session, now + WINDOW)
    assert {each.at for each in session.exec(select(Attempt))} == {now + WINDOW}
