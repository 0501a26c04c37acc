"""What the documents say is so."""

import json
import re
from pathlib import Path

from click.testing import CliRunner

from outreach.campaigns.schedule import json_schema
from outreach.cli import cli
from outreach.config import Settings
from outreach.delivery.states import TRANSITIONS
from tests.glossary import GLOSSARY, written

ROOT = Path(__file__).parent.parent


def test_the_glossary_defines_the_figures_as_they_are_computed() -> None:
    text = GLOSSARY.read_text("utf-8")
    assert text == written(text)


def test_the_state_diagram_shows_every_transition_and_no_other() -> None:
    diagram = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    shown = set(re.findall(r"^ +(\w+) --> (\w+)", diagram, re.MULTILINE))
    assert shown == {(a.value, b.value) for a, follow in TRANSITIONS.items() for b in follow}


def test_every_room_stands_in_the_architecture() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rooms = {path.stem for path in (ROOT / "outreach").iterdir() if path.name[0] not in "_."}
    rooms -= {"shipped"}
    assert {room for room in rooms if f"`{room}`" not in text} == set()


def test_the_schema_that_editors_use_is_the_one_that_is_checked() -> None:
    shipped = json.loads((ROOT / "schedules" / "schedule.schema.json").read_text("utf-8"))
    assert shipped == json_schema()


def test_every_setting_is_explained() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    explained = set(re.findall(r"^\| `OUTREACH_(\w+)`", text, re.MULTILINE))
    assert explained == {name.upper() for name in Settings.model_fields}


def test_every_link_between_documents_leads_somewhere() -> None:
    for document in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\((?!http)([^)#]+)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_list_of_security_is_whole_and_names_what_is_there() -> None:
    text = (ROOT / "docs" / "security.md").read_text("utf-8")
    rows = re.findall(r"^\| ([\d.]+) \| .+ \| (.+) \| (.+) \|$", text, re.MULTILINE)
    said = re.search(r"Of (\d+) items (\d+) are met, (\d+) not applicable and (\d+) open", text)
    assert said
    verdicts = [verdict for _, verdict, _ in rows]
    assert [len(rows), *map(verdicts.count, ("met", "n/a", "open"))] == [*map(int, said.groups())]
    assert len({number for number, _, _ in rows}) == sum(map(int, said.groups()[1:]))
    for path in re.findall(r"`((?:outreach|tests|docs)/[\w./]+)`", text):
        assert (ROOT / path).exists(), path


def test_every_command_in_the_readme_exists() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    commands = set(re.findall(r"^(?:\$ )?(?:\.venv/bin/)?outreach ([a-z ]+)", readme, re.MULTILINE))
    assert commands
    for command in commands:
        words = command.split()
        assert CliRunner().invoke(cli, [*words[:2], "--help"]).exit_code == 0, command
