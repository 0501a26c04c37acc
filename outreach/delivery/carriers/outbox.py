"""The outbox: a maildir on this machine. Nothing leaves; what would have can be read there."""

import os
from collections.abc import Sequence
from pathlib import Path

from outreach.delivery.carriers import Outcome
from outreach.delivery.composing import Outgoing


class Outbox:
    """Writes ``<folder>/new/<key>.eml``; any mail client that reads a maildir can open it."""

    name = "outbox"
    group_size = 32

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, group: Sequence[Outgoing]) -> list[Outcome]:
        return [self._store(outgoing) for outgoing in group]

    def close(self) -> None:
        pass

    def _store(self, outgoing: Outgoing) -> Outcome:
        content = outgoing.mime()
        try:
            self._write(f"{outgoing.key}.eml", content)
        except OSError as error:
            return Outcome("later", f"the outbox cannot be written: {error.strerror}")
        return Outcome("sent")

    def _write(self, name: str, content: bytes) -> None:
        for part in ("tmp", "new", "cur"):
            (self._folder / part).mkdir(parents=True, exist_ok=True)
        target, draft = self._folder / "new" / name, self._folder / "tmp" / f"{os.getpid()}.{name}"
        if target.exists():  # the same key is the same copy
            return
        try:
            draft.write_bytes(content)
            draft.rename(target)
        finally:
            draft.unlink(missing_ok=True)
