"""What is wrong in a file is found and stored in English, and told in the reader's language."""

from pathlib import Path

import pytest

from outreach.contacts import inspecting
from outreach.contacts.columns import guess, label
from outreach.contacts.headers import HEADERS
from outreach.contacts.inspecting import inspect
from outreach.contacts.states import MemberStates
from outreach.db import Database
from outreach.errors import InvalidInput
from outreach.texts import retold, speaking
from tests.contacts.making import NOW, TOKENS

ROWS = """E-mail,State,Name,Time zone,Languages,Tags,Lists,,Note
,,Nobody,,,,,,
ann@example.org,Atlantis,#REF!,Mars,xx yy,{tags},Geneva List,stray,
x@example.org,FR,{long},,,,,,
ok@example.org,FR,,,,,,,
OK@example.org,FR,,,,,,,
y@example.org,FR,,,,,,,,too many
""".replace("\x01", "").format(tags="t" * 61, long="n" * 2_001)
WHOLE = [
    b"",
    b"who,where\n",
    b"mail,e-mail,State\n",
    b"who where\n",
    b'E-mail,State\n"a,FR\n',
    b"E-mail,State" + b",x" * 300,
    b"PK\x03\x04 and no more",
    b"%PDF-1.7\0\0",
    b"E-mail,State\n" + b"a@example.org,FR\n" * 8,
]


def problems(database: Database, states: MemberStates, tmp_path: Path, content: bytes) -> list[str]:
    file = tmp_path / "Your file"
    file.write_bytes(content)
    with database.reading() as session:
        try:
            found = inspect(session, file, None, states, tokens=TOKENS, now=NOW)
        except InvalidInput as problem:
            return str(problem).splitlines()
    return found.problem.splitlines() or [each.reason for each in found.problems]


def test_each_problem_of_a_row_is_told_in_french(
    database: Database, states: MemberStates, tmp_path: Path
) -> None:
    found = set(problems(database, states, tmp_path, ROWS.encode()))
    assert len(found) == 12
    with speaking("fr"):
        assert [each for each in found if retold(each) == each] == []
        assert retold("is longer than 2,000 characters") == "dépasse 2\u202f000 caractères"


@pytest.mark.parametrize("content", WHOLE)
def test_each_problem_of_a_file_is_told_in_french(
    database: Database,
    states: MemberStates,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
) -> None:
    monkeypatch.setattr(inspecting, "MOST_ROWS", 6)
    found = problems(database, states, tmp_path, content)
    assert found
    with speaking("fr"):
        assert [each for each in found if retold(each.strip()) == each.strip()] == []


def test_headers_as_a_french_page_names_them_are_understood() -> None:
    with speaking("fr"):
        named = [label(field) for field in HEADERS]
    assert guess(named).fields == tuple(HEADERS)


def test_states_stand_in_the_order_of_the_reader_s_alphabet(states: MemberStates) -> None:
    names = [name for _, name in states.by_name("fr")]
    assert names.index("Équateur") + 1 == names.index("Érythrée")
    assert names.index("Allemagne") < names.index("Égypte") < names.index("France")
