"""What is measured: one run's samples, and the figures that several runs of them make."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Goal:
    """What is to be reached: a value, and its ratio to the yardstick."""

    least: float | None = None
    most: float | None = None
    least_ratio: float | None = None
    most_ratio: float | None = None

    def reached(self, value: float, ratio: float | None) -> bool:
        return _within(value, self.least, self.most) and (
            ratio is None or _within(ratio, self.least_ratio, self.most_ratio)
        )

    def __str__(self) -> str:
        bounds = {
            "≥ {:,g}": self.least,
            "≤ {:,g}": self.most,
            "ratio ≥ {:g}": self.least_ratio,
            "ratio ≤ {:g}": self.most_ratio,
        }
        return ", ".join(text.format(value) for text, value in bounds.items() if value is not None)


@dataclass(frozen=True)
class Yardstick:
    """The same work by the plainest means there are, measured beside it in the same run."""

    what: str
    value: float


@dataclass(frozen=True)
class Sample:
    """One measured value; ``unit`` is per second where it says so, and then more is better."""

    what: str
    value: float
    unit: str
    yardstick: Yardstick | None = None
    goal: Goal | None = None


@dataclass(frozen=True)
class Figure:
    """The same sample of several runs on one kind of database."""

    subject: str
    database: str
    samples: Sequence[Sample]

    @property
    def what(self) -> str:
        return self.samples[0].what

    @property
    def unit(self) -> str:
        return self.samples[0].unit

    @property
    def runs(self) -> list[float]:
        return [sample.value for sample in self.samples]

    @property
    def median(self) -> float:
        return median(self.runs)

    @property
    def yardstick(self) -> Yardstick | None:
        """Its median."""
        beside = [sample.yardstick for sample in self.samples if sample.yardstick]
        return Yardstick(beside[0].what, median(self.yardstick_runs)) if beside else None

    @property
    def yardstick_runs(self) -> list[float]:
        return [sample.yardstick.value for sample in self.samples if sample.yardstick]

    @property
    def ratio(self) -> float | None:
        """The median of each run's own: a machine that is slow for a while is slow for both."""
        pairs = zip(self.runs, self.yardstick_runs, strict=False)
        ratios = [value / beside for value, beside in pairs]
        return median(ratios) if ratios else None

    @property
    def goal(self) -> Goal | None:
        return self.samples[0].goal

    @property
    def reached(self) -> bool | None:
        return self.goal.reached(self.median, self.ratio) if self.goal else None


def summed_up(subject: str, database: str, runs: Iterable[Iterable[Sample]]) -> list[Figure]:
    """One figure for each thing that the runs measured, in their order."""
    by_name: dict[str, list[Sample]] = defaultdict(list)
    for samples in runs:
        for sample in samples:
            by_name[f"{sample.what}, {sample.unit}"].append(sample)
    return [Figure(subject, database, samples) for samples in by_name.values()]


def _within(value: float, least: float | None, most: float | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)
