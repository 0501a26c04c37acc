"""What is told of the runs: medians, each run's ratio to its own yardstick, and what is reached."""

import re
from collections.abc import Sequence

import orjson
import pytest

from tests.bench import report
from tests.bench.figures import Figure, Goal, Sample, Yardstick, summed_up


def runs(*values: tuple[float, float], goal: Goal | None = None) -> Sequence[Figure]:
    """Each run's value and what its yardstick did."""
    return summed_up(
        "smtp",
        "SQLite",
        [
            [Sample("drain", value, "copies/s", Yardstick("smtp-source", beside), goal)]
            for value, beside in values
        ],
    )


def test_a_figure_is_the_median_of_its_runs() -> None:
    [figure] = runs((10, 100), (30, 100), (11, 100))
    assert figure.median == 11
    assert figure.runs == [10, 30, 11]


def test_each_run_is_compared_with_its_own_yardstick() -> None:
    # Twice as slow, and so was the machine.
    [figure] = runs((10, 20), (5, 10), (10, 20))
    assert figure.ratio == 0.5


@pytest.mark.parametrize(
    ("goal", "reached"),
    [
        (Goal(least=10), True),
        (Goal(least=11), False),
        (Goal(most=10), True),
        (Goal(most=9), False),
        (Goal(least=10, least_ratio=0.5), True),
        (Goal(least=10, least_ratio=0.6), False),
        (Goal(most_ratio=0.5), True),
        (Goal(most_ratio=0.4), False),
    ],
)
def test_a_goal_is_reached_or_not(goal: Goal, reached: bool) -> None:
    [figure] = runs((10, 20), goal=goal)
    assert figure.reached is reached


def test_what_differs_in_its_unit_is_a_figure_of_its_own() -> None:
    samples = [Sample("release", 1, "MB"), Sample("release", 2, "s")]
    assert [figure.unit for figure in summed_up("memory", "SQLite", [samples])] == ["MB", "s"]


def test_the_table_can_be_read_and_pasted() -> None:
    figures = runs((4_000, 10_000), goal=Goal(least=4_000, least_ratio=0.35))
    cells = ["drain", "SQLite", "4,000 copies/s", "4,000", "smtp-source 10,000", "0.40"]
    cells += ["≥ 4,000, ratio ≥ 0.35", "yes"]
    assert re.split(" {2,}", report.as_text(figures).splitlines()[-1]) == cells
    assert report.as_markdown(figures).splitlines()[-1] == f"| {' | '.join(cells)} |"


def test_the_json_says_all_of_it() -> None:
    [figure] = orjson.loads(report.as_json(runs((4_000, 10_000), (2_000, 10_000))))["figures"]
    assert figure["runs"] == [4_000, 2_000]
    assert figure["yardstick_runs"] == [10_000, 10_000]
    assert figure["ratio"] == pytest.approx(0.3)
