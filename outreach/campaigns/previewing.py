"""A letter as one contact would get it, before any campaign is planned, or as it is planned."""

from datetime import date, datetime

from sqlmodel import Session, col, select

from outreach.campaigns.drafting import Draft, Drafter, Materials
from outreach.campaigns.papers import letterhead_of
from outreach.campaigns.schedule import CampaignTable, Schedule, Sender, StepTable
from outreach.campaigns.tables import Campaign
from outreach.contacts.fields import DEFAULT_ORGANIZATION
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact, Mission
from outreach.delivery.composing import Composer, Outgoing
from outreach.delivery.states import plan_of
from outreach.delivery.tables import Delivery, Purpose
from outreach.errors import InvalidInput, NotFound
from outreach.letters.compiling import Compiled
from outreach.letters.paper import on_paper
from outreach.letters.tables import Enclosure
from outreach.tokens import Tokens

SENDER = Sender(name="The sender", address="letters@example.org", postal="The sender's address")


def preview(
    materials: Materials,
    step: str,
    contact: Contact,
    mission: Mission,
    *,
    composer: Composer,
    tokens: Tokens,
    now: datetime,
    pdf_dated: date | None = None,
) -> Outgoing:
    """The mail, from a stand-in sender; with itself as PDF where it is said of which day.

    InvalidInput says why the contact would get none.
    """
    draft = _draft(materials, step, contact, mission, pdf=pdf_dated is not None)
    compiled = _written(draft.compiled)
    row = Delivery(
        id=0,
        identity=f"preview:{materials.letter.slug}:{step}",
        key=tokens.key(f"preview:{materials.letter.slug}:{step}"),
        purpose=Purpose.letter,
        language=compiled.skeleton.language,
        slots=compiled.slots,
        sender_name=SENDER.name,
        sender_address=SENDER.address,
        recipient_name=contact.name,
        recipient_address=contact.address,
        recipient_domain=contact.address.rpartition("@")[2],
        created_at=now,
    )
    own = [_set(_written(draft.paper), pdf_dated)] if pdf_dated else []
    return composer.compose(row, compiled.skeleton, now, [*own, *materials.enclosures])


def preview_on_paper(
    materials: Materials, step: str, contact: Contact, mission: Mission, day: date
) -> bytes:
    """The same as a formal letter in PDF; ``day`` is for one without a date of its own."""
    draft = _draft(materials, step, contact, mission, pdf=True)
    return _set(_written(draft.paper), day).content


def planned_copy(
    session: Session, campaign: Campaign, step: int, contact_id: int | None = None
) -> Delivery:
    """One contact's copy of a plan, or the first one that has content.

    NotFound with the reason where there is none.
    """
    query = select(Delivery).where(plan_of(campaign.id), col(Delivery.step) == step)
    if contact_id is None:
        query = query.where(col(Delivery.skeleton_id).is_not(None))
    else:
        query = query.where(col(Delivery.contact_id) == contact_id)
    copy = session.exec(query.order_by(col(Delivery.id)).limit(1)).first()
    if copy is None:
        raise NotFound(
            f"{campaign.slug} plans no such copy; see: outreach campaign plan {campaign.slug}"
        )
    if copy.skeleton_id is None:
        raise NotFound(f"Nothing is planned for contact {contact_id}: {copy.reason}.")
    return copy


def stored_contact(session: Session, contact_id: int) -> tuple[Contact, Mission]:
    found = session.exec(
        select(Contact, Mission).join(Mission).where(col(Contact.id) == contact_id)
    ).first()
    if found is None:
        raise NotFound(f"There is no contact {contact_id}; see: outreach contacts export")
    return found


def made_up_contact(code: str, states: MemberStates, now: datetime) -> tuple[Contact, Mission]:
    """A mailbox of the state's mission, for a look at what its language and branches give."""
    state = states.find(code)
    if state is None:
        raise NotFound(f"{code} is no member state; write a code such as FR, or a name.")
    mission = Mission(state=state, organization=DEFAULT_ORGANIZATION)
    address = f"mission@{state.lower()}.example"
    return Contact(mission_id=0, address=address, created_at=now, updated_at=now), mission


def _draft(
    materials: Materials, step: str, contact: Contact, mission: Mission, *, pdf: bool
) -> Draft:
    if step not in materials.letter.steps:
        there = ", ".join(materials.letter.steps)
        raise NotFound(f'{materials.letter.slug} has no step "{step}"; there are: {there}.')
    drafter = Drafter(_schedule(materials.letter.slug, step, pdf), materials)
    draft = next(iter(drafter.drafts(contact, mission, None)))
    if draft.reason is not None:
        raise InvalidInput(f"Nothing would be sent: {draft.reason}.")
    return draft


def _written(compiled: Compiled | None) -> Compiled:
    assert compiled is not None  # or there was a reason against it
    return compiled


def _set(paper: Compiled, day: date) -> Enclosure:
    return on_paper(paper.skeleton, paper.slots, letterhead_of(SENDER), day)


def _schedule(letter: str, step: str, pdf: bool) -> Schedule:
    campaign = CampaignTable(
        name="Preview",
        letter=letter,
        lists=["preview"],
        sender=SENDER,
        start=datetime.fromisoformat("2026-01-01T09:00"),
    )
    return Schedule(campaign=campaign, steps=[StepTable(letter=step, pdf=pdf)])
