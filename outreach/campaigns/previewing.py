"""A letter as one contact would get it, before any campaign is planned, or as it is planned."""

from collections.abc import Sequence
from dataclasses import dataclass
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
from outreach.texts import gettext as _
from outreach.texts import retold
from outreach.tokens import Tokens

SENDER = Sender(name="The sender", address="letters@example.org", postal="The sender's address")


@dataclass(frozen=True)
class Reader:
    """Whom a preview is for."""

    contact: Contact
    mission: Mission


def preview(
    materials: Materials,
    step: str,
    reader: Reader,
    *,
    composer: Composer,
    tokens: Tokens,
    now: datetime,
    pdf_dated: date | None = None,
) -> Outgoing:
    """The mail, from a stand-in sender; with itself as PDF where it is said of which day.

    InvalidInput says why the contact would get none.
    """
    draft = _draft(materials, step, reader, pdf=pdf_dated is not None)
    own = [as_paper(_written(draft.paper), SENDER, pdf_dated)] if pdf_dated else []
    return as_mail(
        _written(draft.compiled),
        reader.contact,
        SENDER,
        composer=composer,
        tokens=tokens,
        now=now,
        enclosures=[*own, *materials.enclosures],
    )


def as_mail(
    compiled: Compiled,
    contact: Contact,
    sender: Sender,
    *,
    composer: Composer,
    tokens: Tokens,
    now: datetime,
    enclosures: Sequence[Enclosure] = (),
) -> Outgoing:
    """What would leave; its links lead nowhere, for no such copy is stored."""
    row = Delivery(
        id=0,
        identity="preview",
        key=tokens.key("preview"),
        purpose=Purpose.letter,
        language=compiled.skeleton.language,
        slots=compiled.slots,
        sender_name=sender.name,
        sender_address=sender.address,
        recipient_name=contact.name,
        recipient_address=contact.address,
        recipient_domain=contact.address.rpartition("@")[2],
        created_at=now,
    )
    return composer.compose(row, compiled.skeleton, now, enclosures)


def preview_on_paper(materials: Materials, step: str, reader: Reader, day: date) -> bytes:
    """The same as a formal letter in PDF; ``day`` is for one without a date of its own."""
    draft = _draft(materials, step, reader, pdf=True)
    return as_paper(_written(draft.paper), SENDER, day).content


def as_paper(paper: Compiled, sender: Sender, day: date) -> Enclosure:
    return on_paper(paper.skeleton, paper.slots, letterhead_of(sender), day)


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
        said = _(
            "%(slug)s plans no such copy; see: outreach campaign plan %(slug)s", slug=campaign.slug
        )
        raise NotFound(said)
    if copy.skeleton_id is None:
        why = retold(copy.reason or "")
        said = _("Nothing is planned for contact %(id)s: %(why)s.", id=contact_id, why=why)
        raise NotFound(said)
    return copy


def stored_contact(session: Session, contact_id: int) -> Reader:
    found = session.exec(
        select(Contact, Mission).join(Mission).where(col(Contact.id) == contact_id)
    ).first()
    if found is None:
        raise NotFound(
            _("There is no contact %(id)s; see: outreach contacts export", id=contact_id)
        )
    return Reader(*found)


def made_up_contact(code: str, states: MemberStates, now: datetime) -> Reader:
    """A mailbox of the state's mission, for a look at what its language and branches give."""
    state = states.find(code)
    if state is None:
        said = _("%(code)s is no member state; write a code such as FR, or a name.", code=code)
        raise NotFound(said)
    mission = Mission(state=state, organization=DEFAULT_ORGANIZATION)
    address = f"mission@{state.lower()}.example"
    contact = Contact(mission_id=0, address=address, created_at=now, updated_at=now)
    return Reader(contact, mission)


def _draft(materials: Materials, step: str, reader: Reader, *, pdf: bool) -> Draft:
    if step not in materials.letter.steps:
        there = ", ".join(materials.letter.steps)
        said = _(
            '%(letter)s has no step "%(step)s"; there are: %(there)s.',
            letter=materials.letter.slug,
            step=step,
            there=there,
        )
        raise NotFound(said)
    schedule = stand_in(materials.letter.slug, step, pdf=pdf)
    drafter = Drafter(schedule, materials)
    draft = next(iter(drafter.drafts(reader.contact, reader.mission, None)))
    if draft.reason is not None:
        raise InvalidInput(_("Nothing would be sent: %(why)s.", why=retold(draft.reason)))
    return draft


def _written(compiled: Compiled | None) -> Compiled:
    assert compiled is not None  # or there was a reason against it
    return compiled


def stand_in(letter: str, step: str, *, pdf: bool = False) -> Schedule:
    """For a letter that no campaign has named yet."""
    campaign = CampaignTable(
        name="Preview",
        letter=letter,
        lists=["preview"],
        sender=SENDER,
        start=datetime.fromisoformat("2026-01-01T09:00"),
    )
    return Schedule(campaign=campaign, steps=[StepTable(letter=step, pdf=pdf)])
