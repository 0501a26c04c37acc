"""Contact lists and who is on them."""

import pytest
from sqlmodel import Session

from outreach.contacts.lists import contacts_on, names
from outreach.errors import NotFound
from tests.contacts.conftest import Import, MakeFile

HEADER = ("E-mail", "State", "Lists")


def test_contacts_on_several_lists_come_once_and_by_state(
    session: Session, bring_in: Import, a_file: MakeFile
) -> None:
    bring_in(
        a_file(
            HEADER,
            ("b@example.org", "FR", "one; two"),
            ("a@example.org", "FR", "two"),
            ("c@example.org", "DE", "one"),
            ("d@example.org", "DE", "three"),
        )
    )
    assert names(session) == ["one", "three", "two"]
    found = [(mission.state, c.address[0]) for c, mission in contacts_on(session, ["one", "two"])]
    assert found == [("DE", "c"), ("FR", "b"), ("FR", "a")]
    assert contacts_on(session, []) == []


def test_a_list_that_there_is_not_is_named_with_those_there_are(
    session: Session, bring_in: Import, a_file: MakeFile
) -> None:
    with pytest.raises(NotFound, match=r"no contact list geneva\. Lists: none yet"):
        contacts_on(session, ["geneva"])
    bring_in(a_file(HEADER, ("a@example.org", "FR", "vienna")))
    with pytest.raises(NotFound, match=r"no contact list geneva\. Lists: vienna"):
        contacts_on(session, ["vienna", "geneva"])
