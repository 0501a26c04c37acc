"""What one calls: ``make bench``, and the profiler beside it."""

from pathlib import Path

import orjson
import pytest
from sqlalchemy import create_engine, text

from tests.bench import __main__, profile
from tests.bench.databases import KINDS


def test_bench_prints_the_table_and_writes_the_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bench.json"
    few = ["--scale", "0.0002", "--runs", "2", "--on", "sqlite"]
    __main__.main(["contacts", "--markdown", "--json", str(path), *few])
    assert "| import 20 contacts | SQLite |" in capsys.readouterr().out
    figures = orjson.loads(path.read_bytes())["figures"]
    assert [len(figure["runs"]) for figure in figures] == [2, 2]


def test_a_subject_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        __main__.main(["smpt"])
    assert "there is no subject smpt" in capsys.readouterr().err


def test_the_profile_shows_what_the_time_goes_to(capsys: pytest.CaptureFixture[str]) -> None:
    profile.main(["sendgrid", "--scale", "0.001", "--by", "cumtime"])
    told = capsys.readouterr().out
    assert "drain 20 copies into SendGrid" in told
    assert "(drain)" in told
    assert "sending.py" in told


@pytest.mark.postgres
def test_the_durable_postgres_keeps_what_was_committed() -> None:
    kind = KINDS["durable"]
    with kind.running() as empty, empty() as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            settings = [
                connection.execute(text(f"SHOW {name}")).scalar_one()
                for name in ("fsync", "synchronous_commit", "full_page_writes")
            ]
        engine.dispose()
    assert kind.label == "Postgres, fsync on"
    assert settings == ["on", "on", "on"]
