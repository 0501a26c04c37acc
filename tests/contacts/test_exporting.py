"""An export gives back what was imported, and runs nothing in a spreadsheet."""

import csv
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, create_engine, select

from outreach.contacts.erasing import erase, find_person
from outreach.contacts.exporting import export_contacts
from outreach.contacts.fields import one_line
from outreach.contacts.importing import import_contacts
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact, Mission
from outreach.errors import InvalidInput, NotFound
from outreach.tokens import Tokens
from tests.contacts.conftest import Import, MakeFile

Export = Callable[..., str]


@pytest.fixture
def export(session: Session, states: MemberStates) -> Export:
    def run(list_slug: str | None = None) -> str:
        out = io.StringIO(newline="")
        export_contacts(session, out, states, list_slug)
        return out.getvalue()

    return run


def table(exported: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported.removeprefix("\ufeff"), newline="")))


def test_an_export_holds_every_field_under_a_header_that_imports_know(
    bring_in: Import, a_file: MakeFile, export: Export
) -> None:
    bring_in(
        a_file(
            ("Email", "Country", "Role", "Tags", "Language", "Table"),
            ("a@example.org", "Suisse", "Ambassadrice", "x,y", "fr en", "7"),
            ("b@example.org", "Congo", "", "", "", ""),
        ),
        list_slug="geneva",
    )
    exported = export()
    assert exported.startswith("\ufeffe-mail,state,organization,")
    first, second = table(exported)
    assert (first["state"], first["role"], first["languages"]) == (
        "Switzerland", "ambassador", "fr; en",
    )  # fmt: skip
    assert (first["tags"], first["lists"], first["table"]) == ("x; y", "geneva", "7")
    assert (second["state"], second["organization"]) == ("Congo", "Permanent Mission")


def test_an_export_of_one_list_holds_its_members_and_their_columns_only(
    bring_in: Import, a_file: MakeFile, export: Export
) -> None:
    header = ("E-mail", "State")
    bring_in(a_file((*header, "One"), ("a@example.org", "FR", "1")), list_slug="one")
    bring_in(a_file((*header, "Two"), ("b@example.org", "FR", "2")), list_slug="two")
    (row,) = table(export("one"))
    assert (row["e-mail"], row["one"]) == ("a@example.org", "1")
    assert "two" not in row
    with pytest.raises(NotFound, match=r"three\. Lists: one, two"):
        export("three")


def test_a_formula_is_defused_and_comes_back_as_it_was(
    session: Session, bring_in: Import, a_file: MakeFile, export: Export, tmp_path: Path
) -> None:
    formula = '=HYPERLINK("https://example.org";"x")'
    bring_in(a_file(("E-mail", "State", "Name"), ("+a@example.org", "FR", formula)))
    (row,) = table(export())
    assert row["name"] == "'" + formula
    assert row["e-mail"] == "'+a@example.org"
    (tmp_path / "back.csv").write_text(export(), encoding="utf-8", newline="")
    result = bring_in(tmp_path / "back.csv")
    assert (result.added, result.updated, result.unchanged) == (0, 0, 1)


def test_erased_contacts_are_not_exported(
    session: Session,
    bring_in: Import,
    a_file: MakeFile,
    export: Export,
    tokens: Tokens,
    now: datetime,
) -> None:
    bring_in(a_file(("E-mail", "State"), ("a@example.org", "FR"), ("b@example.org", "FR")))
    erase(session, find_person(session, "a@example.org", tokens), now=now)
    assert [row["e-mail"] for row in table(export())] == ["b@example.org"]


def test_more_than_a_chunk_is_exported_whole(
    bring_in: Import, a_file: MakeFile, export: Export
) -> None:
    rows = [(f"{number}@example.org", "FR") for number in range(1_234)]
    bring_in(a_file(("E-mail", "State"), *rows))
    assert [row["e-mail"] for row in table(export())] == [address for address, _ in rows]


def is_a_value(text: str) -> bool:
    try:
        one_line(text, 60)
    except InvalidInput:
        return False
    return True


texts = st.text(alphabet=st.characters(codec="utf-8"), max_size=20).filter(is_a_value)
spiky = st.text(alphabet="'=+-@\t\r\n;,\" a", max_size=8).filter(is_a_value)
names = texts | spiky
contacts = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["FR", "CD", "KP", "NA", "CI"]),
        "organization": st.sampled_from(["", "Embassy", "=Embassy"]),
        "role": names,
        "title": names,
        "salutation": names,
        "given name": names,
        "family name": names,
        "name": names,
        "languages": st.sampled_from(["", "fr", "fr; en", "Chinese"]),
        "time zone": st.sampled_from(["", "Asia/Kolkata"]),
        "tags": st.lists(st.sampled_from(["-a", "Group B", "'=x"])).map("; ".join),
        "lists": st.sampled_from(["", "one", "one; two"]),
        "own": names,
        "2nd": names,
    }
)


def all_contacts(session: Session) -> list[dict[str, object]]:
    rows = session.exec(select(Contact, Mission).join(Mission).order_by(Contact.address))
    return [
        contact.model_dump(exclude={"id", "mission_id"}) | mission.model_dump(exclude={"id"})
        for contact, mission in rows
    ]


@settings(max_examples=30, suppress_health_check=list(HealthCheck), deadline=None)
@given(people=st.lists(contacts, min_size=1, max_size=3))
def test_what_is_exported_imports_as_the_same_contacts(
    people: list[dict[str, str]],
    states: MemberStates,
    tokens: Tokens,
    now: datetime,
    tmp_path: Path,
) -> None:
    def bring(session: Session, text: str) -> None:
        file = tmp_path / "contacts.csv"
        file.write_text(text, encoding="utf-8", newline="")
        result = import_contacts(session, file, states, tokens=tokens, now=now)
        assert result.problems == []

    def give(session: Session) -> str:
        out = io.StringIO(newline="")
        export_contacts(session, out, states)
        return out.getvalue()

    written = io.StringIO(newline="")
    sheet = csv.DictWriter(written, ["e-mail", *people[0]])
    sheet.writeheader()
    for number, person in enumerate(people):
        sheet.writerow({"e-mail": f"+{number}@example.org", **person})
    first, second = empty_database(), empty_database()
    with Session(first) as one, Session(second) as other:
        bring(one, written.getvalue())
        bring(other, give(one))
        assert all_contacts(one) == all_contacts(other)
        assert give(one) == give(other)
    first.dispose()
    second.dispose()


def empty_database() -> Engine:
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    return engine
