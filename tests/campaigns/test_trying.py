"""A test copy is to oneself, and goes when the contact goes by whose values it was made."""

from sqlmodel import Session, col, select

from outreach.campaigns.tables import Campaign
from outreach.campaigns.trying import send_to_oneself
from outreach.contacts.erasing import erase, find_person
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.letters.tables import Enclosure
from tests.campaigns.making import (
    MONDAY,
    TOKENS,
    a_campaign,
    a_contact,
    a_schedule,
    an_approver,
    planned,
)

WITH_PDF = a_schedule(('letter = "letter"\n', 'letter = "letter"\npdf = true\n'))


def tried(session: Session, campaign: Campaign, of: str, to: str) -> Delivery:
    """A test copy of what this contact is to get first."""
    query = select(Delivery).where(Delivery.recipient_address == of, Delivery.step == 1)
    copy, organizer = session.exec(query).one(), an_approver(to)
    session.add(organizer)
    session.flush()
    send_to_oneself(session, campaign, copy.id or 0, to=organizer, tokens=TOKENS, now=MONDAY)
    newest = select(Delivery).order_by(col(Delivery.id).desc()).limit(1)
    return session.exec(newest).one()


def test_test_copies_go_with_the_contact_they_are_made_of_and_others_stay(
    session: Session,
) -> None:
    for state in ("CH", "FR"):
        a_contact(session, state=state)
    campaign = a_campaign(session, WITH_PDF)
    planned(session, campaign)
    hers = tried(session, campaign, "first@ch.example", to="a@example.org")
    waits = tried(session, campaign, "first@ch.example", to="b@example.org")
    other = tried(session, campaign, "first@fr.example", to="c@example.org")
    hers.state, papers = State.sent, hers.enclosures
    assert hers.slots
    assert papers
    session.add(hers)
    session.flush()
    person = find_person(session, "first@ch.example", TOKENS)
    assert erase(session, person, now=MONDAY).blanked == 4  # two steps, two test copies
    session.expire_all()
    for trial in (hers, waits):
        assert (trial.slots, trial.enclosures, trial.skeleton_id) == ([], [], None)
    assert (hers.state, waits.state, other.state) == (State.sent, State.cancelled, State.queued)
    assert session.get(Enclosure, papers[0]) is None
    assert other.slots
    assert session.get(Enclosure, other.enclosures[0])
    assert {trial.purpose for trial in (hers, waits, other)} == {Purpose.notice}
    person = find_person(session, "first@ch.example", TOKENS)
    assert erase(session, person, now=MONDAY).blanked == 0
