"""`contacts erase` and `contacts about` as an organizer types them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from outreach.cli import cli

ANA = "ana@mission-fr.example"
MAIL = (
    b"From: Ana <ana@mission-fr.example>\nTo: inbox@in.example.org\nMessage-ID: <1@x>\n\nSecret\n"
)
OF_ANOTHER = (
    b"From: Bea <bea@mission-fr.example>\nTo: inbox@in.example.org\nCc: Ana@mission-fr.example\n"
    b"Message-ID: <2@x>\n\nAsk ana@mission-fr.example\n"
)


@pytest.fixture(autouse=True)
def in_a_new_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def take_in(*contents: bytes) -> None:
    for number, content in enumerate(contents):
        Path(f"{number}.eml").write_bytes(content)
    assert (
        run("inbox", "ingest", *(f"{number}.eml" for number in range(len(contents)))).exit_code == 0
    )


def test_a_contact_is_erased_with_its_mails_and_what_is_left_is_said() -> None:
    Path("c.csv").write_text(f"e-mail;state\n{ANA};France\n")
    assert run("contacts", "import", "c.csv").exit_code == 0
    take_in(MAIL, OF_ANOTHER)
    result = run("contacts", "erase", ANA, "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert (told["contacts"], told["mails"], told["raw_mails"]) == (1, 1, 1)
    assert (told["others_recipients"], told["others_mails_to_look_at"]) == (1, [2])
    assert told["remains"]["raw_mail.content"] == 1
    assert "look at them: 2." in result.stderr
    assert ANA not in run("contacts", "export").stdout
    assert "1 new" not in run("contacts", "import", "c.csv").stderr


def test_a_dry_run_changes_nothing() -> None:
    take_in(MAIL)
    tried = run("contacts", "erase", ANA, "--dry-run", "--json")
    assert "Nothing was changed" in tried.stderr
    assert json.loads(tried.stdout)["mails"] == 1
    assert json.loads(run("contacts", "erase", ANA, "--json").stdout) == json.loads(tried.stdout)
    refused = run("contacts", "erase", ANA)
    assert (refused.exit_code, "Nothing is kept" in refused.stderr) == (1, True)


@pytest.mark.parametrize("address", ["nobody@example.org", "nonsense"])
def test_one_of_whom_nothing_is_kept_is_said_to_be_unknown(address: str) -> None:
    result = run("contacts", "erase", address)
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_what_is_kept_of_a_person_is_told() -> None:
    Path("c.csv").write_text(f"e-mail;state;name\n{ANA};France;Ana Laurent\n")
    run("contacts", "import", "c.csv", "--list", "geneva")
    take_in(MAIL, OF_ANOTHER)
    told = json.loads(run("contacts", "about", ANA, "--json").stdout)
    assert told["contact"][0]["name"] == "Ana Laurent"
    assert (told["mission"][0]["state"], told["lists"][0]["slug"]) == ("FR", "geneva")
    assert [mail["text"] for mail in told["mails"]] == ["Secret"]
    assert [mail["from_name"] for mail in told["mails_of_others"]] == ["Bea"]
    assert "mails            1" in run("contacts", "about", ANA).stdout
    run("contacts", "erase", ANA)
    # The other's mail still names the person, as the organizer was told.
    left = json.loads(run("contacts", "about", ANA, "--json").stdout)
    assert [name for name, rows in left.items() if rows] == ["mails_of_others"]
    assert run("contacts", "about", "nobody@example.org").exit_code == 1
