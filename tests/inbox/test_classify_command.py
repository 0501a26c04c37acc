"""The command that says what mails are: every file one line, whatever is in it."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from outreach.cli.inbox import inbox
from tests.inbox.samples import sample


def classify(*arguments: str, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(inbox, ["classify", *arguments, "--json"], input=stdin)


def kinds(result: Result) -> list[str]:
    return [json.loads(line)["kind"] for line in result.stdout.splitlines()]


def test_what_is_unreadable_is_one_line_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"")
    (tmp_path / "b").write_bytes(sample("reply-gmail-en"))
    result = classify(str(tmp_path / "missing"), str(tmp_path), str(tmp_path / "b"))
    assert kinds(result) == ["unreadable", "unreadable", "reply", "reply"]
    assert result.exit_code == 1
    assert "4 mails classified, 2 of them unreadable" in result.stderr


def test_an_empty_folder_is_one_unreadable_line(tmp_path: Path) -> None:
    result = classify(str(tmp_path))
    assert kinds(result) == ["unreadable"]
    assert "holds no mail" in json.loads(result.stdout)["defects"][0]


def test_standard_input_may_be_a_mail_or_an_mbox() -> None:
    assert kinds(classify("-", stdin=sample("bounce-postfix"))) == ["bounce"]
    line = b"From a@b.example Tue Dec  1 09:00:00 2026\n"
    mails = line + b"Subject: 1\n\nx\n\n" + line + b"Subject: 2\n\ny\n"
    result = classify("-", stdin=mails)
    assert [json.loads(each)["path"] for each in result.stdout.splitlines()] == ["-#1", "-#2"]
    assert result.exit_code == 0


def test_without_json_it_says_why() -> None:
    result = CliRunner().invoke(inbox, ["classify", "-"], input=sample("bounce-postfix"))
    assert result.stdout.startswith("-: bounce (")
