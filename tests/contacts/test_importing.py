"""An import brings in all of a file, or nothing and every reason why."""

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import func
from sqlmodel import Session, select

from outreach.contacts.columns import read_header
from outreach.contacts.importing import MOST_PROBLEMS, ImportResult, import_contacts
from outreach.contacts.lists import contacts_on
from outreach.contacts.reading import read_rows
from outreach.contacts.rows import RowReader
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact, ContactList, ListMembership, Mission
from outreach.db import Database
from outreach.errors import InvalidInput
from outreach.tokens import Tokens
from tests.contacts.conftest import Import, MakeFile

HEADER = ("E-mail", "State")


def everyone(session: Session) -> list[tuple[Contact, Mission]]:
    session.expire_all()
    return list(session.exec(select(Contact, Mission).join(Mission).order_by(Contact.address)))


def the_contact(session: Session) -> tuple[Contact, Mission]:
    session.expire_all()
    return session.exec(select(Contact, Mission).join(Mission)).one()


def counts(result: ImportResult) -> tuple[int, int, int]:
    return result.added, result.updated, result.unchanged


def is_empty(session: Session) -> bool:
    tables = (Contact, Mission, ContactList, ListMembership)
    return not any(session.exec(select(func.count()).select_from(t)).one() for t in tables)


def test_every_field_arrives(session: Session, bring_in: Import, a_file: MakeFile) -> None:
    file = a_file(
        ("Courriel", "Pays", "Mission", "Fonction", "Titre", "Formule d'appel", "Prénom", "Nom",
         "Langues", "Fuseau horaire", "Étiquettes", "Listes", "N° de table"),
        ("Amb@Example.ORG", "Suisse", "Mission permanente", "Ambassadrice", "S.E. Mme",
         "Chère Madame,", "Zoë", "Müller", "français; en", "europe/zurich", "B; GRULAC; B",
         "geneva; vip", "7"),
    )  # fmt: skip
    assert counts(bring_in(file)) == (1, 0, 0)
    contact, mission = the_contact(session)
    assert (mission.state, mission.organization) == ("CH", "Mission permanente")
    assert contact.address == "amb@example.org"
    assert (contact.given_name, contact.family_name) == ("Zoë", "Müller")
    assert contact.name == "Zoë Müller"
    assert (contact.title, contact.role) == ("S.E. Mme", "ambassador")
    assert contact.salutation == "Chère Madame,"
    assert contact.languages == ["fr", "en"]
    assert contact.time_zone == "Europe/Zurich"
    assert contact.tags == ["B", "GRULAC"]
    assert contact.extra == {"n_de_table": "7"}
    assert len(contacts_on(session, ["geneva"])) == len(contacts_on(session, ["vip"])) == 1


def test_a_workbook_is_imported_like_a_csv_file(
    session: Session, bring_in: Import, tmp_path: Path
) -> None:
    workbook = Workbook()
    for row in (["E-mail", "State", "Table"], ["a@example.org", "France", 7]):
        workbook.active.append(row)
    workbook.save(tmp_path / "contacts.xlsx")
    assert counts(bring_in(tmp_path / "contacts.xlsx")) == (1, 0, 0)
    assert the_contact(session)[0].extra == {"table": "7"}


def test_an_empty_organization_is_the_permanent_mission(
    session: Session, bring_in: Import, a_file: MakeFile
) -> None:
    bring_in(a_file((*HEADER, "Mission"), ("a@example.org", "FR", "")))
    assert the_contact(session)[1].organization == "Permanent Mission"


def test_contacts_of_one_organization_share_a_mission_however_it_is_written(
    session: Session, bring_in: Import, a_file: MakeFile
) -> None:
    bring_in(
        a_file(
            (*HEADER, "Mission"),
            ("a@example.org", "FR", "Permanent Mission"),
            ("b@example.org", "France", "PERMANENT  mission"),
            ("c@example.org", "DE", "Permanent Mission"),
        )
    )
    bring_in(a_file((*HEADER, "Mission"), ("d@example.org", "FR", "permanent mission")))
    found = {contact.address[0]: mission.id for contact, mission in everyone(session)}
    assert found["a"] == found["b"] == found["d"] != found["c"]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Info@BÜCHER.example.org", "info@xn--bcher-kva.example.org"),
        ("señora@example.org", "señora@example.org"),
        ("ПОЧТА@пример.example.org", "почта@xn--e1afmkfd.example.org"),
        ("  a@example.org ", "a@example.org"),
    ],
)
def test_international_addresses_are_stored_in_one_form(
    session: Session, bring_in: Import, a_file: MakeFile, written: str, stored: str
) -> None:
    bring_in(a_file(HEADER, (written, "FR")))
    assert the_contact(session)[0].address == stored
    assert counts(bring_in(a_file(HEADER, (stored, "FR")))) == (0, 0, 1)


def test_importing_again_changes_what_changed_and_doubles_nothing(
    session: Session, bring_in: Import, a_file: MakeFile, now: datetime
) -> None:
    rows = [(*HEADER, "Name"), ("a@example.org", "FR", "Ann"), ("b@example.org", "DE", "Bo")]
    assert counts(bring_in(a_file(*rows))) == (2, 0, 0)
    assert counts(bring_in(a_file(*rows))) == (0, 0, 2)
    later = now + timedelta(days=1)
    rows[1] = ("A@example.org", "Italy", "Ann")
    assert counts(bring_in(a_file(*rows), now=later)) == (0, 1, 1)
    (ann, of_ann), (bo, _) = everyone(session)
    assert (of_ann.state, ann.created_at, ann.updated_at) == ("IT", now, later)
    assert bo.updated_at == now


def test_a_file_leaves_alone_the_fields_it_has_no_column_for(
    session: Session, bring_in: Import, a_file: MakeFile
) -> None:
    full = ("E-mail", "State", "Mission", "Name", "Tags", "Table", "Seat")
    bring_in(a_file(full, ("a@example.org", "FR", "Embassy", "Ann", "x", "7", "9")))
    bring_in(a_file((*HEADER, "Table", "Seat"), ("a@example.org", "FR", "8", "")))
    contact, mission = the_contact(session)
    assert (contact.name, contact.tags, mission.organization) == ("Ann", ["x"], "Embassy")
    assert contact.extra == {"table": "8"}


def test_an_unchanged_contact_still_joins_the_list(
    session: Session, bring_in: Import, a_file: MakeFile
) -> None:
    file = a_file(HEADER, ("a@example.org", "FR"))
    bring_in(file, list_slug="one")
    for _ in range(2):
        assert counts(bring_in(file, list_slug="two")) == (0, 0, 1)
    assert len(contacts_on(session, ["one"])) == len(contacts_on(session, ["two"])) == 1


BAD_ROWS = [
    (("nonsense", "FR"), "E-mail: An email address must have an @-sign."),
    (("", "FR"), "E-mail: is empty"),
    (("secret@exa mple.org", "FR"), "E-mail: The part after the @-sign contains"),
    (("b@sec☃ret.example.org", "FR"), "E-mail: The part after the @-sign is invalid"),
    (("b@xn--secret.example.org", "FR"), "E-mail: The part after the @-sign is not valid IDNA"),
    (("secret@" + "x" * 2_000, "FR"), "E-mail: is longer than 1,000 characters"),
    (("b@example.org", "Atlantis"), "State: is no member state, or could be more than one"),
    (("b@example.org", "Korea"), "State: is no member state, or could be more than one"),
    (("b@example.org", ""), "State: is empty"),
    (("b@example.org", "FR", "Na\0me"), "Name: holds control characters"),
    (("b@example.org", "FR", "Na\x1b[1mme"), "Name: holds control characters"),
    (("b@example.org", "FR", "x" * 201), "Name: is longer than 200 characters"),
    (("b@example.org", "FR", "#REF!"), "Name: holds a spreadsheet's error"),
    (("b@example.org", "FR", "", "Klingonese"), "Language: is no language"),
    (("b@example.org", "FR", "", "", "Mars/Olympus"), "Time zone: is no time zone"),
    (("b@example.org", "FR", "", "", "", "t" * 61), "Tags: holds more than 50 tags, or one over"),
    (("b@example.org", "FR", "", "", "", "", "Not A Slug"), "List: is no name of a list"),
    (("b@example.org", "FR", "", "", "", "", "", "x" * 2_001), "Own: is longer than 2,000"),
    (("b@example.org", "FR", "", "", "", "", "", "", "x"), "column 9: holds something, but"),
    (("b@example.org", "FR", "", "", "", "", "", "", "", "x"), "has 10 columns where the header"),
    (("A@EXAMPLE.org", "FR"), "E-mail: is the same address as in row 2"),
]


@pytest.mark.parametrize(("row", "problem"), BAD_ROWS)
def test_one_bad_row_keeps_everything_out_and_is_named(
    session: Session, bring_in: Import, a_file: MakeFile, row: tuple[str, ...], problem: str
) -> None:
    header = (*HEADER, "Name", "Language", "Time zone", "Tags", "List", "Own", "")
    good = ("a@example.org", "FR", *[""] * 7)
    row += ("",) * (len(header) - len(row))
    result = bring_in(a_file(header, good, row), list_slug="geneva")
    (found,) = result.problems
    separator = ": " if problem.startswith("has") else ", "
    assert str(found).startswith(f"row 3{separator}{problem}")
    assert not any(quoted in str(found) for quoted in ("secret", "☃", "હ"))
    assert (result.stored, result.bad_rows, counts(result)) == (False, 1, (0, 0, 0))
    assert is_empty(session)


def test_a_row_that_is_too_short_is_named(
    session: Session, bring_in: Import, tmp_path: Path
) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text("E-mail,State,Name\na@example.org,FR\n", encoding="utf-8")
    assert [str(problem) for problem in bring_in(file).problems] == [
        "row 2: has 2 columns where the header has 3"
    ]


def test_all_problems_of_a_row_are_told_at_once(bring_in: Import, a_file: MakeFile) -> None:
    result = bring_in(a_file(HEADER, ("nonsense", "Atlantis")))
    assert [problem.field for problem in result.problems] == ["E-mail", "State"]
    assert (result.bad_rows, result.problem_count) == (1, 2)


def test_many_problems_are_counted_and_the_first_are_listed(
    bring_in: Import, a_file: MakeFile
) -> None:
    result = bring_in(a_file(HEADER, *[("nonsense", "Atlantis")] * 80))
    assert len(result.problems) == MOST_PROBLEMS
    assert (result.bad_rows, result.problem_count) == (80, 160)


def test_good_rows_are_stored_when_bad_ones_may_be_skipped(
    session: Session, bring_in: Import, a_file: MakeFile
) -> None:
    rows = [("nonsense", "FR"), ("a@example.org", "FR"), ("a@example.org", "DE")]
    result = bring_in(a_file(HEADER, *rows), skip_bad=True)
    assert counts(result) == (1, 0, 0)
    assert (result.stored, result.bad_rows) == (True, 2)
    assert the_contact(session)[1].state == "FR"


def test_a_dry_run_tells_and_stores_nothing(
    session: Session, bring_in: Import, a_file: MakeFile
) -> None:
    assert counts(bring_in(a_file(HEADER, ("a@example.org", "FR")), dry_run=True)) == (1, 0, 0)
    assert is_empty(session)
    bring_in(a_file(HEADER, ("a@example.org", "FR"), ("b@example.org", "FR")))
    rows = [("a@example.org", "DE"), ("b@example.org", "FR"), ("c@example.org", "FR")]
    result = bring_in(a_file(HEADER, *rows), dry_run=True, list_slug="geneva")
    assert (counts(result), result.stored) == ((1, 1, 1), False)
    assert [mission.state for _, mission in everyone(session)] == ["FR", "FR"]


@pytest.mark.parametrize("text", ["two\r\nlines", "two\tlines", "two \u2028 lines", " two  lines "])
def test_line_breaks_in_a_field_become_a_space(
    session: Session, bring_in: Import, a_file: MakeFile, text: str
) -> None:
    bring_in(a_file((*HEADER, "Name"), ("a@example.org", "FR", text)))
    assert the_contact(session)[0].name == "two lines"


def test_lines_in_a_field_of_several_are_several(
    session: Session, bring_in: Import, a_file: MakeFile
) -> None:
    file = a_file((*HEADER, "Tags", "Language"), ("a@example.org", "FR", "B\r\nC", "fr\nen"))
    bring_in(file)
    contact, _ = the_contact(session)
    assert (contact.tags, contact.languages) == (["B", "C"], ["fr", "en"])


@pytest.mark.parametrize(
    "text", ["{{ contact.__class__ }}", "<b>bold</b>", "Bcc: x@example.org", "'; DROP TABLE x; --"]
)
def test_text_that_looks_like_something_else_stays_text(
    session: Session, bring_in: Import, a_file: MakeFile, text: str
) -> None:
    bring_in(a_file((*HEADER, "Name"), ("a@example.org", "FR", text)))
    assert the_contact(session)[0].name == text


def test_a_file_that_breaks_off_leaves_nothing(
    session: Session, bring_in: Import, tmp_path: Path
) -> None:
    file = tmp_path / "contacts.csv"
    rows = "".join(f"{number}@example.org,FR\n" for number in range(2_500))
    file.write_text(f'E-mail,State\n{rows}"open,FR\n', encoding="utf-8")
    with pytest.raises(InvalidInput, match="row 2502: a quotation mark"):
        bring_in(file, skip_bad=True)
    assert is_empty(session)


def test_an_empty_file_is_refused(bring_in: Import, a_file: MakeFile) -> None:
    with pytest.raises(InvalidInput, match=r"contacts\.csv is empty"):
        bring_in(a_file())


def test_a_header_alone_brings_nobody(bring_in: Import, a_file: MakeFile) -> None:
    assert counts(bring_in(a_file(HEADER))) == (0, 0, 0)


@pytest.mark.parametrize("slug", ["Geneva missions", "-x", "x" * 81, "../x"])
def test_a_list_name_that_is_none_is_refused(bring_in: Import, a_file: MakeFile, slug: str) -> None:
    with pytest.raises(InvalidInput, match="is no name of a list"):
        bring_in(a_file(HEADER, ("a@example.org", "FR")), list_slug=slug)


def test_progress_counts_what_is_read_and_then_what_is_written(
    bring_in: Import, a_file: MakeFile
) -> None:
    seen: list[tuple[int, int | None]] = []
    rows = [(f"{number}@example.org", "FR") for number in range(1_500)]
    bring_in(a_file(HEADER, *rows), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1_000, None), (1_000, 1_500), (1_500, 1_500)]


def test_a_transaction_that_fails_later_leaves_no_contact(
    database: Database, a_file: MakeFile, states: MemberStates, tokens: Tokens, now: datetime
) -> None:
    file = a_file(HEADER, ("a@example.org", "FR"))

    def fails() -> None:
        with database.transaction() as session:
            import_contacts(session, file, states, tokens=tokens, now=now, list_slug="geneva")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    with database.reading() as session:
        assert is_empty(session)


@settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(lambda t: t.encode("utf-8")))
def test_no_content_whatever_raises_anything_but_invalid_input(
    states: MemberStates, tmp_path: Path, content: bytes
) -> None:

    file = tmp_path / "contacts.csv"
    file.write_bytes(b"E-mail,State,Name\n" + content)
    with suppress(InvalidInput):
        rows = read_rows(file)
        reader = RowReader(read_header(next(rows)[1], file.name), states)
        for number, cells in rows:
            assert reader.read(number, cells)
