"""Files of contacts on their way in: taken, looked at, told to be stored, and deleted."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import Session, col, delete, select

from outreach.contacts.columns import NOT_THESE, Columns, allows
from outreach.contacts.fields import read_slug
from outreach.contacts.inspecting import Findings
from outreach.contacts.reading import require_table
from outreach.contacts.tables import ContactUpload, ContactUploadFile, UploadStage
from outreach.errors import InvalidInput, NotAllowed, NotFound
from outreach.texts import count, mark
from outreach.texts import gettext as _

LARGEST = 25_000_000  # bytes
KEPT = timedelta(days=1)
CALLED = mark("Your file")  # in what is told to whoever brought it
AT_WORK = (UploadStage.to_check, UploadStage.to_store)  # in the worker's hands, or stopped
_LISTED = 20


def keep(session: Session, name: str, content: bytes, by: str, now: datetime) -> ContactUpload:
    """Raises InvalidInput for what is too large, or can be no table."""
    forget_old(session, now)
    if len(content) > LARGEST:
        raise InvalidInput(
            _(
                "The file is larger than %(most)s bytes. Cut it into smaller ones.",
                most=count(LARGEST),
            )
        )
    with as_file(content) as path:
        require_table(path)
    stage = UploadStage.to_check
    upload = ContactUpload(name=name[-200:], by=by, uploaded_at=now, stage=stage)
    session.add(upload)
    session.flush()
    session.add(ContactUploadFile(upload_id=upload.id or 0, content=content))
    session.flush()
    return upload


def every(session: Session) -> Sequence[ContactUpload]:
    """The latest first."""
    query = select(ContactUpload).order_by(col(ContactUpload.id).desc()).limit(_LISTED)
    return session.exec(query).all()


def get(session: Session, number: int, *, to_change: bool = False) -> ContactUpload:
    query = select(ContactUpload).where(ContactUpload.id == number)
    upload = session.exec(query.with_for_update() if to_change else query).first()
    if upload is None:
        raise NotFound(_("That file is not here any more: it is kept for a day. Upload it again."))
    return upload


def findings(upload: ContactUpload) -> Findings | None:
    return Findings.model_validate(upload.findings) if upload.findings else None


def choose(session: Session, number: int, fields: Sequence[str]) -> None:
    """What each column is; the file is looked at again with that.

    Raises InvalidInput for what cannot be said of these columns, NotAllowed at another stage.
    """
    upload = _at_rest(session, number)
    found = findings(upload)
    if found is None or not allows(Columns(tuple(found.headers), tuple(fields))):
        raise InvalidInput(_(NOT_THESE))
    upload.fields = list(fields)
    _hand_on(session, upload, UploadStage.to_check)


def begin_storing(
    session: Session, number: int, *, by: str, list_slug: str, skip_bad: bool, seen: str
) -> ContactUpload:
    """Have the worker store it, as somebody saw it: ``seen`` is that of the findings.

    Raises InvalidInput for what is no name of a list, and NotAllowed for what nobody saw.
    """
    upload = _at_rest(session, number)
    found = findings(upload)
    if found is None or not found.seen or found.seen != seen:
        raise NotAllowed(
            _(
                "The columns of this file were changed after you looked. Nothing was stored: "
                "reload the page and look once more."
            )
        )
    if found.bad_rows and not skip_bad:
        raise NotAllowed(_("Nothing was stored: say first that the rows with errors are left out."))
    upload.by, upload.list_slug = by, _checked(list_slug)
    upload.findings = found.model_copy(update={"first": []}).model_dump()
    _hand_on(session, upload, UploadStage.to_store)
    upload.total = found.good_rows
    return upload


def go_on(session: Session, number: int) -> None:
    """From where a mistake of ours stopped it. Raises NotAllowed where nothing did."""
    upload = get(session, number, to_change=True)
    if upload.stage not in AT_WORK or not upload.problem:
        raise NotAllowed(_("Nothing stopped it: look at the page anew."))
    upload.problem, upload.leased_until = "", None
    session.add(upload)


def forget(session: Session, number: int) -> None:
    """Raises NotAllowed while it is being stored: half of it would stay."""
    upload = get(session, number, to_change=True)
    if upload.stage is UploadStage.to_store and not upload.problem:
        raise NotAllowed(_("It is being stored: that goes on to its end."))
    session.delete(upload)


def forget_old(session: Session, now: datetime) -> None:
    """One that is being stored has a day more, to come to its end."""
    at, storing = col(ContactUpload.uploaded_at), col(ContactUpload.stage) == UploadStage.to_store
    old = (at <= now - KEPT) & ~storing | (at <= now - 2 * KEPT)
    session.exec(delete(ContactUpload).where(old))


def looked_at(session: Session, number: int) -> tuple[ContactUpload, bytes]:
    """With the file as it came. NotAllowed while the worker has it, or once it is stored."""
    upload = _at_rest(session, number)
    file = session.get_one(ContactUploadFile, number)
    return upload, file.content


@contextmanager
def as_file(content: bytes) -> Iterator[Path]:
    with TemporaryDirectory(prefix="outreach-") as folder:
        path = Path(folder) / CALLED
        path.write_bytes(content)
        yield path


def _at_rest(session: Session, number: int) -> ContactUpload:
    upload = get(session, number, to_change=True)
    if upload.stage is not UploadStage.checked:
        raise NotAllowed(
            _("The worker has this file in hand: wait until it is done, and look again.")
        )
    return upload


def _hand_on(session: Session, upload: ContactUpload, stage: UploadStage) -> None:
    upload.stage, upload.leased_until = stage, None
    upload.done, upload.total, upload.problem = 0, None, ""
    session.add(upload)
    session.flush()


def _checked(slug: str) -> str:
    try:
        return read_slug(slug) if slug else ""
    except InvalidInput as wrong:
        told = {"name": slug[:80], "wrong": wrong}
        raise InvalidInput(_('"%(name)s" %(wrong)s.', **told)) from None
