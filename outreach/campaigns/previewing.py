"""A letter as one contact would get it, before any campaign is planned."""

from datetime import date, datetime

from sqlmodel import Session, col, select

from outreach.campaigns.drafting import Drafter, Materials
from outreach.campaigns.papers import letterhead_of
from outreach.campaigns.schedule import CampaignTable, Schedule, Sender, StepTable
from outreach.contacts.fields import DEFAULT_ORGANIZATION
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact, Mission
from outreach.delivery.composing import Composer, Outgoing
from outreach.delivery.tables import Delivery, Purpose
from outreach.errors import InvalidInput, NotFound
from outreach.letters.compiling import Compiled
from outreach.letters.paper import on_paper
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
) -> Outgoing:
    """The mail, from a stand-in sender; InvalidInput says why the contact would get none."""
    compiled = _compiled(materials, step, contact, mission)
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
    return composer.compose(row, compiled.skeleton, now, materials.enclosures)


def preview_on_paper(
    materials: Materials, step: str, contact: Contact, mission: Mission, day: date
) -> bytes:
    """The same as a formal letter in PDF; ``day`` is for one without a date of its own."""
    compiled = _compiled(materials, step, contact, mission)
    return on_paper(compiled.skeleton, compiled.slots, letterhead_of(SENDER), day).content


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


def _compiled(materials: Materials, step: str, contact: Contact, mission: Mission) -> Compiled:
    if step not in materials.letter.steps:
        there = ", ".join(materials.letter.steps)
        raise NotFound(f'{materials.letter.slug} has no step "{step}"; there are: {there}.')
    drafter = Drafter(_schedule(materials.letter.slug, step), materials)
    draft = next(iter(drafter.drafts(contact, mission, None)))
    if draft.compiled is None:
        raise InvalidInput(f"Nothing would be sent: {draft.reason}.")
    return draft.compiled


def _schedule(letter: str, step: str) -> Schedule:
    campaign = CampaignTable(
        name="Preview",
        letter=letter,
        lists=["preview"],
        sender=SENDER,
        start=datetime.fromisoformat("2026-01-01T09:00"),
    )
    return Schedule(campaign=campaign, steps=[StepTable(letter=step)])
