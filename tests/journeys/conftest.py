"""One run of the demo for all who look at it, and the parts to run one's own journey."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from outreach.config import load_settings, shipped
from outreach.demo import running
from outreach.demo.running import Finished
from outreach.demo.story import FastClock
from outreach.wiring import Outreach, build


@dataclass(frozen=True)
class Lived:
    """A demo that was lived through, still served."""

    folder: Path
    finished: Finished
    told: list[str]

    @property
    def mails(self) -> list[Path]:
        return sorted((self.folder / "outbox" / "new").glob("*.eml"))


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    folder = tmp_path_factory.mktemp("demo") / "var"
    told: list[str] = []
    with running.demo(folder, told.append) as finished:
        yield Lived(folder, finished, told)


@pytest.fixture
def clock() -> FastClock:
    """The day before the example campaign begins."""
    return FastClock(datetime(2026, 11, 30, 8, 0, tzinfo=UTC))


@pytest.fixture
def outreach(tmp_path: Path, clock: Callable[[], datetime]) -> Iterator[Outreach]:
    """The product as it comes, in a folder of its own."""
    settings = load_settings(
        var_dir=tmp_path / "var",
        templates_dir=shipped("templates"),
        schedules_dir=shipped("schedules"),
    )
    with closing(build(settings, clock)) as built:
        yield built
