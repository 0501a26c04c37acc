"""Who the organizers are and what they may do."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from time import sleep

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from outreach.accounts import people
from outreach.accounts.tables import Organizer, Role
from outreach.db import Database
from outreach.errors import InvalidInput, NotAllowed, NotFound

PASSWORD = "four calm words here"


def an_organizer(
    session: Session, now: datetime, address: str = "anna@example.org", role: Role = Role.organizer
) -> Organizer:
    return people.add_organizer(session, address, role, "Anna", PASSWORD, now)


def test_an_organizer_is_found_however_the_address_is_written(
    session: Session, now: datetime
) -> None:
    added = an_organizer(session, now, "Anna@Example.org")
    assert added.address == "anna@example.org"
    assert people.find(session, "ANNA@EXAMPLE.ORG") == added
    assert people.find(session, "no address at all") is None


def test_the_same_address_is_not_added_twice(session: Session, now: datetime) -> None:
    an_organizer(session, now)
    with pytest.raises(InvalidInput, match="already"):
        an_organizer(session, now, "ANNA@example.org")


def test_a_weak_password_adds_nobody(session: Session, now: datetime) -> None:
    with pytest.raises(InvalidInput, match="12 characters"):
        people.add_organizer(session, "anna@example.org", Role.viewer, "Anna", "short", now)
    assert people.list_organizers(session) == []


def test_the_right_password_signs_in_and_nothing_else_does(session: Session, now: datetime) -> None:
    added = an_organizer(session, now)
    assert people.authenticate(session, "Anna@example.org", PASSWORD) == added
    assert people.authenticate(session, "anna@example.org", PASSWORD + "!") is None
    assert people.authenticate(session, "berta@example.org", PASSWORD) is None


def test_somebody_disabled_or_without_a_password_cannot_sign_in(
    session: Session, now: datetime
) -> None:
    people.add_organizer(session, "reader@example.org", Role.viewer, "", None, now)
    assert people.authenticate(session, "reader@example.org", "") is None
    an_organizer(session, now)
    assert people.disable(session, "anna@example.org", now).disabled_at == now
    assert people.authenticate(session, "anna@example.org", PASSWORD) is None


def test_a_new_password_replaces_the_old_one(session: Session, now: datetime) -> None:
    an_organizer(session, now)
    people.set_password(session, "anna@example.org", "another calm sentence")
    assert people.authenticate(session, "anna@example.org", PASSWORD) is None
    assert people.authenticate(session, "anna@example.org", "another calm sentence")


def test_an_unknown_address_is_named_with_the_way_to_list_the_known(session: Session) -> None:
    with pytest.raises(NotFound, match="outreach user list"):
        people.set_role(session, "berta@example.org", Role.viewer)


def test_the_last_admin_can_be_neither_disabled_nor_demoted(
    session: Session, now: datetime
) -> None:
    an_organizer(session, now, role=Role.admin)
    with pytest.raises(NotAllowed, match="only admin"):
        people.disable(session, "anna@example.org", now)
    with pytest.raises(NotAllowed, match="only admin"):
        people.set_role(session, "anna@example.org", Role.viewer)
    an_organizer(session, now, "berta@example.org", role=Role.admin)
    assert people.set_role(session, "anna@example.org", Role.viewer).role is Role.viewer


@pytest.mark.parametrize("act", ["role", "disable"])
def test_two_admins_who_take_it_from_one_another_at_once_leave_one(
    database: Database, now: datetime, act: str
) -> None:
    addresses = ["anna@example.org", "berta@example.org"]
    with database.transaction() as session:
        for address in addresses:
            people.add_organizer(session, address, Role.admin, "", None, now)
    together = Barrier(2)

    def take_from(address: str) -> str:
        together.wait()
        try:
            with database.transaction() as session:
                if act == "role":
                    people.set_role(session, address, Role.viewer)
                else:
                    people.disable(session, address, now)
                sleep(0.05)  # the other looks before this is written
        except NotAllowed:
            return "refused"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take_from, addresses)) == ["done", "refused"]


@given(st.sampled_from(Role), st.sampled_from(Role), st.sampled_from(Role))
def test_roles_include_one_another_in_one_line(a: Role, b: Role, c: Role) -> None:
    assert a.includes(a)
    assert a.includes(b) or b.includes(a)
    assert not (a.includes(b) and b.includes(c)) or a.includes(c)
    assert Role.admin.includes(a)
    assert a.includes(Role.viewer)


def test_a_time_zone_is_one_that_there_is_or_the_organization_s(
    session: Session, now: datetime
) -> None:
    an_organizer(session, now)
    assert people.choose_zone(session, "anna@example.org", "Asia/Tokyo").zone == "Asia/Tokyo"
    with pytest.raises(InvalidInput, match="“Mars/Base”; write it as"):
        people.choose_zone(session, "anna@example.org", "Mars/Base")
    assert people.get(session, "anna@example.org").zone == "Asia/Tokyo"
    assert people.choose_zone(session, "anna@example.org", "").zone is None
