"""Who is signed in where, and what ends it."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from outreach.accounts import people, sessions
from outreach.accounts.sessions import HALFWAY, IDLE, LONGEST, Client
from outreach.accounts.tables import DeskSession, Organizer, Role

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def anna(session: Session, now: datetime) -> Organizer:
    people.add_organizer(session, "boss@example.org", Role.admin, "Boss", None, now)
    return people.add_organizer(session, "anna@example.org", Role.admin, "Anna", None, now)


def begin(session: Session, who: Organizer, now: datetime) -> str:
    return sessions.begin(session, who, Client("203.0.113.7", FIREFOX), now=now)


def is_in(session: Session, token: str, now: datetime) -> bool:
    return sessions.find(session, token, now=now) is not None


def test_a_session_is_found_by_its_token_and_only_a_hash_is_kept(
    session: Session, anna: Organizer, now: datetime
) -> None:
    token = begin(session, anna, now)
    found = sessions.find(session, token, now=now)
    assert found
    assert found[1] is anna
    assert found[0].token_hash != token
    assert not is_in(session, found[0].token_hash, now)
    assert not is_in(session, "", now)


def test_it_ends_when_nobody_clicks_and_at_the_latest_after_a_day_s_work(
    session: Session, anna: Organizer, now: datetime
) -> None:
    idle, busy = begin(session, anna, now), begin(session, anna, now)
    at = now
    while at < now + LONGEST - IDLE:
        at += timedelta(hours=1)
        found = sessions.find(session, busy, now=at)
        assert found
        sessions.touch(session, found[0].id or 0, at)
    assert not is_in(session, idle, now + IDLE)
    assert is_in(session, busy, now + LONGEST - timedelta(seconds=1))
    assert not is_in(session, busy, now + LONGEST)


def test_it_is_noted_only_now_and_then_that_it_was_seen(
    session: Session, anna: Organizer, now: datetime
) -> None:
    begin(session, anna, now)
    (found,) = sessions.of(session, anna.id, now)
    assert not sessions.needs_touch(found, now + timedelta(minutes=4))
    assert sessions.needs_touch(found, now + timedelta(minutes=5))


def test_halfway_in_is_not_in_and_ends_soon(
    session: Session, anna: Organizer, now: datetime
) -> None:
    token = sessions.begin(session, anna, Client(), now=now, awaits_code=True)
    assert not is_in(session, token, now)
    assert sessions.of(session, anna.id, now) == []
    assert sessions.find(session, token, now=now, awaits_code=True)
    assert not sessions.find(session, token, now=now + HALFWAY, awaits_code=True)
    begin(session, anna, now + HALFWAY)
    assert len(session.exec(select(DeskSession)).all()) == 1  # the old one is deleted


@pytest.mark.parametrize("change", ["password", "role", "disabled", "second factor"])
def test_what_changes_the_account_ends_all_its_sessions_and_no_other(
    session: Session, anna: Organizer, now: datetime, change: str
) -> None:
    boss = people.get(session, "boss@example.org")
    others, tokens = begin(session, boss, now), [begin(session, anna, now) for _ in range(2)]
    tokens.append(sessions.begin(session, anna, Client(), now=now, awaits_code=True))
    match change:
        case "password":
            people.set_password(session, anna.address, "a quiet harbour at noon")
        case "role":
            people.set_role(session, anna.address, Role.viewer)
        case "disabled":
            people.disable(session, anna.address, now)
        case _:
            people.reset_second_factor(session, anna.address)
    left = session.exec(select(DeskSession)).all()
    assert [each.organizer_id for each in left] == [boss.id]
    assert is_in(session, others, now)


def test_somebody_ends_their_own_and_nobody_else_s(
    session: Session, anna: Organizer, now: datetime
) -> None:
    boss = people.get(session, "boss@example.org")
    begin(session, anna, now)
    (hers,) = sessions.of(session, anna.id, now)
    assert hers.id
    assert not sessions.end_one(session, boss.id, hers.id)
    assert sessions.end_one(session, anna.id, hers.id)
    first, second = begin(session, anna, now), begin(session, anna, now)
    found = sessions.find(session, first, now=now)
    assert found
    assert sessions.end_all(session, anna.id, besides=found[0].id) == 1
    assert is_in(session, first, now)
    assert not is_in(session, second, now)


@pytest.mark.parametrize(
    ("address", "agent", "network", "browser"),
    [
        ("203.0.113.77", FIREFOX, "203.0.113.0/24", "Firefox on Linux"),
        ("2001:db8:1:2::9", EDGE, "2001:db8:1::/48", "Edge on Windows"),
        ("", IPHONE, "", "Safari on iPhone"),
        ("no address", "curl/8", "", "A browser"),
    ],
)
def test_where_it_is_is_told_in_words_and_not_exactly(
    address: str, agent: str, network: str, browser: str
) -> None:
    client = Client(address, agent)
    assert (client.network, client.browser) == (network, browser)
