"""The health of the domains that letters are sent from, against the limits that receivers set."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from outreach.reports.counters.sums import Count, Counts, Dimension
from outreach.reports.needs import Need
from outreach.texts import mark


class Verdict(StrEnum):
    too_few = "too few to judge"
    fine = "fine"
    watch = "watch"
    stop = "stop and look"


@dataclass(frozen=True)
class Limit:
    """What share of the copies of one kind is good, and from what share on it is bad.

    ``rule`` says so, with places for both.

    Among ``fewest`` copies or more; of fewer a single one would be too much.
    """

    name: str
    label: str
    kinds: tuple[str, ...]
    of: str
    good_below: float
    bad_from: float
    fewest: int
    rule: str


LIMITS = (
    Limit(
        "returned",
        mark("Came back or refused"),
        ("bounced", "failed"),
        "handed_over",
        good_below=0.02,
        bad_from=0.05,
        fewest=100,
        rule=mark(
            "A common rule, since receivers publish none: below %(good)s is good; "
            "from %(bad)s on providers put senders under review, as Amazon SES does."
        ),
    ),
    Limit(
        "complaints",
        mark("Complaints"),
        ("complaints",),
        "sent",
        good_below=0.001,
        bad_from=0.003,
        fewest=1000,
        rule=mark("Gmail and Yahoo ask senders to stay below %(good)s and never to reach %(bad)s."),
    ),
)


class Rate(BaseModel):
    """``bad`` of ``of`` copies, in the week and so far."""

    model_config = ConfigDict(frozen=True)

    name: str
    bad: Count
    of: Count

    @property
    def verdict(self) -> Verdict:
        """The worse of the week's and that of all the time."""
        return max(self._judged(), key=tuple(Verdict).index)

    def _judged(self) -> Iterator[Verdict]:
        yield judge(self.name, self.bad.week, self.of.week)
        yield judge(self.name, self.bad.so_far, self.of.so_far)


class DomainHealth(BaseModel):
    """What became of the copies with senders at one domain, a rate for each of ``LIMITS``."""

    model_config = ConfigDict(frozen=True)

    domain: str
    rates: list[Rate]


def health(by_step: Dimension, senders: Mapping[str, str]) -> list[DomainHealth]:
    """``senders`` has the sending address by the campaign's id as text, as its schedule says."""
    domains: Dimension = {}
    for step, counts in by_step.items():
        sender = senders.get(step.partition(":")[0], "")
        if domain := sender.rpartition("@")[2].lower():
            _add(domains.setdefault(domain, {}), counts)
    return [
        DomainHealth(domain=domain, rates=[_rate(limit, domains[domain]) for limit in LIMITS])
        for domain in sorted(domains)
    ]


def judge(name: str, bad: int, of: int) -> Verdict:
    limit = next(limit for limit in LIMITS if limit.name == name)
    if of < limit.fewest:
        return Verdict.too_few
    if bad >= limit.bad_from * of:
        return Verdict.stop
    return Verdict.fine if bad < limit.good_below * of else Verdict.watch


def over_limits(domains: Iterable[DomainHealth]) -> Iterator[Need]:
    for domain in domains:
        for rate in domain.rates:
            if rate.verdict in (Verdict.watch, Verdict.stop):
                yield Need(
                    kind="sending_domain",
                    count=1,
                    reason=rate.name,
                    domain=domain.domain,
                )


def _rate(limit: Limit, counts: Counts) -> Rate:
    bad = sum((counts.get(kind, Count()) for kind in limit.kinds), Count())
    return Rate(name=limit.name, bad=bad, of=counts.get(limit.of, Count()))


def _add(counts: Counts, more: Counts) -> None:
    for name, count in more.items():
        counts[name] = counts.get(name, Count()) + count
