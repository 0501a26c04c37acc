"""Commands as organizers type them: help, lists, exit codes, errors in a sentence."""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import closing
from email import message_from_bytes, policy
from io import BytesIO, TextIOWrapper
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from outreach.accounts import audit, people
from outreach.accounts.tables import AuditEntry
from outreach.cli import cli
from outreach.cli.printing import write_out
from outreach.config import shipped
from outreach.db import Database
from outreach.errors import InvalidInput
from tests.typesetting.reading import Pdf

LISTINGS = (
    ("user", "list"),
    ("letters", "list"),
    ("campaign", "list"),
    ("delivery", "list"),
    ("doctor",),
)


@pytest.fixture(autouse=True)
def in_a_new_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, arguments, input=stdin)


def every_command(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from every_command(command, *path, name)
        else:
            yield (*path, name)


@pytest.mark.parametrize("path", list(every_command(cli)), ids=" ".join)
def test_every_command_says_what_it_does(path: tuple[str, ...]) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert result.stdout.count("\n") > 4


@pytest.mark.parametrize("path", LISTINGS, ids=" ".join)
def test_every_listing_prints_json(path: tuple[str, ...]) -> None:
    result = run(*path, "--json")
    assert isinstance(json.loads(result.stdout), list)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("campaign", "plan", "nothing"), 'There is no campaign "nothing"'),
        (("campaign", "approve", "nothing", "--by", "a@example.org"), "There is no campaign"),
        (("delivery", "show", "7"), "There is no delivery 7"),
        (("letters", "preview", "nothing"), 'There is no letter "nothing"'),
        (("user", "role", "a@example.org", "admin"), "No organizer has the address"),
        (("contacts", "export", "--list", "nothing"), "nothing"),
        (("report", "weekly", "--week", "48"), "is no ISO week"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(arguments: tuple[str, ...], says: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert says in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("delivery", "show", "seven"),
        ("tick", "--at", "soon"),
        ("contacts", "import"),
    ],
)
def test_wrong_use_exits_with_2(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_wrong_settings_are_named_before_anything_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_TIMEZONE", "Geneva")
    result = run("tick")
    assert result.exit_code == 1
    assert "OUTREACH_TIMEZONE is not a time zone" in result.stderr
    assert not Path("var").exists()


def test_init_makes_the_database_and_letters_to_edit() -> None:
    assert run("init").exit_code == 0
    assert Path("templates/letters/wipo-russia-office/letter.en.md").is_file()
    Path("templates/letters/wipo-russia-office/letter.en.md").write_text("mine")
    assert run("init").exit_code == 0
    assert Path("templates/letters/wipo-russia-office/letter.en.md").read_text() == "mine"


def test_a_password_comes_from_standard_input_and_shows_nowhere() -> None:
    result = run("user", "add", "a@example.org", stdin="a quiet harbour at noon\n")
    assert result.exit_code == 0
    assert "harbour" not in result.output
    row = json.loads(run("user", "list", "--json").stdout)[0]
    assert (row["address"], row["role"]) == ("a@example.org", "organizer")


def test_an_import_with_a_bad_row_names_it_and_stores_nothing() -> None:
    Path("c.csv").write_text("e-mail;state\nm@fr.example;France\nno address;Chad\n")
    result = run("contacts", "import", "c.csv")
    assert result.exit_code == 1
    assert "row 3, e-mail" in result.stderr
    assert "Nothing was imported" in result.stderr
    tried = run("contacts", "import", "c.csv", "--dry-run")
    assert tried.exit_code == 1
    assert "Nothing would be imported" in tried.stderr
    assert "fr.example" not in run("contacts", "export").stdout


def test_a_letter_of_ones_own_is_brought_in_checked_and_seen() -> None:
    Path("mine.txt").write_text(
        "Dear Sir,\n\nPlease read this¹.\n\nYours,\n\nA. Name\n\n¹ A note\n"
    )
    run("init")
    assert run("letters", "import", "mine.txt", "--slug", "mine").exit_code == 0
    again = run("letters", "import", "mine.txt", "--slug", "mine")
    assert again.exit_code == 1
    assert "--replace" in again.stderr
    assert run("letters", "check", "mine").exit_code == 0
    shown = run("letters", "preview", "mine", "--state", "France")
    assert "Please read this[1]." in shown.stdout
    assert "[1] A note" in shown.stdout
    mail = run("letters", "preview", "mine", "--as", "eml", "--out", "mine.eml")
    assert mail.exit_code == 0
    assert b"List-Unsubscribe:" in Path("mine.eml").read_bytes()
    assert run("letters", "preview", "mine", "--as", "pdf", "--out", "mine.pdf").exit_code == 0
    told = Pdf(Path("mine.pdf").read_bytes()).text
    assert "Please read this1." in told
    assert "A note" in told


def test_a_file_is_not_poured_onto_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = TextIOWrapper(BytesIO())
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdout", terminal)
    write_out("Excellence\u0301", None)
    with pytest.raises(InvalidInput, match="--out FILE"):
        write_out(b"%PDF-1.7\n%\x80", None)
    assert terminal.buffer.getvalue() == "Excellence\u0301".encode()


def test_a_mistake_in_a_letter_is_named_with_its_file_and_line() -> None:
    run("init")
    file = Path("templates/letters/wipo-russia-office/letter.en.md")
    file.write_text(file.read_text().replace("{{ salutation }}", "{{ contact.__class__ }}"))
    result = run("letters", "check")
    assert result.exit_code == 1
    assert "letter.en.md: line " in result.stderr


def test_the_schema_for_editors_is_json() -> None:
    schema = json.loads(run("campaign", "schema").stdout)
    assert schema["properties"]["campaign"]


def test_a_mistake_in_a_schedule_is_named_with_line_and_key() -> None:
    text = (shipped("schedules") / "wipo-russia-office.toml").read_text("utf-8")
    Path("bad.toml").write_text(text.replace("per_hour = 120", "per_hour = 0"))
    result = run("campaign", "load", "bad.toml")
    assert result.exit_code == 1
    assert "pace.per_hour" in result.stderr
    assert "bad.toml, line " in result.stderr


def test_mails_are_classified_without_a_database() -> None:
    Path("m.eml").write_bytes(
        b"From: a@fr.example\r\nTo: inbox@in.example.org\r\nSubject: Re: letter\r\n\r\n"
        b"Thank you, we have read it.\r\n"
    )
    result = run("inbox", "classify", "m.eml", "--json")
    assert json.loads(result.stdout)["kind"] == "reply"
    assert not Path("var").exists()


def test_a_number_no_row_can_have_is_wrong_use_and_no_traceback() -> None:
    assert run("delivery", "show", "99999999999999999999").exit_code == 2
    assert run("tick", "--at", "9999-12-31T23:59").exit_code == 2
    assert run("tick", "--at", "").exit_code == 2


def test_a_letter_leaves_neither_its_folder_nor_its_name(tmp_path: Path) -> None:
    run("init")
    Path("mine.txt").write_text("Dear Sir,\n\nText.\n")
    for names in (("--slug", "../../evil"), ("--slug", "mine", "--language", "../zz")):
        result = run("letters", "import", "mine.txt", *names)
        assert result.exit_code == 1
        assert "small letters" in result.stderr
    assert not list(tmp_path.parent.rglob("evil"))


def test_who_loaded_a_campaign_does_not_approve_it_unless_alone() -> None:
    Path("c.csv").write_text("e-mail,state\nm@fr.example,France\n")
    run("contacts", "import", "c.csv", "--list", "geneva-missions")
    for person in ("a", "b"):
        run("user", "add", f"{person}@example.org", "--role", "approver", "--no-password")
    schedule = str(shipped("schedules") / "wipo-russia-office.toml")
    slug = "wipo-russia-office"
    approve = ("campaign", "approve", slug, "--by")

    run("campaign", "load", schedule)
    run("campaign", "plan", slug)
    assert "Nobody knows who loaded" in run(*approve, "a@example.org").stderr

    run("campaign", "load", schedule, "--by", "a@example.org")
    run("campaign", "plan", slug)
    assert "somebody else approves it" in run(*approve, "a@example.org").stderr
    assert run(*approve, "b@example.org").exit_code == 0
    assert "it is running" in run("campaign", "load", schedule, "--by", "a@example.org").stderr
    acts = [entry.act for entry in trail()]
    assert acts[-2:] == ["campaign planned", "campaign approved"]


def trail() -> list[AuditEntry]:
    with closing(Database("sqlite:///var/outreach.db")) as database, database.reading() as session:
        return list(reversed(audit.latest(session)))


def test_a_forgotten_password_is_replaced() -> None:
    run("user", "add", "a@example.org", stdin="a quiet harbour at noon\n")
    assert (
        run("user", "password", "a@example.org", stdin="another harbour at dusk\n").exit_code == 0
    )
    with closing(Database("sqlite:///var/outreach.db")) as database, database.reading() as session:
        assert people.authenticate(session, "a@example.org", "another harbour at dusk")
        assert not people.authenticate(session, "a@example.org", "a quiet harbour at noon")


def test_a_suppression_is_made_and_lifted_by_hand() -> None:
    assert "Nothing goes there any more" in run("contacts", "suppress", "m@fr.example").stderr
    assert "Nothing was going there" in run("contacts", "suppress", "m@fr.example").stderr
    assert "Mail may go there" in run("contacts", "suppress", "m@fr.example", "--lift").stderr


def test_a_letter_is_not_brought_into_the_program_itself() -> None:
    Path("mine.txt").write_text("Dear Sir,\n\nText.\n")
    result = run("letters", "import", "mine.txt", "--slug", "mine")
    assert result.exit_code == 1
    assert "outreach init" in result.stderr


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://127.0.0.1/x", "OUTREACH_DATABASE_URL is not the address of"),
        ("postgresql://nobody@127.0.0.1:1/x", "The database refused"),
        ("sqlite:////nowhere/at/all.db", "The database refused"),
    ],
)
def test_a_database_that_does_not_answer_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, url: str, says: str
) -> None:
    monkeypatch.setenv("OUTREACH_DATABASE_URL", url)
    result = run("user", "list")
    assert result.exit_code == 1
    assert says in result.stderr


def test_a_file_that_cannot_be_written_is_named() -> None:
    result = run("contacts", "export", "--out", "nowhere/contacts.csv")
    assert result.exit_code == 1
    assert "nowhere/contacts.csv" in result.stderr


def an_example_with_enclosures(*names: str) -> Path:
    """The example with a schedule that names these files; the folder for them, still empty."""
    run("init")
    Path("c.csv").write_text("e-mail,state\nm@fr.example,France\n")
    run("contacts", "import", "c.csv", "--list", "geneva-missions")
    text = (shipped("schedules") / "wipo-russia-office.toml").read_text("utf-8")
    Path("mine.toml").write_text(
        text.replace("enclosures = []", f"enclosures = {json.dumps(names)}")
    )
    folder = Path("templates/letters/wipo-russia-office/enclosures")
    folder.mkdir()
    return folder


def test_an_enclosure_is_asked_for_when_the_plan_is_made_and_shown_with_it() -> None:
    folder = an_example_with_enclosures("open-letter.pdf")
    assert run("campaign", "load", "mine.toml").exit_code == 0
    missing = run("campaign", "plan", "mine")
    assert missing.exit_code == 1
    assert "open-letter.pdf: there is no such file; there are: none" in missing.stderr
    (folder / "open-letter.pdf").write_bytes(b"%PDF-1.7\n%%EOF\n")
    planned = run("campaign", "plan", "mine")
    assert "Enclosed with each copy: open-letter.pdf (15 bytes)" in planned.stderr
    summary = json.loads(run("campaign", "plan", "mine", "--json").stdout)["summary"]
    assert [(each["name"], each["size"]) for each in summary["enclosures"]] == [
        ("open-letter.pdf", 15)
    ]
    assert summary["steps"][0]["letter"] == "letter"


def test_a_planned_copy_is_shown_as_it_will_leave_with_its_pdf() -> None:
    an_example_with_enclosures()
    text = Path("mine.toml").read_text("utf-8").replace("pdf = false", "pdf = true")
    Path("mine.toml").write_text(text)
    run("campaign", "load", "mine.toml")
    assert "the letter itself as PDF" in run("campaign", "plan", "mine").stderr
    shown = run("campaign", "preview", "mine").stdout
    assert "La présente lettre est jointe au format PDF." in shown
    assert re.search(r"Enclosed: .+\.pdf \(\d+ kB\)", shown)
    run("campaign", "preview", "mine", "--as", "pdf", "--out", "mine.pdf")
    run("campaign", "preview", "mine", "--as", "eml", "--out", "mine.eml")
    mail = message_from_bytes(Path("mine.eml").read_bytes(), policy=policy.default)
    [paper] = mail.iter_attachments()
    assert paper.get_content() == Path("mine.pdf").read_bytes()
    assert "jointe au format PDF" not in Pdf(paper.get_content()).text
    reminder = run("campaign", "preview", "mine", "--step", "2").stdout
    assert "PDF" not in reminder


def test_an_enclosure_that_cannot_be_sent_is_named_before_anything_is_planned() -> None:
    folder = an_example_with_enclosures("../open-letter.pdf")
    loaded = run("campaign", "load", "mine.toml")
    assert loaded.exit_code == 1
    assert 'campaign.enclosures[1]: "../open-letter.pdf" is no plain file name' in loaded.stderr
    (folder / "letter.exe").write_bytes(b"MZ")
    checked = run("letters", "check", "wipo-russia-office")
    assert checked.exit_code == 1
    assert '"letter.exe" is of a kind that is not enclosed' in checked.stderr


def test_a_preview_has_the_enclosures_that_are_asked_for() -> None:
    folder = an_example_with_enclosures()
    (folder / "open-letter.pdf").write_bytes(b"%PDF-1.7\n%%EOF\n")
    preview = ("letters", "preview", "wipo-russia-office")
    assert "Enclosed" not in run(*preview).stdout
    shown = run(*preview, "--enclose", "open-letter.pdf")
    assert "Enclosed: open-letter.pdf (15 bytes)" in shown.stdout
    mail = run(*preview, "--enclose", "open-letter.pdf", "--as", "eml")
    assert 'filename="open-letter.pdf"' in mail.stdout


def test_the_status_tells_what_waits_for_another_try() -> None:
    an_example_with_enclosures()
    run("campaign", "load", "mine.toml")
    status = json.loads(run("campaign", "status", "mine", "--json").stdout)
    assert (status["to_try_again"], status["last_answer"]) == (0, None)


def test_a_letter_of_the_desk_is_loaded_from_files_and_written_into_them() -> None:
    run("init")
    file = Path("templates/letters/wipo-russia-office/letter.en.md")
    before = file.read_text("utf-8")
    assert "letter.en" in run("letters", "load").stderr
    assert "nothing new" in run("letters", "load", "wipo-russia-office").stderr
    file.write_text(before.replace("We have the honour", "We are glad"), "utf-8")
    assert (
        "We have the honour"
        in run("letters", "preview", "wipo-russia-office", "--state", "GB").stdout
    )
    assert "add --replace" in run("letters", "export", "wipo-russia-office").stderr
    assert run("letters", "export", "wipo-russia-office", "--replace").exit_code == 0
    assert "We have the honour" in file.read_text("utf-8")
    kept = {row["kept"] for row in json.loads(run("letters", "list", "--json").stdout)}
    assert kept == {"at the desk"}
