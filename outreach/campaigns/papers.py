"""The papers of a plan: each copy of a step with ``pdf = true`` as the PDF that goes with it."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO
from zoneinfo import ZoneInfo

from sqlmodel import Session

from outreach.campaigns.drafting import Draft, Materials
from outreach.campaigns.schedule import Schedule, Sender
from outreach.errors import InvalidInput
from outreach.letters.enclosures import check_size, store
from outreach.letters.paper import Letterhead, on_paper
from outreach.letters.tables import Enclosure
from outreach.texts import mark

_NOT_ENCLOSED = mark("its PDF cannot be enclosed: %(problem)s")


class Papers:
    """Sets each paper once, however often a plan asks for it, and keeps it in ``file``.

    ``zone`` is the sender's, by whose calendar letters are dated.
    """

    def __init__(self, file: IO[bytes], zone: ZoneInfo) -> None:
        self._file, self._zone = file, zone
        self._places: dict[Hashable, tuple[str, int, int]] = {}

    def of(self, draft: Draft, sender: Sender) -> Enclosure:
        """With the day for which the copy is planned; InvalidInput where it cannot be set."""
        assert draft.paper is not None
        assert draft.planned_at is not None
        skeleton, slots = draft.paper.skeleton, draft.paper.slots
        letterhead = letterhead_of(sender)
        day = draft.planned_at.astimezone(self._zone).date()
        key = (skeleton.id, *slots, letterhead, day)
        if key not in self._places:
            self._places[key] = self._kept(on_paper(skeleton, slots, letterhead, day))
        return self._read(*self._places[key])

    def _kept(self, paper: Enclosure) -> tuple[str, int, int]:
        start = self._file.seek(0, 2)
        return paper.name, start, self._file.write(paper.content)

    def _read(self, name: str, start: int, size: int) -> Enclosure:
        self._file.seek(start)
        return Enclosure.of(name, "application/pdf", self._file.read(size))


@contextmanager
def papers_dated_in(zone: ZoneInfo) -> Iterator[Papers]:
    """They wait in a file without a name, for there may be more than memory holds."""
    with TemporaryFile() as file:
        yield Papers(file, zone)


def letterhead_of(sender: Sender) -> Letterhead:
    return Letterhead(sender.name, (sender.postal, sender.address), sender.place)


def enclose(
    session: Session,
    drafts: Iterable[Draft],
    schedule: Schedule,
    materials: Materials,
    papers: Papers,
) -> None:
    """Store what goes with each copy, one paper at a time: the paper first, then the files.

    A draft whose paper cannot be set is held back, and so are those after it. ``drafts`` come
    contact by contact.
    """
    files, sender = materials.enclosures, schedule.campaign.sender
    store(session, files)
    held: str | None = None
    for draft in drafts:
        held = held if draft.step > 1 else None
        if draft.paper and not held:
            held = _enclose_paper(session, draft, papers, sender, files)
        if draft.compiled and held:
            draft.hold_back(held)
        elif draft.compiled:
            draft.enclosures += [file.id for file in files]


def _enclose_paper(
    session: Session, draft: Draft, papers: Papers, sender: Sender, files: Sequence[Enclosure]
) -> str | None:
    """The reason why that cannot be done, or None."""
    try:
        paper = papers.of(draft, sender)
        check_size([paper, *files])
    except InvalidInput as problem:
        return _NOT_ENCLOSED % {"problem": problem}
    store(session, [paper])
    draft.enclosures.append(paper.id)
    return None
