from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, func, select

from outreach.campaigns import progress
from outreach.campaigns.plans import PlanSummary, entries, status
from outreach.campaigns.tables import CampaignState
from outreach.delivery.composing import Composer
from outreach.delivery.queue import claim
from outreach.delivery.suppression import suppress
from outreach.delivery.tables import Delivery, Purpose, SendingAddress, State, SuppressionReason
from outreach.errors import InvalidInput, NotAllowed, NotFound
from outreach.letters.tables import Skeleton
from outreach.tracking.unsubscribing import unsubscribe
from tests.campaigns.making import (
    LAST_STEP,
    MONDAY,
    SCHEDULE,
    TOKENS,
    Rows,
    a_campaign,
    a_contact,
    a_letter,
    a_running_campaign,
    a_schedule,
    a_source,
    off_the_list,
    planned,
)


def test_each_contact_gets_a_row_for_each_step_that_nothing_can_claim(session: Session) -> None:
    contact = a_contact(session)
    campaign = a_campaign(session)
    planned(session, campaign)
    letter, reminder = Rows(session, campaign)[1], Rows(session, campaign)[2]
    assert letter.identity == f"campaign:offices:1:contact:{contact.id}"
    assert (letter.purpose, reminder.purpose) == (Purpose.letter, Purpose.reminder)
    assert letter.state is reminder.state is State.queued
    assert letter.due_at is reminder.due_at is None
    assert letter.recipient_address == "first@ch.example"
    assert letter.sender_name == "The organizers"
    far = datetime(2030, 1, 1, tzinfo=UTC)
    assert claim(session, worker="w", limit=9, now=far) == []


def test_the_letter_is_foreseen_at_the_start_on_the_recipients_clock(session: Session) -> None:
    a_contact(session, "tokyo", "JP")
    a_contact(session, "geneva", "CH")
    a_contact(session, "elsewhere", "CH", time_zone="America/New_York")
    campaign = a_campaign(session)
    planned(session, campaign)
    zones = {"tokyo": "Asia/Tokyo", "geneva": "Europe/Zurich", "elsewhere": "America/New_York"}
    for row in Rows(session, campaign).of(1):
        zone = ZoneInfo(zones[row.recipient_address.partition("@")[0]])
        assert row.planned_at is not None
        assert f"{row.planned_at.astimezone(zone):%m-%d %H:%M}" == "12-01 09:00"


def test_a_reminder_is_foreseen_after_its_delay_and_in_the_window(session: Session) -> None:
    a_contact(session)
    campaign = a_campaign(session, SCHEDULE + LAST_STEP)
    planned(session, campaign)
    moments = [Rows(session, campaign)[step].planned_at for step in (1, 2, 3)]
    # Seven working days after Tuesday, then three days, which ends on a Sunday.
    assert moments == [datetime(2026, 12, day, 8, tzinfo=UTC) for day in (1, 10, 14)]


def test_nothing_is_planned_into_the_past(session: Session) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    late = datetime(2026, 12, 4, 20, tzinfo=UTC)
    planned(session, campaign, now=late)
    assert Rows(session, campaign)[1].planned_at == datetime(2026, 12, 7, 8, tzinfo=UTC)


def test_copies_keep_the_pace_of_the_campaign_and_of_each_domain(session: Session) -> None:
    for number in range(3):
        a_contact(session, f"person{number}")
    a_contact(session, "other", time_zone="Europe/Zurich", state="FR")
    campaign = a_campaign(session)
    planned(session, campaign)
    begin = datetime(2026, 12, 1, 8, tzinfo=UTC)
    waits = [(row.planned_at or begin) - begin for row in Rows(session, campaign).of(1)]
    in_order = [wait / timedelta(seconds=30) for wait in sorted(waits)]
    shortest = [0, 1, 12, 24]  # and a little more, for gaps are not all alike
    assert all(least <= wait <= 1.1 * least for wait, least in zip(in_order, shortest, strict=True))


def test_reminders_keep_the_pace_beside_the_letters(session: Session) -> None:
    a_contact(session, "geneva", "CH")
    a_contact(session, "london", "GB")
    campaign = a_campaign(session, a_schedule(('"7 working days"', '"1h"')))
    planned(session, campaign)
    letter_to_london = Rows(session, campaign).of(1)[1].planned_at
    reminder_to_geneva = Rows(session, campaign).of(2)[0].planned_at
    assert letter_to_london == datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert reminder_to_geneva is not None
    assert 30 <= (reminder_to_geneva - letter_to_london).total_seconds() <= 33


def test_a_window_that_never_opens_for_a_contact_holds_it_back(session: Session) -> None:
    a_contact(session, "riyadh", "SA")
    a_contact(session, "geneva", "CH")
    days = ('days = ["mon", "tue", "wed", "thu", "fri"]', 'days = ["fri"]')
    campaign = a_campaign(session, a_schedule(days))
    summary = planned(session, campaign)
    assert (summary.planned, summary.held) == (1, 1)
    assert summary.reasons == {
        "the window never opens: its days are the weekend of the recipient's country": 1
    }


def a_new_sender(session: Session, *, ramp_up: int) -> PlanSummary:
    for number, state in enumerate(("CH", "FR", "AT", "DE", "IT")):
        a_contact(session, f"person{number}", state)
    return planned(
        session, a_campaign(session, a_schedule(("[pace]", f"[pace]\nramp_up = {ramp_up}")))
    )


def test_a_sender_that_has_never_sent_begins_slowly_and_the_plan_says_so(session: Session) -> None:
    summary = a_new_sender(session, ramp_up=2)
    campaign = progress.get(session, "offices")
    days = [row.planned_at.day for row in Rows(session, campaign).of(1) if row.planned_at]
    assert sorted(days) == [1, 1, 2, 2, 2]
    assert summary.warnings == [
        "letters@example.org has never sent before: 2 copies go on 2026-12-01, and on each day "
        "after at most twice as many (pace.ramp_up)."
    ]


def test_a_sender_of_yesterday_may_send_twice_as_many(session: Session) -> None:
    yesterday = datetime(2026, 11, 30, 12, tzinfo=UTC)
    session.add(SendingAddress(address="letters@example.org", first_sent_at=yesterday))
    summary = a_new_sender(session, ramp_up=2)
    assert summary.warnings[0].startswith(
        "letters@example.org first sent on 2026-11-30: 4 copies go on 2026-12-01,"
    )


@pytest.mark.parametrize("ramp_up", [0, 5])
def test_a_new_sender_whose_copies_fit_into_a_day_is_not_worth_a_word(
    session: Session, ramp_up: int
) -> None:
    assert a_new_sender(session, ramp_up=ramp_up).warnings == []


def test_reminders_answer_to_the_mails_before_them(session: Session) -> None:
    a_contact(session, "first")
    a_contact(session, "second")
    campaign = a_campaign(session, SCHEDULE + LAST_STEP)
    planned(session, campaign)
    for first, second, third in zip(
        *(Rows(session, campaign).of(step) for step in (1, 2, 3)), strict=True
    ):
        assert (first.in_reply_to, first.references) == (None, [])
        assert (second.in_reply_to, second.references) == (first.message_id, [first.message_id])
        assert third.in_reply_to == second.message_id
        assert third.references == [first.message_id, second.message_id]


def test_each_gets_the_letter_in_a_language_they_read(session: Session) -> None:
    a_contact(session, "a", "FR")
    a_contact(session, "b", "EG")
    a_contact(session, "c", "JP")
    a_contact(session, "d", "JP", languages=["pt", "fr"])
    campaign = a_campaign(session)
    summary = planned(session, campaign)
    found = {row.recipient_address[0]: row.language for row in Rows(session, campaign).of(1)}
    assert found == {"a": "fr", "b": "ar", "c": "en", "d": "fr"}
    assert summary.languages == {"fr": 2, "ar": 1, "en": 1}


def test_a_contact_without_a_letter_in_its_language_is_held_back(session: Session) -> None:
    a_contact(session, languages=["pt", "de"])
    campaign = a_campaign(session)
    summary = planned(session, campaign)
    reason = "no letter in a language they read (pt, de)"
    assert [Rows(session, campaign)[step].state for step in (1, 2)] == [State.skipped] * 2
    assert Rows(session, campaign)[1].reason == reason
    assert (summary.contacts, summary.planned, summary.held) == (1, 0, 1)
    assert summary.reasons == {reason: 1}


def test_a_contact_with_a_missing_value_is_held_back_with_its_name(session: Session) -> None:
    a_contact(session, "named", family_name="Known")
    a_contact(session, "unnamed", family_name="")
    letter = a_letter(
        a_source(body="Dear {{ contact.family_name }}"), a_source("reminder", body="Hello")
    )
    campaign = a_campaign(session)
    summary = planned(session, campaign, letter)
    assert summary.reasons == {"contact.family_name has no value": 1}
    held = [row for row in Rows(session, campaign).of(1) if row.state is State.skipped]
    assert [row.recipient_address for row in held] == ["unnamed@ch.example"]
    assert held[0].skeleton_id is None
    assert held[0].planned_at is None


def test_a_suppressed_address_is_held_back(session: Session) -> None:
    contact = a_contact(session)
    suppress(session, contact.address, SuppressionReason.unsubscribed, now=MONDAY)
    summary = planned(session, a_campaign(session))
    assert summary.reasons == {"the address is suppressed: unsubscribed": 1}


def test_a_reminder_that_cannot_be_written_holds_back_only_itself_and_later_ones(
    session: Session,
) -> None:
    a_contact(session, state="FR", languages=["fr"])
    letter = a_letter(a_source(language="fr"), a_source("reminder", "en"))
    campaign = a_campaign(session, SCHEDULE + LAST_STEP)
    summary = planned(session, campaign, letter)
    states = [Rows(session, campaign)[step].state for step in (1, 2, 3)]
    assert states == [State.queued, State.skipped, State.skipped]
    assert (summary.planned, summary.held) == (1, 0)
    assert summary.reasons == {"no letter in a language they read (fr)": 1}


def test_the_summary_counts_contacts_copies_and_moments(session: Session) -> None:
    a_contact(session, "a", "FR")
    a_contact(session, "b", "JP")
    a_contact(session, "c", "CH", languages=["de"])
    summary = planned(session, a_campaign(session))
    assert (summary.contacts, summary.planned, summary.held) == (3, 2, 1)
    assert [(step.step, step.letter, step.planned, step.held) for step in summary.steps] == [
        (1, "letter", 2, 1),
        (2, "reminder", 2, 1),
    ]
    assert summary.first_at == datetime(2026, 12, 1, 0, tzinfo=UTC)
    assert summary.last_at == summary.steps[1].last_at
    assert summary.unreviewed == ["letter.en", "letter.fr", "reminder.en", "reminder.fr"]


def test_a_reviewed_letter_is_not_named_as_unreviewed(session: Session) -> None:
    a_contact(session, state="FR")
    letter = a_letter(a_source(language="fr", reviewed_by="A. Reader"), a_source("reminder", "fr"))
    assert planned(session, a_campaign(session), letter).unreviewed == ["reminder.fr"]


def test_planning_again_replaces_the_plan(session: Session) -> None:
    a_contact(session, "stays")
    leaves = a_contact(session, "leaves")
    campaign = a_campaign(session)
    planned(session, campaign)
    before = campaign.plan_digest
    off_the_list(session, leaves)
    summary = planned(session, campaign)
    assert summary.contacts == 1
    assert len(Rows(session, campaign).of(1)) == 1
    assert campaign.plan_digest != before


def test_the_same_plan_again_has_the_same_digest(session: Session) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    planned(session, campaign)
    before = campaign.plan_digest
    planned(session, campaign)
    assert campaign.plan_digest == before


def test_an_approved_campaign_is_not_planned_again(session: Session) -> None:
    a_contact(session)
    campaign = a_running_campaign(session)
    with pytest.raises(
        NotAllowed, match="only a campaign that is loaded or planned can be planned"
    ):
        planned(session, campaign)


def test_copies_that_took_the_same_branches_share_a_skeleton(session: Session) -> None:
    for number in range(5):
        a_contact(session, f"person{number}", "FR")
    planned(session, a_campaign(session))
    assert session.exec(select(func.count()).select_from(Skeleton)).one() == 2


def test_a_planned_row_composes_to_what_its_contact_will_read(session: Session) -> None:
    contact = a_contact(session, state="FR", family_name="<b>Martin</b>")
    campaign = a_campaign(session)
    planned(session, campaign)
    row = session.exec(select(Delivery).where(Delivery.contact_id == contact.id)).first()
    assert row is not None
    composer = Composer(
        tokens=TOKENS, public_url="https://x.example.org", reply_address="in@x.example.org"
    )
    skeleton = session.get_one(Skeleton, row.skeleton_id)
    copy = composer.compose(row, skeleton, MONDAY).copy
    assert copy.text.startswith("Dear Ms <b>Martin</b>,")
    assert "<b>Martin" not in copy.html
    assert "France, on the committee" in copy.text


@pytest.mark.parametrize(("opens", "tracks"), [("off", False), ("count", True), ("person", True)])
def test_letters_hold_an_image_unless_opens_are_off(
    session: Session, opens: str, tracks: bool
) -> None:
    a_contact(session)
    campaign = a_campaign(session, a_schedule(('opens = "count"', f'opens = "{opens}"')))
    planned(session, campaign)
    assert Rows(session, campaign)[1].tracks_opens is tracks


def test_entries_list_every_copy_contact_by_contact(session: Session) -> None:
    a_contact(session, "a", "FR")
    a_contact(session, "b", "CH", languages=["de"])
    campaign = a_campaign(session)
    planned(session, campaign)
    found = [
        (entry.member_state, entry.step, entry.language, entry.state, entry.address)
        for entry in entries(session, campaign)
    ]
    assert found == [
        ("CH", 1, "de", State.skipped, "b@ch.example"),
        ("CH", 2, "de", State.skipped, "b@ch.example"),
        ("FR", 1, "fr", State.queued, "a@fr.example"),
        ("FR", 2, "fr", State.queued, "a@fr.example"),
    ]


def test_the_status_counts_copies_and_says_what_comes_next(session: Session) -> None:
    a_contact(session, "a", "FR")
    a_contact(session, "b", "FR", languages=["de"])
    campaign = a_campaign(session)
    planned(session, campaign)
    found = status(session, campaign, MONDAY)
    assert found.state is CampaignState.planned
    assert found.steps == {
        1: {State.queued: 1, State.skipped: 1},
        2: {State.queued: 1, State.skipped: 1},
    }
    assert found.next_at == datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert (found.due, found.unsent) == (0, 2)


def test_a_list_that_is_not_there_is_named(session: Session) -> None:
    with pytest.raises(NotFound, match="missions"):
        planned(session, a_campaign(session))


def test_an_empty_list_is_said_to_be_empty(session: Session) -> None:
    off_the_list(session, a_contact(session))
    with pytest.raises(InvalidInput, match="Nobody is on missions"):
        planned(session, a_campaign(session))


def test_a_step_or_a_footer_that_is_not_there_is_named(session: Session) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    with pytest.raises(InvalidInput, match='no step "reminder"; it has letter'):
        planned(session, campaign, a_letter(a_source()))
    with pytest.raises(InvalidInput, match=r"footer\.fr\.md"):
        planned(session, campaign, footers={"en": a_source(), "ar": a_source()})


def test_a_mistake_in_the_letter_stops_the_plan_and_keeps_the_old_one(session: Session) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    planned(session, campaign)
    broken = a_letter(a_source(body="{{ contact.nickname }}"), a_source("reminder"))
    with pytest.raises(InvalidInput, match="nickname"):
        planned(session, campaign, broken)
    assert len(Rows(session, campaign).of(1)) == 1


def test_two_campaigns_to_the_same_contact_have_rows_of_their_own(session: Session) -> None:
    a_contact(session)
    for slug in ("first", "second"):
        planned(session, a_campaign(session, slug=slug))
    identities = session.exec(select(Delivery.identity)).all()
    assert Counter(identity.split(":")[1] for identity in identities) == {"first": 2, "second": 2}


def test_a_plan_is_made_anew_after_somebody_used_the_link_in_a_preview(session: Session) -> None:
    a_contact(session)
    campaign = a_campaign(session)
    planned(session, campaign)
    unsubscribe(session, Rows(session, campaign)[1].key, "page", MONDAY)
    assert planned(session, campaign).reasons == {"the address is suppressed: unsubscribed": 1}
