import pytest
from sqlmodel import Session, col, update

from outreach.accounts.tables import Role
from outreach.campaigns.approval import approve
from outreach.campaigns.tables import CampaignState
from outreach.delivery.suppression import suppress
from outreach.delivery.tables import Delivery, SuppressionReason
from outreach.errors import NotAllowed
from tests.campaigns.making import (
    LOADER,
    MONDAY,
    Rows,
    a_campaign,
    a_contact,
    a_schedule,
    an_approver,
    planned,
)


def test_an_approved_campaign_runs_and_keeps_who_approved_it(session: Session) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    planned(session, campaign)
    done = approve(session, campaign, by=an_approver(), now=MONDAY)
    assert campaign.state is CampaignState.running
    assert (campaign.approved_by, campaign.approved_at) == ("approver@example.org", MONDAY)
    assert done.copies == 2
    assert done.unreviewed == ["letter.fr", "reminder.fr"]


def test_approval_releases_nothing_by_itself(session: Session) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    planned(session, campaign)
    approve(session, campaign, by=an_approver(), now=MONDAY)
    assert Rows(session, campaign)[1].due_at is None


@pytest.mark.parametrize("role", [Role.viewer, Role.organizer])
def test_a_lesser_role_may_not_approve(session: Session, role: Role) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    planned(session, campaign)
    with pytest.raises(NotAllowed, match="the role must be approver or admin"):
        approve(session, campaign, by=an_approver(role=role), now=MONDAY)
    assert campaign.state is CampaignState.planned


def test_an_admin_may_approve(session: Session) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    planned(session, campaign)
    approve(session, campaign, by=an_approver(role=Role.admin), now=MONDAY)
    assert campaign.state is CampaignState.running


def test_who_is_disabled_may_not_approve(session: Session) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    planned(session, campaign)
    approver = an_approver()
    approver.disabled_at = MONDAY
    with pytest.raises(NotAllowed, match="may not approve"):
        approve(session, campaign, by=approver, now=MONDAY)


def test_who_loaded_the_campaign_approves_it_only_when_alone(session: Session) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    planned(session, campaign)
    with pytest.raises(NotAllowed, match="somebody else approves it"):
        approve(session, campaign, by=an_approver(LOADER), now=MONDAY)
    approve(session, campaign, by=an_approver(LOADER), now=MONDAY, alone=True)
    assert campaign.state is CampaignState.running


def test_what_is_not_planned_cannot_be_approved(session: Session) -> None:
    with pytest.raises(NotAllowed, match="only a campaign that is planned can be approved"):
        approve(session, a_campaign(session), by=an_approver(), now=MONDAY)


def test_a_plan_that_would_send_nothing_cannot_be_approved(session: Session) -> None:
    a_contact(session, languages=["de"])
    campaign = a_campaign(session)
    planned(session, campaign)
    with pytest.raises(NotAllowed, match="holds every contact back"):
        approve(session, campaign, by=an_approver(), now=MONDAY)


def test_what_was_approved_once_is_not_approved_again(session: Session) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    planned(session, campaign)
    approve(session, campaign, by=an_approver(), now=MONDAY)
    with pytest.raises(NotAllowed, match="offices is running"):
        approve(session, campaign, by=an_approver(), now=MONDAY)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("slots", ["somebody else"]),
        ("sender_name", "Somebody else"),
        ("sender_address", "other@example.org"),
        ("recipient_name", "Somebody Else"),
        ("tracks_opens", False),
        ("in_reply_to", "<another@example.org>"),
        ("references", ["<another@example.org>"]),
        ("recipient_address", "other@ch.example"),
        ("planned_at", MONDAY),
        ("identity", "campaign:offices:1:contact:999"),
    ],
)
def test_a_plan_that_changed_behind_the_approvers_back_is_refused(
    session: Session, column: str, value: object
) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    planned(session, campaign)
    session.exec(update(Delivery).where(col(Delivery.step) == 1).values({column: value}))
    with pytest.raises(NotAllowed, match="has changed since it was shown"):
        approve(session, campaign, by=an_approver(), now=MONDAY)


def test_a_plan_made_anew_while_the_approver_looked_at_the_old_one_is_refused(
    session: Session,
) -> None:
    a_contact(session, "first")
    campaign = a_campaign(session)
    planned(session, campaign)
    shown = campaign.plan_digest
    a_contact(session, "second")
    planned(session, campaign)
    with pytest.raises(NotAllowed, match="has changed since it was shown"):
        approve(session, campaign, by=an_approver(), now=MONDAY, shown=shown)
    approve(session, campaign, by=an_approver(), now=MONDAY, shown=campaign.plan_digest)


def test_an_opt_out_between_plan_and_approval_does_not_stand_in_the_way(session: Session) -> None:
    a_contact(session, "first")
    campaign = a_campaign(session)
    planned(session, campaign)
    suppress(session, "first@ch.example", SuppressionReason.unsubscribed, now=MONDAY)
    approve(session, campaign, by=an_approver(), now=MONDAY)
    assert campaign.state is CampaignState.running


def test_a_schedule_loaded_anew_needs_a_new_plan(session: Session) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    planned(session, campaign)
    a_campaign(session, a_schedule(("per_hour = 120", "per_hour = 60")))
    assert Rows(session, campaign).of(1) == []
    with pytest.raises(NotAllowed, match="offices is loaded"):
        approve(session, campaign, by=an_approver(), now=MONDAY)
