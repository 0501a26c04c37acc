"""Every measurement is taken once with next to nothing, so that none breaks unseen."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest

from outreach.delivery.tables import Delivery
from tests.bench.bench import IN_THIS_PROCESS, Bench, Sizes
from tests.bench.databases import one_of, sqlite_file
from tests.bench.figures import Sample
from tests.bench.rows import COMPOSER, NOW, a_letter, fill_queue
from tests.bench.smtp import program
from tests.bench.subjects import ON_POSTGRES_ONLY, SUBJECTS
from tests.postgres import Cluster

FEW = Sizes(
    imported=20, planned=10, copies=40, events=50, papers=4, enclosed=4, queued=(20, 40),
    drained=10, filled=130, looks=1,
)  # fmt: skip


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    """Measures in this process: to start others takes longer than what there is to do."""
    if request.param == "sqlite":
        empty = partial(sqlite_file, tmp_path)
    else:
        empty = partial(one_of, request.getfixturevalue("cluster"))
    return Bench(empty, tmp_path, sizes=FEW, processes=(IN_THIS_PROCESS,))


@pytest.mark.parametrize("subject", sorted(SUBJECTS.keys() - ON_POSTGRES_ONLY))
def test_it_can_be_measured(subject: str, bench: Bench) -> None:
    needs_postfix(subject)
    require_values(SUBJECTS[subject](bench))


@pytest.mark.postgres
@pytest.mark.parametrize("subject", sorted(ON_POSTGRES_ONLY))
def test_it_can_be_measured_on_postgres(subject: str, cluster: Cluster, tmp_path: Path) -> None:
    require_values(SUBJECTS[subject](Bench(partial(one_of, cluster), tmp_path, sizes=FEW)))


def test_several_workers_share_a_queue(tmp_path: Path) -> None:
    needs_postfix("smtp")
    bench = Bench(partial(sqlite_file, tmp_path), tmp_path, sizes=FEW, processes=(2,))
    [sample] = SUBJECTS["smtp"](bench)
    assert sample.what == "drain 40 copies over SMTP, 2 processes"


def test_a_run_that_leaves_copies_behind_has_measured_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(partial(sqlite_file, tmp_path), tmp_path, sizes=FEW, processes=(IN_THIS_PROCESS,))
    one_less = partial(fill_queue, due=FEW.copies - 1)
    monkeypatch.setattr("tests.bench.sendgrid.fill_queue", one_less)
    with pytest.raises(AssertionError, match="39 of 40 copies"):
        list(SUBJECTS["sendgrid"](bench))


def test_the_letter_makes_a_mail_of_eight_kilobytes(tmp_path: Path) -> None:
    bench = Bench(partial(sqlite_file, tmp_path), tmp_path)
    with bench.fresh() as database:
        fill_queue(database, 1)
        with database.reading() as session:
            mail = COMPOSER.compose(session.get_one(Delivery, 1), a_letter(), NOW)
    assert 7_500 < len(mail.mime()) < 8_500


def test_a_tenth_is_a_tenth_of_everything() -> None:
    tenth = Sizes().times(0.1)
    assert (tenth.imported, tenth.copies) == (10_000, 2_000)
    assert tenth.queued == (1_000, 10_000, 100_000)


def require_values(samples: Iterable[Sample]) -> None:
    values = [(sample.value, sample.yardstick) for sample in samples]
    assert values
    for value, yardstick in values:
        assert value > 0
        assert yardstick is None or yardstick.value > 0


def needs_postfix(subject: str) -> None:
    if subject in ("smtp", "memory") and program("smtp-sink") is None:
        pytest.skip("smtp-sink is missing: apt-get install postfix")
