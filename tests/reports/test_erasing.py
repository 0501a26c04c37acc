"""Erasing a person takes them out of the stored reports too, and says what still names them."""

import shutil
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from outreach.accounts.tables import AuditEntry, Organizer, Role
from outreach.contacts.states import load_states
from outreach.db import Database
from outreach.delivery import suppression
from outreach.delivery.tables import Delivery, State, SuppressionReason
from outreach.errors import NotFound
from outreach.inbox.processing import take_in
from outreach.inbox.reading import understand
from outreach.inbox.receiving import store
from outreach.inbox.tables import IncomingMail
from outreach.letters.tables import Skeleton
from outreach.reports import weekly
from outreach.reports.erasing import Erased, erase
from outreach.reports.figures import Figures
from outreach.reports.tables import WeeklyReport
from outreach.reports.weeks import Week
from tests.inbox.samples import a_mail
from tests.inbox.world import World
from tests.tracking.making import NOW, TOKENS

ANA, BEA = "ana@mission-fr.example", "bea@mission-de.example"
WEEK = Week.parse("2026-W49")


@pytest.fixture
def told(database: Database) -> Database:
    """Two missions have answered, and the week's report has been mailed."""
    with database.transaction() as session:
        world = World(session)
        for number, address, text in ((1, ANA, "Ana's secret."), (2, BEA, "Bea's opinion.")):
            letter = world.letter(number, address, mission=("FR", "DE")[number - 1])
            world.receive(a_mail(text, **{"from": address}, in_reply_to=letter.message_id))
        a_mailed_report(session)
    return database


def a_mailed_report(session: Session) -> None:
    session.add(Organizer(address="o@example.org", role=Role.organizer, created_at=NOW))
    session.flush()
    at = NOW + timedelta(days=7)
    report = weekly.make(session, WEEK, zone=ZoneInfo("UTC"), states=load_states(), now=at)
    weekly.queue_for_sending(
        session,
        weekly.mailing(Figures.model_validate(report.figures), ""),
        weekly.readers(session),
        sender_name="Outreach",
        sender_address="inbox@in.example.org",
        tokens=TOKENS,
        now=at,
    )
    mailed = session.exec(select(Delivery).where(Delivery.identity.startswith("report:"))).one()  # type: ignore[attr-defined]
    mailed.state = State.sent
    session.add(mailed)


def erased(database: Database, address: str = ANA, *, dry_run: bool = False) -> Erased:
    return erase(database, address, tokens=TOKENS, by="command line", now=NOW, dry_run=dry_run)


def everything(session: Session) -> str:
    kinds = (WeeklyReport, Skeleton, IncomingMail, Delivery, AuditEntry)
    return str([row.model_dump() for kind in kinds for row in session.exec(select(kind))])


def test_a_report_no_longer_quotes_the_person_and_counts_as_before(told: Database) -> None:
    with told.reading() as session:
        before = session.exec(select(WeeklyReport)).one().figures
        assert "Ana's secret" in everything(session)
        assert "secret" in session.exec(select(Skeleton.text)).one()
    assert erased(told).reports == [str(WEEK)]
    with told.reading() as session:
        figures = session.exec(select(WeeklyReport)).one().figures
        assert "secret" not in everything(session)
        assert [each["first_lines"] for each in figures["answers"]] == ["", "Bea's opinion."]
        assert {**figures, "answers": 0} == {**before, "answers": 0}
        assert session.exec(select(Skeleton)).all() == []
        (organizer,) = [
            copy for copy in session.exec(select(Delivery)) if copy.identity.startswith("report:")
        ]
        assert organizer.recipient_address == "o@example.org"
    assert erased(told).reports == []


def test_a_dry_run_says_the_same_and_changes_nothing(told: Database) -> None:
    with told.reading() as session:
        before = everything(session)
    tried = erased(told, dry_run=True)
    with told.reading() as session:
        assert everything(session) == before
    assert tried.as_facts() == erased(told).as_facts()
    assert tried.as_facts()["mails"] == 1


def test_what_still_names_the_address_is_said_by_its_place(told: Database) -> None:
    with told.transaction() as session:
        suppression.suppress(session, ANA, SuppressionReason.unsubscribed, now=NOW)
        letter = session.exec(select(Delivery).where(Delivery.recipient_address == BEA)).one()
        content = a_mail(f"Ask {ANA}", **{"from": BEA}, in_reply_to=letter.message_id)
        raw = store(session, content, door="file", now=NOW)
        take_in(session, raw, *understand(content), TOKENS, NOW)
        mail = session.exec(select(IncomingMail).where(IncomingMail.raw_id == raw.id)).one()
    done = erased(told)
    assert done.inbox.others_mails == [mail.id]
    assert set(done.remains) >= {"suppression.address", "incoming_mail.text", "raw_mail.content"}
    assert done.remains["raw_mail.content"] == 1
    said = "\n".join(done.advice())
    assert f"look at them: {mail.id}." in said
    assert "Backups" in said


def test_the_trail_says_that_somebody_was_erased_and_not_who(told: Database) -> None:
    erased(told)
    with told.reading() as session:
        (entry,) = session.exec(select(AuditEntry)).all()
        assert (entry.act, entry.subject, entry.detail) == ("contact erased", "", "")


def test_of_one_who_is_unknown_nothing_is_kept(told: Database) -> None:
    with pytest.raises(NotFound, match="Nothing is kept"):
        erased(told, "nobody@example.org")
    erased(told)
    assert erased(told).inbox.contacts == 0  # erased already, which is no mistake


@pytest.mark.parametrize("suffix", ["", "-wal"])
def test_the_bytes_are_gone_from_the_files_of_sqlite(
    sqlite_template: Path, tmp_path: Path, suffix: str
) -> None:
    sqlite = Database(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'outreach.db')}")
    # As in builds that leave deleted bytes where they are; Debian's does not.
    event.listen(sqlite.engine, "connect", lambda c, _: c.execute("PRAGMA secure_delete=OFF"))
    secret = "Nobody shall read this. " * 2_000  # more than a page holds
    with sqlite.transaction() as session:
        world = World(session)
        letter = world.letter(1, ANA)
        world.receive(a_mail(secret, **{"from": ANA}, in_reply_to=letter.message_id))
    file = tmp_path / f"outreach.db{suffix}"
    in_either = [(tmp_path / name).read_bytes() for name in ("outreach.db", "outreach.db-wal")]
    assert any(b"Nobody shall read" in content for content in in_either)
    erased(sqlite)
    assert b"Nobody shall read" not in file.read_bytes()
    assert ANA.encode() not in file.read_bytes()
    sqlite.close()
