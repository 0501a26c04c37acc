"""The form and the file are the same thing."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.campaigns import form, schedule
from outreach.campaigns.form import beside, read_form, write_form
from outreach.config import shipped
from tests.campaigns.making import SCHEDULE, a_schedule

EXAMPLE = (Path(shipped("schedules")) / "wipo-russia-office.toml").read_text("utf-8")


def changed(text: str, **fields: str | list[str]) -> str:
    """The file after a form of which only these fields are changed; "__" stands for a dot."""
    given = read_form(text)
    for name, value in fields.items():
        key = name.replace("__", ".").replace("step_", "steps[").replace("_of", "]")
        given[key] = value if isinstance(value, list) else [value]
    return write_form(text, given)


@pytest.mark.parametrize("text", [EXAMPLE, SCHEDULE, form.EMPTY])
def test_a_form_that_changes_nothing_leaves_the_file_as_it_is(text: str) -> None:
    assert write_form(text, read_form(text)) == text


def test_a_change_in_the_form_is_that_change_in_the_file_and_comments_stay() -> None:
    text = changed(EXAMPLE, pace__per_hour="60", campaign__sender__name="Others")
    before, after = EXAMPLE.splitlines(), text.splitlines()
    differ = [new for old, new in zip(before, after, strict=True) if old != new]
    assert len(differ) == 2
    assert differ[0].startswith('sender = { name = "Others", address = "letters@example.org"')
    assert " ".join(differ[1].split()) == "per_hour = 60 # copies an hour, all together"


def test_a_form_filled_from_nothing_is_a_schedule() -> None:
    text = changed(
        form.EMPTY,
        campaign__name="Spring",
        campaign__letter="spring",
        campaign__lists=["a", "b"],
        campaign__sender__name="We",
        campaign__sender__address="we@example.org",
        campaign__start="2026-12-01T09:00",
        campaign__enclosures="One.pdf\r\nTwo.pdf\r\n",
        **{"steps[1].letter": "letter", "steps[2].letter": "again", "steps[2].after": "3 days"},
    )
    made, wrong = schedule.check(text)
    assert made, wrong
    assert made.campaign.lists == ["a", "b"]
    assert made.campaign.enclosures == ["One.pdf", "Two.pdf"]
    assert [step.letter for step in made.steps] == ["letter", "again"]
    assert "window" not in tomllib.loads(text)  # what is as usual is not written down


def test_steps_are_added_and_taken_out() -> None:
    given = read_form(EXAMPLE)
    given |= {"steps[2].letter": [""], "steps[2].after": [" "], "steps[3].pdf": ["yes"]}
    steps = tomllib.loads(write_form(EXAMPLE, given))["steps"]
    assert steps[1:] == [{"letter": "reminder-2", "after": "10 working days", "pdf": True}]
    longer = changed(EXAMPLE, **{"steps[4].letter": "last", "steps[4].after": "2 days"})
    assert tomllib.loads(longer)["steps"][3] == {"letter": "last", "after": "2 days"}


def test_what_is_left_empty_is_taken_out_and_its_usual_value_holds() -> None:
    text = changed(EXAMPLE, pace__ramp_up="", campaign__fallback_language="")
    tables = tomllib.loads(text)
    assert "ramp_up" not in tables["pace"]
    assert tables["campaign"]["fallback_language"] == ""  # which says: nobody


@pytest.mark.parametrize(
    ("change", "place", "line"),
    [
        ({"pace.per_hour": "many"}, "pace.per_hour", 24),
        ({"campaign.start": "soon"}, "campaign.start", 12),
        ({"campaign.name": ""}, "campaign.name", 6),
        ({"campaign.sender.address": "nobody"}, "campaign.sender.address", 11),
        ({"campaign.lists": []}, "campaign.lists", 9),
        ({"window.from": "17:00"}, "window", 17),
        ({"steps[3].after": "soon"}, "steps[3].after", 45),
        ({"steps[2].after": ""}, "steps", 35),
    ],
)
def test_each_mistake_stands_beside_its_field_with_its_line(
    change: dict[str, str | list[str]], place: str, line: int
) -> None:
    text = changed(EXAMPLE, **change)
    _, wrong = schedule.check(text)
    found = beside(wrong)
    assert list(found) == [place]
    assert abs(found[place][0].line - line) <= 1
    assert text.splitlines()[found[place][0].line - 1].split()[0] in {
        place.rpartition(".")[2],
        "sender",
        f"[{place.partition('.')[0]}]",
        "[[steps]]",
    }


def test_a_mistake_that_has_no_field_stands_by_itself() -> None:
    _, wrong = schedule.check(a_schedule(("[window]", "[windows]")))
    assert list(beside(wrong)) == [""]
    assert 'did you mean "window"?' in beside(wrong)[""][0].what


@pytest.mark.parametrize("text", ["campaign = 3\nsteps = 7", "steps = [{ letter = 3 }]", ""])
def test_a_file_with_other_things_in_its_places_fills_a_form_all_the_same(text: str) -> None:
    written = changed(text, campaign__name="Now", **{"steps[1].letter": "letter"})
    tables = tomllib.loads(written)
    assert tables["campaign"]["name"] == "Now"
    assert tables["steps"][0]["letter"] == "letter"


@given(
    st.dictionaries(
        st.sampled_from([*form.KEYS, "steps[1].letter", "steps[3].after", "steps[2].pdf"]),
        st.lists(st.text(max_size=12), max_size=2),
    )
)
def test_whatever_a_form_says_the_file_is_toml_and_says_the_same(
    fields: dict[str, list[str]],
) -> None:
    written = write_form(EXAMPLE, {**read_form(EXAMPLE), **fields})
    schedule.check(written)
    assert write_form(written, read_form(written)) == written
