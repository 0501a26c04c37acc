"""A feed's address belongs to one organizer, and ends with the password or the account."""

from datetime import datetime

import pytest
from sqlmodel import Session

from outreach.accounts import people
from outreach.accounts.feeds import feed_token, find_reader
from outreach.accounts.tables import Organizer, Role
from outreach.tokens import Tokens

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def ann(session: Session, now: datetime) -> Organizer:
    return people.add_organizer(session, "ann@example.org", Role.viewer, "Ann", None, now)


@pytest.fixture
def ben(session: Session, now: datetime) -> Organizer:
    return people.add_organizer(session, "ben@example.org", Role.viewer, "Ben", None, now)


def test_each_organizer_has_an_address_of_their_own(
    session: Session, tokens: Tokens, ann: Organizer, ben: Organizer
) -> None:
    assert find_reader(session, feed_token(ann, tokens), tokens) is ann
    assert find_reader(session, feed_token(ben, tokens), tokens) is ben


def test_a_new_password_ends_it(session: Session, tokens: Tokens, ann: Organizer) -> None:
    old = feed_token(ann, tokens)
    people.set_password(session, ann.address, "a long sentence to sign in with")
    assert find_reader(session, old, tokens) is None
    assert find_reader(session, feed_token(ann, tokens), tokens) is ann


def test_who_is_disabled_has_none(
    session: Session, tokens: Tokens, ann: Organizer, now: datetime
) -> None:
    token = feed_token(ann, tokens)
    people.disable(session, ann.address, now)
    assert find_reader(session, token, tokens) is None


def test_a_token_of_another_kind_or_secret_opens_nothing(
    session: Session, tokens: Tokens, ann: Organizer
) -> None:
    token = feed_token(ann, tokens)
    other = tokens.sign("open", token[:16])
    stolen = feed_token(ann, Tokens("another secret"))
    stranger = tokens.sign("feed", tokens.key("feed:999:"))
    for wrong in (other, stolen, stranger, token[:-1], "", "é" * 32):
        assert find_reader(session, wrong, tokens) is None
