"""All that can be measured, by name."""

from collections.abc import Callable, Iterator, Mapping

from tests.bench import claiming, contacts, desk, events, memory, paper, planning, sendgrid, smtp
from tests.bench.bench import Bench
from tests.bench.figures import Sample

Measure = Callable[[Bench], Iterator[Sample]]

SUBJECTS: Mapping[str, Measure] = {
    "contacts": contacts.measure,
    "planning": planning.measure,
    "smtp": smtp.measure,
    "sendgrid": sendgrid.measure,
    "claiming": claiming.measure,
    "events": events.measure,
    "memory": memory.measure,
    "paper": paper.measure,
    "desk": desk.measure,
}
# Their database is made by statements of Postgres.
ON_POSTGRES_ONLY = frozenset({"desk"})
