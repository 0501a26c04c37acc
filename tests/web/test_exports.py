"""A thread as files that the desk hands out."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from outreach.accounts.tables import AuditEntry
from outreach.inbox.tables import RawMail, ThreadNote
from outreach.wiring import Outreach
from tests.typesetting.reading import Pdf
from tests.web.world import World, an_organizer


def entries(outreach: Outreach) -> list[tuple[str, str, str, str]]:
    with outreach.database.reading() as session:
        found = session.exec(select(AuditEntry)).all()
    return [(entry.actor, entry.act, entry.subject, entry.detail) for entry in found]


def test_a_viewer_takes_the_mails_away_and_it_is_noted(
    viewer: FlaskClient, world: World, outreach: Outreach
) -> None:
    with viewer.get(f"/inbox/threads/{world.thread.id}/export.zip") as answer:
        archive = ZipFile(BytesIO(answer.data))
    assert answer.mimetype == "application/zip"
    name = f"thread-{world.thread.id}.zip"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
    with outreach.database.reading() as session:
        raw = session.get_one(RawMail, world.reply.raw_id)
    assert raw.content in [archive.read(each) for each in archive.namelist()]
    thread = f"thread {world.thread.id}"
    assert entries(outreach) == [("viewer@example.org", "thread exported", thread, "mails")]


def test_a_viewer_takes_the_conversation_away_as_pdf(
    viewer: FlaskClient, world: World, outreach: Outreach
) -> None:
    answer = viewer.get(f"/inbox/threads/{world.thread.id}/export.pdf")
    assert answer.mimetype == "application/pdf"
    name = f"thread-{world.thread.id}.pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    told = Pdf(answer.data).text
    assert '<script>alert("x")</script>' in told
    assert "We thank you." in told
    thread = f"thread {world.thread.id}"
    assert entries(outreach) == [("viewer@example.org", "thread exported", thread, "PDF")]


def test_notes_go_along_when_asked_for(
    viewer: FlaskClient, world: World, outreach: Outreach
) -> None:
    now = outreach.clock()
    with outreach.database.transaction() as session:
        author = an_organizer(session, now)
        session.add(
            ThreadNote(
                thread_id=world.thread.id, author_id=author.id, text="Phoned.", written_at=now
            )
        )
    path = f"/inbox/threads/{world.thread.id}/export.pdf"
    assert "Phoned." not in Pdf(viewer.get(path).data).text
    assert "Phoned." in Pdf(viewer.get(f"{path}?notes=yes").data).text


@pytest.mark.parametrize("form", ["zip", "pdf"])
def test_no_thread_no_export(viewer: FlaskClient, outreach: Outreach, form: str) -> None:
    assert viewer.get(f"/inbox/threads/7/export.{form}").status_code == 404
    assert entries(outreach) == []
