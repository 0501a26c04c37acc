"""Wishes: asked for at the desk, fulfilled by the worker."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from outreach.accounts import audit, people
from outreach.accounts.tables import AuditEntry, Role
from outreach.campaigns import acts, fulfilling, making, progress, wishes
from outreach.campaigns.fulfilling import fulfil_next
from outreach.campaigns.making import Means
from outreach.campaigns.tables import Campaign, CampaignState, CampaignWish, WishKind
from outreach.config import shipped
from outreach.db import Database
from outreach.delivery.tables import Delivery, State
from outreach.errors import NotAllowed
from tests.campaigns.making import (
    LOADER,
    MONDAY,
    TOKENS,
    ZURICH,
    a_contact,
    a_schedule,
    states,
)

APPROVER = "approver@example.org"
SHIPPED = a_schedule(
    ('letter = "offices"', 'letter = "wipo-russia-office"'),
    ('after = "7', 'pdf = true\nafter = "7'),
)


@pytest.fixture
def means(database: Database) -> Means:
    templates = shipped("templates")
    return Means(database, templates, states(), TOKENS, ZURICH, lambda: MONDAY)


@pytest.fixture
def campaign(database: Database) -> Campaign:
    with database.transaction() as session:
        a_contact(session)
        people.add_organizer(session, APPROVER, Role.approver, "", None, MONDAY)
        return acts.load(session, SHIPPED, "offices", by=LOADER, now=MONDAY)


def ask(means: Means, kind: WishKind, by: str = LOADER, **more: str) -> None:
    with means.database.transaction() as session:
        wishes.ask(session, progress.get(session, "offices"), kind, by=by, now=MONDAY, **more)


def now(means: Means) -> tuple[Campaign, CampaignWish | None]:
    with means.database.reading() as session:
        found = progress.get(session, "offices")
        return found, wishes.find(session, found)


@pytest.mark.usefixtures("campaign")
def test_from_a_wish_for_a_plan_to_the_last_copy_withdrawn(means: Means) -> None:
    assert fulfil_next(means) is None
    ask(means, WishKind.plan)
    assert fulfil_next(means) is WishKind.plan
    planned, wish = now(means)
    assert (planned.state, wish) == (CampaignState.planned, None)
    assert planned.plan_digest
    ask(means, WishKind.approve, APPROVER, shown=planned.plan_digest)
    assert fulfil_next(means) is WishKind.approve
    assert now(means)[0].state is CampaignState.running
    ask(means, WishKind.cancel, because="it is over")
    assert fulfil_next(means) is WishKind.cancel
    assert now(means)[0].reason == "it is over"
    with means.database.reading() as session:
        assert set(session.exec(select(Delivery.state))) == {State.cancelled}
        acts_by = {(one.act, one.actor) for one in session.exec(select(AuditEntry))}
    assert acts_by == {
        ("campaign loaded", LOADER),
        ("campaign planned", LOADER),
        ("campaign approved", APPROVER),
        ("campaign cancelled", LOADER),
    }


@pytest.mark.usefixtures("campaign")
def test_one_wish_at_a_time(means: Means) -> None:
    ask(means, WishKind.plan)
    with pytest.raises(NotAllowed, match="offices is being planned already"):
        ask(means, WishKind.cancel)


@pytest.mark.usefixtures("campaign")
def test_who_loaded_it_may_not_have_it_approved_by_the_worker(means: Means) -> None:
    ask(means, WishKind.plan)
    fulfil_next(means)
    with means.database.transaction() as session:
        people.add_organizer(session, LOADER, Role.admin, "", None, MONDAY)
    ask(means, WishKind.approve, LOADER, shown=now(means)[0].plan_digest or "")
    fulfil_next(means)
    campaign, wish = now(means)
    assert campaign.state is CampaignState.planned
    assert wish
    assert "somebody else approves it" in (wish.problem or "")


@pytest.mark.usefixtures("campaign")
def test_what_was_not_shown_is_not_approved(means: Means) -> None:
    ask(means, WishKind.plan)
    fulfil_next(means)
    ask(means, WishKind.approve, APPROVER, shown="another plan")
    fulfil_next(means)
    campaign, wish = now(means)
    assert campaign.state is CampaignState.planned
    assert wish
    assert "has changed since it was shown" in (wish.problem or "")


def test_what_cannot_be_done_says_why_and_gives_way_to_the_next_wish(
    means: Means, campaign: Campaign
) -> None:
    with means.database.transaction() as session:
        text = SHIPPED.replace('lists = ["missions"]', 'lists = ["nobody"]')
        progress.load_campaign(session, text, campaign.slug, LOADER, MONDAY)
    ask(means, WishKind.plan)
    fulfil_next(means)
    _, wish = now(means)
    assert wish
    assert "There is no contact list nobody" in (wish.problem or "")
    assert fulfil_next(means) is None
    ask(means, WishKind.plan)


@pytest.mark.usefixtures("campaign")
def test_what_breaks_off_is_told_and_raised(means: Means, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("somebody@example.org")

    monkeypatch.setitem(fulfilling._FULFIL, WishKind.plan, broken)
    ask(means, WishKind.plan)
    with pytest.raises(RuntimeError):
        fulfil_next(means)
    _, wish = now(means)
    assert wish
    assert wish.problem == fulfilling.BROKE_OFF


@pytest.mark.usefixtures("campaign")
def test_a_wish_is_one_workers_until_that_worker_is_given_up(database: Database) -> None:
    def take(after: timedelta) -> CampaignWish | None:
        with database.transaction() as session:
            return wishes.take(session, MONDAY + after)

    with database.transaction() as session:
        campaign = progress.get(session, "offices")
        wishes.ask(session, campaign, WishKind.plan, by=LOADER, now=MONDAY)
    assert take(timedelta())
    assert take(timedelta(minutes=14)) is None
    assert take(timedelta(minutes=15))


@pytest.mark.usefixtures("campaign")
def test_progress_can_be_read_while_papers_are_set(means: Means) -> None:
    seen: list[tuple[str, int, int]] = []

    def tell(doing: str, done: int, total: int) -> None:
        seen.append((doing, done, total))
        with means.database.transaction() as session:  # nobody is in the way
            audit.note(session, actor=LOADER, act="looked", now=MONDAY)

    making.make_plan(means, "offices", by=LOADER, tell=tell)
    assert seen[0] == (making.PAPERS, 1, 1)


def test_an_act_out_of_turn_is_refused_and_leaves_no_line(session: Session) -> None:
    campaign = acts.load(session, SHIPPED, "offices", by=LOADER, now=MONDAY)
    with pytest.raises(NotAllowed):
        acts.pause(session, campaign, by=LOADER, now=MONDAY, reason="why")
    assert [one.act for one in audit.latest(session)] == ["campaign loaded"]
