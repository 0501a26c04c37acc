"""From a file in the letter's folder to the attachment that a recipient saves."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlmodel import Session, select

from outreach.campaigns import approval
from outreach.campaigns.enclosures import enclosures
from outreach.campaigns.progress import discard_plan
from outreach.campaigns.schedule import parse
from outreach.campaigns.tables import Campaign
from outreach.delivery.composing import Composer
from outreach.errors import InvalidInput, NotAllowed
from outreach.letters.enclosures import load_enclosures
from outreach.letters.tables import Enclosure
from tests.campaigns.making import (
    MONDAY,
    TOKENS,
    Rows,
    a_campaign,
    a_contact,
    a_schedule,
    an_approver,
    planned,
)

PDF = b"%PDF-1.7\n" + bytes(range(256)) + b"\r\n.\r\n%%EOF\n"
COMPOSER = Composer(
    tokens=TOKENS, public_url="https://example.org", reply_address="inbox@in.example.org"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "letters" / "offices" / "enclosures" / "Pétition.pdf"
    made.parent.mkdir(parents=True)
    made.write_bytes(PDF)
    return made


def loaded(templates: Path) -> list[Enclosure]:
    return load_enclosures(templates, "offices", ["Pétition.pdf"])


def attached(session: Session, campaign: Campaign, step: int) -> list[tuple[str | None, bytes]]:
    outgoing = COMPOSER.compose_stored(session, Rows(session, campaign)[step], MONDAY)
    assert outgoing
    mail = message_from_bytes(outgoing.mime(), policy=policy.default)
    assert mail.defects == []
    return [(part.get_filename(), part.get_content()) for part in mail.iter_attachments()]


def test_every_copy_carries_the_file_to_the_byte(
    session: Session, tmp_path: Path, file: Path
) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    summary = planned(session, campaign, enclosures=loaded(tmp_path))
    assert [(each.name, each.size) for each in summary.enclosures] == [("Pétition.pdf", len(PDF))]
    for step in (1, 2):
        assert attached(session, campaign, step) == [("Pétition.pdf", PDF)]


def test_a_file_changed_after_the_plan_changes_nothing_that_is_sent(
    session: Session, tmp_path: Path, file: Path
) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    planned(session, campaign, enclosures=loaded(tmp_path))
    file.write_bytes(PDF.replace(b"%PDF-1.7", b"%PDF-2.0"))
    approval.approve(session, campaign, by=an_approver(), now=MONDAY)
    assert attached(session, campaign, 1) == [("Pétition.pdf", PDF)]


def test_a_plan_with_another_file_is_another_plan(
    session: Session, tmp_path: Path, file: Path
) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    planned(session, campaign, enclosures=loaded(tmp_path))
    shown = campaign.plan_digest
    file.write_bytes(PDF.replace(b"%PDF-1.7", b"%PDF-2.0"))
    planned(session, campaign, enclosures=loaded(tmp_path))
    with pytest.raises(NotAllowed, match="has changed since it was shown"):
        approval.approve(session, campaign, by=an_approver(), now=MONDAY, shown=shown)


def test_a_campaign_without_enclosures_or_plan_has_none(session: Session) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    assert enclosures(session, campaign) == []
    assert planned(session, campaign).enclosures == []
    assert attached(session, campaign, 1) == []


def test_planning_without_the_file_deletes_the_stored_one(
    session: Session, tmp_path: Path, file: Path
) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    planned(session, campaign, enclosures=loaded(tmp_path))
    planned(session, campaign)
    assert enclosures(session, campaign) == []
    assert session.exec(select(Enclosure.name)).all() == []


def test_discarding_a_plan_leaves_the_file_to_those_who_send_it_too(
    session: Session, tmp_path: Path, file: Path
) -> None:
    a_contact(session)
    campaign, other = (a_campaign(session, slug=slug) for slug in ("offices", "other"))
    for each in (campaign, other):
        planned(session, each, enclosures=loaded(tmp_path))
    discard_plan(session, campaign)
    assert attached(session, other, 1) == [("Pétition.pdf", PDF)]


def test_large_enclosures_are_pointed_out_before_approval(
    session: Session, tmp_path: Path, file: Path
) -> None:
    file.write_bytes(PDF + b" " * 2_000_000 + b"%%EOF")
    a_contact(session)
    summary = planned(session, a_campaign(session), enclosures=loaded(tmp_path))
    assert any(
        "each mail carries 2.0 MB of enclosures, 4.0 MB in all" in w for w in summary.warnings
    )


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ('["open.pdf", "open.pdf"]', "names one thing twice"),
        ('["../open.pdf"]', "is no plain file name"),
        ('["open.exe"]', "is of a kind that is not enclosed"),
        ('"open.pdf"', "list"),
        (str([f"{n}.pdf" for n in range(11)]).replace("'", '"'), "at most 10"),
    ],
)
def test_a_schedule_names_files_and_nothing_else(written: str, says: str) -> None:
    text = a_schedule(('opens = "count"', f"enclosures = {written}"))
    with pytest.raises(InvalidInput) as caught:
        parse(text, "offices.toml")
    told = str(caught.value)
    assert "offices.toml, line 8, campaign.enclosures" in told
    assert says in told


def test_a_schedule_keeps_the_names_in_their_order() -> None:
    text = a_schedule(('opens = "count"', 'enclosures = ["b.pdf", "a.odt"]'))
    assert parse(text, "offices.toml").campaign.enclosures == ["b.pdf", "a.odt"]
