"""Contacts are found by what organizers remember of them, in any script, and by filters."""

import pytest
from sqlmodel import Session

from outreach.contacts import finding, lists
from outreach.contacts.finding import Mail, Wanted
from outreach.contacts.states import MemberStates
from outreach.contacts.terms import NO_LANGUAGE
from outreach.delivery import suppression
from outreach.delivery.tables import SuppressionReason
from tests.contacts.making import NOW, a_contact


@pytest.fixture
def people(session: Session, states: MemberStates) -> None:
    a_contact(session, states, "ana.silva@itamaraty.example", "BR", name="Ana Luísa da Silva",
              organization="Missão do Brasil", role="Embaixadora", tags="g20; WIPO group",
              languages="pt; en")  # fmt: skip
    a_contact(session, states, "wang@mfa.example", "CN", name="王毅敏", role="大使",
              organization="中国常驻代表团", languages="zh")  # fmt: skip
    a_contact(session, states, "m@mid.example", "RU", name="Мария Иванова", role="mailbox")
    a_contact(session, states, "x@mission-fr.example", "FR", name="Jean Mali", tags="g20")
    a_contact(session, states, "y@mission-ml.example", "ML", name="O'Brien")


def found(session: Session, states: MemberStates, **wanted: object) -> list[str]:
    rows = finding.page(session, Wanted(**wanted), states, after=0, rows=50)  # type: ignore[arg-type]
    return [contact.address.partition("@")[0] for contact, _ in rows]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("", ["ana.silva", "wang", "m", "x", "y"]),
        ("silva", ["ana.silva"]),
        ("LUISA sil", ["ana.silva"]),
        ("ana silva mali", []),
        ("ana.silva@itamaraty.example", ["ana.silva"]),
        ("itamar", ["ana.silva"]),
        ("lu", []),
        ("da", ["ana.silva"]),
        ("毅", ["wang"]),
        ("代表团", ["wang"]),
        ("мария", ["m"]),
        ("Ivanova", []),
        ("Brésil", ["ana.silva"]),
        ("巴西", ["ana.silva"]),
        ("ana brazil", ["ana.silva"]),
        ("mali", ["x", "y"]),
        ("O'Brien", ["y"]),
        ("' | 'silva':*", ["ana.silva"]),
        ("%", ["ana.silva", "wang", "m", "x", "y"]),
        ("tag:g20", []),
        ("\\ \x00 &", ["ana.silva", "wang", "m", "x", "y"]),
    ],
)
def test_by_words(session: Session, states: MemberStates, text: str, whom: list[str]) -> None:
    assert found(session, states, text=text) == whom


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("wanted", "whom"),
    [
        ({"state": "BR"}, ["ana.silva"]),
        ({"role": "ambassador"}, ["wang"]),
        ({"role": "Embaixadora"}, ["ana.silva"]),
        ({"tag": "G20"}, ["ana.silva", "x"]),
        ({"tag": "wipo Group"}, ["ana.silva"]),
        ({"tag": "wipo"}, []),
        ({"language": "en"}, ["ana.silva"]),
        ({"language": NO_LANGUAGE}, ["m", "x", "y"]),
        ({"text": "mali", "tag": "g20"}, ["x"]),
        ({"text": "mali", "language": NO_LANGUAGE}, ["x", "y"]),
    ],
)
def test_by_filters(
    session: Session, states: MemberStates, wanted: dict[str, str], whom: list[str]
) -> None:
    assert found(session, states, **wanted) == whom


@pytest.mark.usefixtures("people")
def test_by_list_and_by_whether_mail_may_go(session: Session, states: MemberStates) -> None:
    made = lists.make(session, "some")
    assert found(session, states, list_id=made.id) == []
    lists.put_on(session, made.id or 0, finding.conditions(session, Wanted(tag="g20"), states))
    assert found(session, states, list_id=made.id) == ["ana.silva", "x"]
    suppression.suppress(session, "x@mission-fr.example", SuppressionReason.bounced, now=NOW)
    assert found(session, states, mail=Mail.stopped) == ["x"]
    assert found(session, states, list_id=made.id, mail=Mail.may_go) == ["ana.silva"]


@pytest.mark.usefixtures("people")
def test_page_by_page_and_counted_as_far_as_asked(session: Session, states: MemberStates) -> None:
    first = finding.page(session, Wanted(), states, after=0, rows=2)
    rest = finding.page(session, Wanted(), states, after=first[-1][0].id or 0, rows=50)
    assert len(first) + len(rest) == 5
    everybody = finding.conditions(session, Wanted(), states)
    assert finding.count_up_to(session, everybody, 10) == 5
    assert finding.count_up_to(session, everybody, 3) == 4
