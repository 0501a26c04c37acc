"""Drafts of schedules: kept while they are wrong, never over somebody else's changes."""

import pytest
from sqlmodel import Session

from outreach.campaigns import drafts, progress, wishes
from outreach.campaigns.drafts import fingerprint
from outreach.campaigns.tables import CampaignState, WishKind
from outreach.errors import InvalidInput, NotAllowed, NotFound
from tests.campaigns.making import LOADER, MONDAY, SCHEDULE, a_contact, a_running_campaign

ANNA = "anna@example.org"


def keep(session: Session, text: str, seen: str, slug: str = "offices") -> None:
    drafts.keep(session, slug, text, seen=fingerprint(seen), by=ANNA, now=MONDAY)


def test_a_draft_may_be_wrong_until_it_is_loaded(session: Session) -> None:
    drafts.begin(session, "offices", "half a [schedule", by=ANNA, now=MONDAY)
    with pytest.raises(InvalidInput, match="line 1"):
        drafts.load(session, "offices", by=ANNA, now=MONDAY)
    keep(session, SCHEDULE, "half a [schedule")
    campaign = drafts.load(session, "offices", by=ANNA, now=MONDAY)
    assert (campaign.state, campaign.loaded_by) == (CampaignState.loaded, ANNA)
    assert wishes.of(session, campaign).kind is WishKind.plan
    assert drafts.find(session, "offices") is None
    assert drafts.source_of(session, "offices") == SCHEDULE


def test_two_people_do_not_write_over_each_other(session: Session) -> None:
    drafts.begin(session, "offices", "one", by=ANNA, now=MONDAY)
    keep(session, "two", "one")
    with pytest.raises(NotAllowed, match="Somebody changed the schedule offices"):
        keep(session, "three", "one")
    assert drafts.source_of(session, "offices") == "two"


def test_a_loaded_schedule_stays_until_its_draft_is_loaded(session: Session) -> None:
    progress.load_campaign(session, SCHEDULE, "offices", LOADER, MONDAY)
    keep(session, SCHEDULE + "#", SCHEDULE)
    assert progress.get(session, "offices").source == SCHEDULE
    drafts.discard(session, "offices")
    assert drafts.source_of(session, "offices") == SCHEDULE


def test_an_approved_schedule_takes_no_draft(session: Session) -> None:
    a_contact(session)
    a_running_campaign(session)
    with pytest.raises(NotAllowed, match="offices was approved"):
        keep(session, "another", SCHEDULE)


@pytest.mark.parametrize("slug", ["Spring", "", "a b", "../x", "offices"])
def test_a_name_that_cannot_be_or_is_taken_is_refused(session: Session, slug: str) -> None:
    progress.load_campaign(session, SCHEDULE, "offices", LOADER, MONDAY)
    with pytest.raises(InvalidInput):
        drafts.begin(session, slug, SCHEDULE, by=ANNA, now=MONDAY)


@pytest.mark.parametrize("text", ["\0", "#" * (drafts.LARGEST + 1)])
def test_what_is_no_schedule_at_all_is_not_kept(session: Session, text: str) -> None:
    with pytest.raises(InvalidInput):
        drafts.begin(session, "spring", text, by=ANNA, now=MONDAY)


def test_a_schedule_that_is_not_there_is_said_so(session: Session) -> None:
    with pytest.raises(NotFound):
        drafts.source_of(session, "nothing")
