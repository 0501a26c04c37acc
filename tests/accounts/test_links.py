"""Links that let somebody set a password: whose, how long, how often, and how they are mailed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlmodel import Session, select

from outreach.accounts import links, people
from outreach.accounts.letterhead import Letterhead
from outreach.accounts.tables import EntryKind, EntryLink, Role
from outreach.db import Database
from outreach.delivery.composing import Composer
from outreach.delivery.tables import Delivery, Purpose
from outreach.errors import InvalidInput, NotAllowed
from outreach.letters.tables import Skeleton
from outreach.tokens import Tokens

DESK = "https://desk.example.org"
ANNA, PASSWORD = "anna@example.org", "four calm words here"


@dataclass(frozen=True)
class Post:
    """What the worker does with what was asked for, and the links that arrive."""

    session: Session
    tokens: Tokens

    def deliver(self, now: datetime) -> list[str]:
        """The tokens of the links in all mails so far, in the order they left."""
        letterhead = Letterhead("Outreach", "inbox@in.example.org", DESK, self.tokens)
        links.mail_waiting(self.session, letterhead, now)
        composer = Composer(
            tokens=self.tokens, public_url=DESK, reply_address="inbox@in.example.org"
        )
        rows = self.session.exec(select(Delivery).order_by(Delivery.id))
        return [self._token(composer, row, now) for row in rows if row.purpose is Purpose.entry]

    def _token(self, composer: Composer, row: Delivery, now: datetime) -> str:
        skeleton = self.session.get_one(Skeleton, row.skeleton_id)
        text = composer.compose(row, skeleton, now).copy.text
        token = next(line for line in text.splitlines() if line.startswith(f"{DESK}/enter/"))
        token = token.removeprefix(f"{DESK}/enter/")
        assert token not in str(row.model_dump())  # whoever reads the table cannot come in
        return token

    def find(self, token: str, now: datetime) -> EntryLink | None:
        return links.find(self.session, token, self.tokens, now)


@pytest.fixture
def post(session: Session, tokens: Tokens) -> Post:
    return Post(session, tokens)


def test_an_invitation_lets_in_once(session: Session, post: Post, now: datetime) -> None:
    invited = links.invite(session, "Anna@example.org", Role.viewer, "Anna", now)
    assert (invited.password_hash, invited.gets_reports) == (None, False)
    (token,) = post.deliver(now)
    assert post.deliver(now) == [token]  # mailed once
    link = post.find(token, now + timedelta(days=6))
    assert link
    assert links.use(session, link, PASSWORD).gets_reports
    assert people.authenticate(session, ANNA, PASSWORD) is invited
    assert post.find(token, now) is None


def test_it_ends_after_seven_days_with_the_next_one_and_with_the_account(
    session: Session, post: Post, now: datetime
) -> None:
    links.invite(session, ANNA, Role.viewer, "Anna", now)
    (first,) = post.deliver(now)
    assert post.find(first, now + timedelta(days=7)) is None
    links.invite_again(session, ANNA, now)
    assert post.find(first, now) is None
    _, second = post.deliver(now)
    assert post.find(second, now)
    people.disable(session, ANNA, now)
    assert post.find(second, now) is None
    with pytest.raises(NotAllowed, match="no invitation"):
        links.invite_again(session, ANNA, now)


def test_a_forgotten_password_is_replaced_within_the_hour(
    session: Session, post: Post, now: datetime
) -> None:
    people.add_organizer(session, ANNA, Role.viewer, "Anna", PASSWORD, now)
    links.ask_for_reset(session, " ANNA@example.org", now)
    links.ask_for_reset(session, ANNA, now)
    first, second = post.deliver(now)
    assert post.find(first, now + timedelta(hours=1)) is None
    link = post.find(first, now + timedelta(minutes=59))
    assert link
    with pytest.raises(InvalidInput, match="12 characters"):
        links.use(session, link, "short")
    links.use(session, link, "another calm sentence")
    assert people.authenticate(session, ANNA, "another calm sentence")
    assert post.find(first, now) is post.find(second, now) is None


def test_no_mail_goes_to_who_has_no_account_none_to_close_or_never_a_password(
    session: Session, post: Post, now: datetime
) -> None:
    people.add_organizer(session, "reader@example.org", Role.viewer, "", None, now)
    people.add_organizer(session, "gone@example.org", Role.viewer, "", PASSWORD, now)
    people.disable(session, "gone@example.org", now)
    for address in ("stranger@example.org", "reader@example.org", "gone@example.org"):
        links.ask_for_reset(session, address, now)
    links.ask_for_reset(session, "no address", now)
    assert len(session.exec(select(EntryLink)).all()) == 3  # all are treated alike until then
    assert post.deliver(now) == []
    assert session.exec(select(EntryLink)).all() == []


def test_the_first_admin_comes_in_by_the_last_link_while_there_is_nobody(
    session: Session, post: Post, tokens: Tokens, now: datetime
) -> None:
    old, new = (tokens.sign("entry", links.let_first_in(session, tokens, now)) for _ in range(2))
    assert post.find(old, now) is None
    assert post.find(new, now + timedelta(days=1)) is None
    link = post.find(new, now)
    assert link
    first = links.use_first(session, link, ANNA, "Anna", PASSWORD, now)
    session.flush()
    assert first.role is Role.admin
    assert post.find(new, now) is None
    later = tokens.sign("entry", links.let_first_in(session, tokens, now))
    assert post.find(later, now) is None


@pytest.mark.parametrize("kind", list(EntryKind))
def test_whoever_is_second_with_a_link_comes_too_late(
    database: Database, tokens: Tokens, now: datetime, kind: EntryKind
) -> None:
    token = tokens.sign("entry", a_link(database, tokens, now, kind))
    together = Barrier(2)

    def come(name: str) -> bool:
        together.wait()
        with database.transaction() as session:
            link = links.find(session, token, tokens, now)
            if link is None:
                return False
            if kind is EntryKind.first:
                links.use_first(session, link, f"{name}@example.org", name, PASSWORD, now)
            else:
                links.use(session, link, f"{PASSWORD} {name}")
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(come, ["anna", "berta"])) == [False, True]


def a_link(database: Database, tokens: Tokens, now: datetime, kind: EntryKind) -> str:
    """Its key."""
    with database.transaction() as session:
        if kind is EntryKind.first:
            return links.let_first_in(session, tokens, now)
        password = PASSWORD if kind is EntryKind.reset else None
        people.add_organizer(session, ANNA, Role.viewer, "Anna", password, now)
        key = tokens.key("a mail")
        expires_at = now + timedelta(hours=1)
        session.add(EntryLink(kind=kind, address=ANNA, key=key, expires_at=expires_at))
        return key


def test_a_link_is_worth_nothing_under_another_secret_or_purpose(
    session: Session, post: Post, now: datetime, tokens: Tokens
) -> None:
    links.invite(session, ANNA, Role.viewer, "Anna", now)
    (token,) = post.deliver(now)
    key = tokens.read("entry", token)
    assert key
    for wrong in (tokens.sign("reply", key), Tokens("other").sign("entry", key), key, ""):
        assert post.find(wrong, now) is None
