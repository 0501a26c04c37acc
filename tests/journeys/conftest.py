"""One run of the demo for all who look at it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from outreach.demo import running
from outreach.demo.running import Finished


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
