"""The weekly report from the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from outreach.cli import cli

WEEKLY = ("report", "weekly", "--week", "2026-W40")


@pytest.fixture(autouse=True)
def in_a_new_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_report_is_written_as_pdf_to_a_file() -> None:
    result = CliRunner().invoke(cli, [*WEEKLY, "--as", "pdf", "--out", "report.pdf"])
    assert (result.exit_code, result.stdout_bytes) == (0, b"")
    data = Path("report.pdf").read_bytes()
    assert data.startswith(b"%PDF-")
    assert b"Weekly report: week 40 of 2026" in data


def test_or_to_standard_output_as_it_is() -> None:
    made = CliRunner().invoke(cli, [*WEEKLY, "--as", "pdf"]).stdout_bytes
    assert made.startswith(b"%PDF-")
    assert made.rstrip().endswith(b"%%EOF")


def test_the_table_begins_with_the_mark_that_spreadsheets_look_for() -> None:
    made = CliRunner().invoke(cli, [*WEEKLY, "--as", "csv"]).stdout_bytes
    assert made.startswith(b"\xef\xbb\xbffigure,week,so far,")


def test_a_recount_tells_what_it_put_right() -> None:
    result = CliRunner().invoke(cli, ["report", "recount", "--json"])
    assert json.loads(result.stdout) == {"missions_put_right": 0, "sums_put_right": 0}
