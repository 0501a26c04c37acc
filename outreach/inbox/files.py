"""Mail in files: .eml, mbox, maildir, or a folder of them."""

import mailbox
from collections.abc import Iterator
from pathlib import Path

from outreach.errors import InvalidInput

_IN_FOLDERS = frozenset({".eml", ".mbox"})


def read_mails(path: Path) -> Iterator[tuple[str, bytes]]:
    """Each mail with what to call it: its path, and in an mbox its number there.

    Raises InvalidInput where there is no mail, or where a file cannot be read.
    """
    try:
        mails = _in_folder(path) if path.is_dir() else _in_file(path)
        first = next(mails, None)
        if first is None:
            raise InvalidInput(f"{path} holds no mail; give .eml files, an mbox or a maildir.")
        yield first
        yield from mails
    except OSError as error:
        raise InvalidInput(f"{error.filename or path} cannot be read: {error.strerror}.") from error


def _in_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    if (folder / "cur").is_dir() and (folder / "new").is_dir():
        files = [file for part in ("cur", "new") for file in _files(folder / part)]
    else:
        files = [file for file in _files(folder) if file.suffix.lower() in _IN_FOLDERS]
    for file in files:
        yield from _in_file(file)


def _in_file(file: Path) -> Iterator[tuple[str, bytes]]:
    with file.open("rb") as opened:
        if opened.read(5) != b"From ":
            opened.seek(0)
            yield str(file), opened.read()
            return
    box = mailbox.mbox(file, create=False)
    try:
        for number, key in enumerate(box.keys(), start=1):
            yield f"{file}#{number}", box.get_bytes(key)
    finally:
        box.close()


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.is_file())
