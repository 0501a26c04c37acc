import json
import tomllib
from datetime import datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.campaigns.mistakes import key_lines
from outreach.campaigns.schedule import Schedule, json_schema, parse
from outreach.campaigns.timing import Delay, Window
from outreach.errors import InvalidInput
from tests.campaigns.making import LAST_STEP, SCHEDULE, a_schedule

SHORTEST = """
[campaign]
name = "Offices"
letter = "offices"
lists = ["missions"]
sender = { name = "The organizers", address = "letters@example.org" }
start = 2026-12-01T09:00:00

[[steps]]
letter = "letter"
"""


def mistakes_in(text: str) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        parse(text, "offices.toml")
    return caught.value.problems or [str(caught.value)]


def mistake_in(*changes: tuple[str, str]) -> str:
    (sentence,) = mistakes_in(a_schedule(*changes))
    return sentence


def test_a_schedule_says_what_its_file_says() -> None:
    schedule = parse(SCHEDULE, "offices.toml")
    assert schedule.campaign.start == datetime.fromisoformat("2026-12-01T09:00:00")
    assert schedule.campaign.sender.postal == "1 Quay"
    assert schedule.window.window == Window(frozenset(range(5)), time(9), time(16, 30))
    assert schedule.pace.latest_after == Delay(48, "hours")
    assert [step.after for step in schedule.steps] == [None, Delay(7, "working days")]


def test_what_may_be_left_out_has_careful_defaults() -> None:
    schedule = parse(SHORTEST, "offices.toml")
    assert schedule.campaign.stop.on == ["reply", "unsubscribe", "bounce"]
    assert schedule.campaign.stop.scope == "mission"
    assert schedule.campaign.opens == "count"
    assert schedule.campaign.fallback_language == "en"
    assert schedule.window.window == Window(frozenset(range(5)), time(9), time(17))
    assert (schedule.pace.per_hour, schedule.pace.per_domain_per_hour) == (120, 10)
    assert schedule.pace.latest_after == Delay(48, "hours")


def test_a_time_of_day_may_be_written_as_toml_has_it() -> None:
    text = a_schedule(('"09:00"', "09:00:00"))
    assert parse(text, "offices.toml").window.opens == time(9)


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "said"),
    [
        ("per_hour = 120", "per_hours = 120", 16, "pace.per_hours", 'did you mean "per_hour"?'),
        ("per_hour = 120", "colour = 3", 16, "pace.colour", "known are per_hour, per_domain"),
        ("per_hour = 120", 'per_hour = "120"', 16, "pace.per_hour", "expected: how many copies"),
        ("per_hour = 120", "per_hour = 0", 16, "pace.per_hour", "greater than or equal to 1"),
        ("per_hour = 120", "per_hour = true", 16, "pace.per_hour", "valid integer"),
        ("[window]", "[windows]", 10, "windows", 'did you mean "window"?'),
        ('"1 Quay"', '"1 Quay", fax = ""', 5, "campaign.sender.fax", "this key is not known"),
        ("[pace]", "[pace.speed]", 15, "pace.speed", "this key is not known"),
        ('"48h"', '"48 minutes"', 18, "pace.latest_after", 'no delay; write "48h"'),
        ('"48h"', '"0h"', 18, "pace.latest_after", "expected: how late a copy may go"),
        ('"7 working days"', '"soon"', 25, "steps[2].after", '"soon" is no delay'),
        ("T09:00:00", "T09:00:00Z", 6, "campaign.start", "write it without an offset"),
        ("T09:00:00", "", 6, "campaign.start", "as in 2026-12-01T09:00:00"),
        ("2026-12-01T", "0026-12-01T", 6, "campaign.start", "the year 26 cannot be right"),
        ("2026-12-01T", "9999-12-01T", 6, "campaign.start", "the year 9999 cannot be right"),
        ("letters@example.org", "letters", 5, "campaign.sender.address", "@-sign"),
        ('"The organizers"', r'"The\norganizers"', 5, "campaign.sender.name", "one line"),
        ('"The organizers"', r'"The\u2028organizers"', 5, "campaign.sender.name", "one line"),
        ('"The organizers"', '" "', 5, "campaign.sender.name", "empty"),
        ('["missions"]', "[]", 4, "campaign.lists", "one or more names of contact lists"),
        ('["missions"]', '["a", "a"]', 4, "campaign.lists", "names one thing twice"),
        ('["missions"]', '["The missions"]', 4, "campaign.lists[1]", '"The missions" will not do'),
        ('scope = "mission"', 'scope = "all"', 7, "campaign.stop.scope", "'contact' or 'mission'"),
        ('["reply", ', '["answer", ', 7, "campaign.stop.on[1]", "'reply', 'unsubscribe' or"),
        ('opens = "count"', "opens = true", 8, "campaign.opens", '"off" (letters hold no image)'),
        ('opens = "count"', 'fallback_language = "English"', 8, "campaign.fallback_language", "no"),
        ('"mon", ', '"monday", ', 11, "window.days[1]", "'mon', 'tue'"),
        ('"09:00"', '"9"', 12, "window.from", '"9" is no time of day'),
        ('"16:30"', '"24:00"', 13, "window.until", '"24:00" is no time of day'),
        ('"16:30"', '"08:30"', 10, "window", '"from" must be earlier than "until"'),
        ('"16:30"', '"16:30"\nzone = "Mars"', 14, "window.zone", '"Mars" is no time zone'),
        ('after = "7 working days"', "", 20, "steps", 'step 2 needs "after"'),
        ('letter = "letter"', 'letter = "letter"\nafter = "3 days"', 20, "steps", "the first step"),
        ('letter = "reminder"', 'letter = "../reminder"', 24, "steps[2].letter", "will not do"),
    ],
)
def test_a_mistake_is_named_with_its_line_its_key_and_what_is_expected(
    old: str, new: str, line: int, key: str, said: str
) -> None:
    sentence = mistake_in((old, new))
    assert sentence.startswith(f"offices.toml, line {line}, {key}: ")
    assert said in sentence


def test_a_missing_key_is_named_at_its_table() -> None:
    assert mistakes_in(a_schedule(('letter = "offices"\n', ""))) == [
        "offices.toml, line 1, campaign.letter: this key is missing; "
        "expected: the name of a folder in templates/letters"
    ]


def test_all_mistakes_are_named_in_the_order_of_the_lines() -> None:
    text = a_schedule(("per_hour = 120", "per_hour = -1"), ('"48h"', '"x"'), ("name =", "nam ="))
    lines = [int(sentence.split(", ")[1].removeprefix("line ")) for sentence in mistakes_in(text)]
    assert lines == [1, 2, 5, 5, 16, 18]  # what is missing stands at its table


def test_more_than_three_reminders_are_refused() -> None:
    assert parse(SCHEDULE + 2 * LAST_STEP, "offices.toml").steps[3].letter == "reminder"
    (sentence,) = mistakes_in(SCHEDULE + 3 * LAST_STEP)
    assert "at most three reminders" in sentence


def test_a_mistake_in_the_toml_is_named_with_its_line() -> None:
    assert mistake_in(("[pace]", "[pace")).startswith("offices.toml, line 15: this is not TOML: ")


@pytest.mark.parametrize(
    "text", ["", "a = " + "[" * 5000, "a = " + "9" * 5000, "\0", "campaign = 3"]
)
def test_what_is_no_schedule_at_all_is_refused_in_words(text: str) -> None:
    for sentence in mistakes_in(text):
        assert sentence.startswith("offices.toml")


def test_a_careful_schedule_gives_no_warning() -> None:
    assert parse(SCHEDULE, "offices.toml").warnings() == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (', postal = "1 Quay"', "", "campaign.sender.postal is missing"),
        ('"fri"', '"fri", "sat"', "a weekend in most countries"),
        ('"16:30"', '"20:00"', "beyond office hours"),
        ('"09:00"', '"06:00"', "beyond office hours"),
        ('opens = "count"', 'opens = "person"', "consent"),
    ],
)
def test_what_deserves_a_second_look_is_said(old: str, new: str, said: str) -> None:
    (warning,) = parse(a_schedule((old, new)), "offices.toml").warnings()
    assert said in warning


def test_lines_are_found_where_texts_and_arrays_go_over_several() -> None:
    text = '''\
title = """
[not.a.table]
key = 1
"""
[table]
list = [
  "a", # ]
  "b = [",
]
"quoted key" = { inner = 1 }
dotted.key = 2
[[many]]
one = 1
[[many]]
one = 2
[many.below]
'''
    tomllib.loads(text)
    assert key_lines(text) == {
        ("title",): 1,
        ("table",): 5,
        ("table", "list"): 6,
        ("table", "quoted key"): 10,
        ("table", "dotted", "key"): 11,
        ("many",): 12,
        ("many", 0): 12,
        ("many", 0, "one"): 13,
        ("many", 1): 14,
        ("many", 1, "one"): 15,
        ("many", "below"): 16,
    }


def test_the_json_schema_describes_every_key_for_an_editor() -> None:
    schema = json_schema()
    assert json.loads(json.dumps(schema)) == schema
    tables = [schema, *schema["$defs"].values()]
    for table in tables:
        assert table["additionalProperties"] is False
        assert all(key.get("description") for key in table["properties"].values())
    assert schema["$defs"]["WindowTable"]["properties"]["from"]["default"] == "09:00"
    assert schema["$defs"]["PaceTable"]["properties"]["latest_after"]["default"] == "48h"


def test_the_json_schema_knows_the_keys_of_the_file() -> None:
    written = tomllib.loads(SCHEDULE)
    schema = json_schema()
    assert written.keys() <= schema["properties"].keys()
    assert written["window"].keys() <= schema["$defs"]["WindowTable"]["properties"].keys()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.sampled_from(["campaign", "window", "pace", "steps"]), json_values)
def test_whatever_stands_in_a_table_there_is_a_schedule_or_a_list_of_mistakes(
    table: str, value: Any
) -> None:
    written = tomllib.loads(SCHEDULE) | {table: value}
    text = "\n".join(f"{key} = {_toml(each)}" for key, each in written.items())
    try:
        found: Schedule | list[str] = parse(text, "offices.toml")
    except InvalidInput as error:
        found = error.problems or [str(error)]
    assert isinstance(found, Schedule) or all("offices.toml" in sentence for sentence in found)


def _toml(value: Any) -> str:
    match value:
        case dict():
            inner = (f"{json.dumps(key)} = {_toml(each)}" for key, each in value.items())
            return "{ " + ", ".join(inner) + " }"
        case list():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case datetime():
            return value.isoformat()
        case _:
            return json.dumps(value)
