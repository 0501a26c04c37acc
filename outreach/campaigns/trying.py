"""A copy of a plan sent to oneself: the very text and files that its recipient is to get."""

from datetime import datetime

from sqlmodel import Session

from outreach.accounts import audit
from outreach.accounts.tables import Organizer
from outreach.campaigns.tables import Campaign
from outreach.delivery.queue import NewDelivery, enqueue
from outreach.delivery.tables import OF_A_PLAN, Delivery, Purpose
from outreach.delivery.trials import trial_of
from outreach.errors import NotAllowed, NotFound
from outreach.texts import gettext as _
from outreach.tokens import Tokens


def send_to_oneself(
    session: Session,
    campaign: Campaign,
    delivery_id: int,
    *,
    to: Organizer,
    tokens: Tokens,
    now: datetime,
) -> None:
    """Queue a notice with the copy's content, at once and once a second at most.

    It belongs to no campaign and no contact: what becomes of it is no figure, and an answer to it
    is nobody's answer. Only its identity says by whose values it is made, for when they are erased.
    """
    copy = session.get(Delivery, delivery_id)
    if copy is None or copy.campaign_id != campaign.id or copy.purpose not in OF_A_PLAN:
        said = _("%(slug)s has no such copy any more; look at its plan again.", slug=campaign.slug)
        raise NotFound(said)
    if copy.skeleton_id is None:
        raise NotAllowed(_("This copy has no text: nothing is to be sent to its recipient."))
    row = NewDelivery(
        identity=trial_of(copy, to.id, now),
        purpose=Purpose.notice,
        language=copy.language,
        skeleton_id=copy.skeleton_id,
        slots=copy.slots,
        enclosures=copy.enclosures,
        sender_name=copy.sender_name,
        sender_address=copy.sender_address,
        recipient_name=to.name,
        recipient_address=to.address,
        due_at=now,
    )
    enqueue(session, [row], tokens=tokens, now=now)
    act, detail = "test copy sent", f"copy {copy.id}"
    audit.note(session, actor=to.address, act=act, subject=campaign.slug, detail=detail, now=now)
