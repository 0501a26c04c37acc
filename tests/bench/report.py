"""The figures as a table, plain or in Markdown, and as JSON."""

from collections.abc import Sequence
from typing import Any

import orjson

from tests.bench.figures import Figure
from tests.bench.machine import in_a_line, machine

_HEAD = ("what", "database", "median", "runs", "yardstick", "ratio", "goal", "reached")
_REACHED = {True: "yes", False: "no", None: ""}


def as_text(figures: Sequence[Figure]) -> str:
    rows = [_HEAD, *map(_row, figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    return "\n".join([in_a_line(machine()), "", *map(str.rstrip, lines)])


def as_markdown(figures: Sequence[Figure]) -> str:
    rows = [_HEAD, ["---"] * len(_HEAD), *map(_row, figures)]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([f"Machine: {in_a_line(machine())}.", "", *lines])


def as_json(figures: Sequence[Figure]) -> bytes:
    document = {"machine": machine(), "figures": list(map(_facts, figures))}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def line(figure: Figure) -> str:
    """For those who wait."""
    return "  ".join(filter(None, _row(figure)))


def _row(figure: Figure) -> list[str]:
    beside = figure.yardstick
    return [
        figure.what,
        figure.database,
        f"{_number(figure.median)} {figure.unit}",
        " ".join(map(_number, figure.runs)),
        f"{beside.what} {_number(beside.value)}" if beside else "",
        f"{figure.ratio:.2f}" if figure.ratio is not None else "",
        str(figure.goal or ""),
        _REACHED[figure.reached],
    ]


def _number(value: float) -> str:
    """Three digits are more than the runs agree on."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _facts(figure: Figure) -> dict[str, Any]:
    beside = figure.yardstick
    return {
        "subject": figure.subject,
        "what": figure.what,
        "database": figure.database,
        "unit": figure.unit,
        "median": figure.median,
        "runs": figure.runs,
        "yardstick": beside and beside.what,
        "yardstick_median": beside and beside.value,
        "yardstick_runs": figure.yardstick_runs,
        "ratio": figure.ratio,
        "goal": str(figure.goal) if figure.goal else None,
        "reached": figure.reached,
    }
