"""Enclosures: files that go with copies, most of them from the letter's folder ``enclosures/``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from sqlalchemy import func
from sqlmodel import Session, col, select

from outreach.db import insertion
from outreach.errors import InvalidInput
from outreach.letters.file_kinds import kind_of
from outreach.letters.tables import Enclosure
from outreach.texts import count, ngettext
from outreach.texts import gettext as _

LONGEST_NAME = 80
LARGEST = 5_000_000  # bytes
LARGEST_TOGETHER = 7_000_000  # a third more in a mail: many receivers take ten million and no more
_NOT_IN_NAMES = frozenset('/\\:*?"<>|')  # a path, or what some recipient's system does not store


@dataclass(frozen=True)
class Enclosed:
    """A stored enclosure without its contents; ``size`` is in bytes."""

    id: str
    name: str
    size: int


def checked_name(name: str) -> str:
    """The name in the one form in which it is compared and sent; InvalidInput says what is wrong.

    What does not print could turn the direction of a name and hide how it ends.
    """
    name = normalize("NFC", name)
    plain = name.isprintable() and name == name.strip() and not set(name) & _NOT_IN_NAMES
    if not plain or name.startswith("."):
        raise InvalidInput(
            _(
                '"%(name)s" is no plain file name; write it without a folder and without '
                "special characters",
                name=name[:LONGEST_NAME],
            )
        )
    if len(name) > LONGEST_NAME:
        raise InvalidInput(
            _(
                '"%(name)s..." is longer than %(most)s letters; shorten it',
                name=name[:20],
                most=LONGEST_NAME,
            )
        )
    kind_of(name)
    return name


def file_name(title: str, ending: str) -> str:
    """A name that ``checked_name`` takes, as much of the title as there is room for."""
    plain = (" " if not one.isprintable() or one in _NOT_IN_NAMES else one for one in title)
    words = " ".join(normalize("NFC", "".join(plain)).split())
    return (words[: LONGEST_NAME - len(ending)].strip(" .") or "letter") + ending


def load_enclosures(templates: Path, slug: str, names: Sequence[str]) -> list[Enclosure]:
    """The letter's files of these names, in this order; InvalidInput lists all that is wrong."""
    found: list[Enclosure] = []
    problems: list[str] = []
    for name in names:
        try:
            found.append(_load(_folder(templates, slug), name))
        except InvalidInput as problem:
            problems.append(str(problem))
    problems += _too_much(found)
    if problems:
        raise InvalidInput(_("The enclosures of %(slug)s cannot be sent:", slug=slug), problems)
    return found


def from_files(files: Sequence[tuple[str, bytes]]) -> list[Enclosure]:
    """Names and contents as somebody chose them for one mail; InvalidInput says what is wrong."""
    found = [_checked(checked_name(name), content, where=name) for name, content in files]
    for problem in _too_much(found):
        raise InvalidInput(_("The files cannot be sent: %(problem)s.", problem=problem))
    return found


def check_enclosures(templates: Path, slug: str) -> Iterator[str]:
    """What is wrong with the files in the letter's folder, whichever of them a schedule names."""
    folder = _folder(templates, slug)
    for name in _files(folder):
        try:
            _load(folder, name)
        except InvalidInput as problem:
            yield str(problem)


def check_size(enclosures: Sequence[Enclosure]) -> None:
    """InvalidInput where they are too much for one mail."""
    if sum(len(enclosure.content) for enclosure in enclosures) > LARGEST_TOGETHER:
        most = size(LARGEST_TOGETHER)
        raise InvalidInput(
            _("with what else is enclosed it exceeds %(most)s a mail; enclose less", most=most)
        )


def store(session: Session, enclosures: Sequence[Enclosure]) -> None:
    """What is stored already is only held on to, so that nobody deletes it as unused meanwhile."""
    insert = insertion(session, Enclosure)
    held = insert.on_conflict_do_update(index_elements=["id"], set_={"name": insert.excluded.name})
    if enclosures:
        session.connection().execute(held, [each.model_dump() for each in enclosures])


def enclosed(session: Session, ids: Sequence[str]) -> list[Enclosed]:
    """What is stored under these ids, in their order, without reading the contents."""
    contents = func.length(Enclosure.content)
    query = select(Enclosure.id, Enclosure.name, contents).where(col(Enclosure.id).in_(ids))
    by_id = {row[0]: Enclosed(*row) for row in session.exec(query)} if ids else {}
    return [by_id[each] for each in ids]


def size(octets: int) -> str:
    if octets < 1000:
        return ngettext("%(num)s byte", "%(num)s bytes", octets)
    if octets < 1_000_000:
        return _("%(size)s kB", size=count(round(octets / 1000)))
    return _("%(size)s MB", size=count(round(octets / 1_000_000, 1)))


def _folder(templates: Path, slug: str) -> Path:
    return templates / "letters" / slug / "enclosures"


def _files(folder: Path) -> Mapping[str, Path]:
    """By name; names are only looked up here, so none can lead out of the folder."""
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return {normalize("NFC", path.name): path for path in paths if path.name[0] != "."}


def _load(folder: Path, name: str) -> Enclosure:
    there = _files(folder)
    name = checked_name(name)
    if name not in there:
        others = ", ".join(there) or _("none")
        raise InvalidInput(
            _(
                "%(path)s: there is no such file; there are: %(others)s",
                path=folder / name,
                others=others,
            )
        )
    return _checked(name, _read(there[name]), where=str(there[name]))


def _checked(name: str, content: bytes, *, where: str) -> Enclosure:
    if not content:
        raise InvalidInput(_("%(path)s: it is empty; put the finished file there", path=where))
    if len(content) > LARGEST:
        most = size(LARGEST)
        raise InvalidInput(
            _(
                "%(path)s: it has over %(most)s; make it smaller, or link to it instead",
                path=where,
                most=most,
            )
        )
    kind = kind_of(name)
    if fault := kind.fault(content):
        raise InvalidInput(_("%(field)s: %(problem)s", field=where, problem=fault))
    return Enclosure.of(name, kind.media_type, content)


def _too_much(enclosures: Sequence[Enclosure]) -> list[str]:
    total = sum(len(enclosure.content) for enclosure in enclosures)
    if total <= LARGEST_TOGETHER:
        return []
    most = size(LARGEST_TOGETHER)
    return [
        _(
            "together they have %(size)s, and a mail takes %(most)s; enclose less",
            size=size(total),
            most=most,
        )
    ]


def _read(path: Path) -> bytes:
    if path.is_symlink() or not path.is_file():
        raise InvalidInput(
            _("%(path)s: this is no file, or a link to one; put the file itself there", path=path)
        )
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise InvalidInput(
            _("%(path)s: it cannot be read: %(why)s", path=path, why=error.strerror)
        ) from None
