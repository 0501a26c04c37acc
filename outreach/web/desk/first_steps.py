"""What to do first at a desk where nothing has been approved yet, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import url_for
from sqlmodel import Session, col, select

from outreach.accounts import people
from outreach.accounts.tables import Organizer, Role
from outreach.campaigns.tables import Campaign, CampaignState
from outreach.contacts.tables import Contact
from outreach.letters import shelf
from outreach.texts import gettext as _

_NOT_YET = (CampaignState.loaded, CampaignState.planned)


@dataclass(frozen=True)
class Step:
    """``who`` may do it has this role at least."""

    what: str
    done: bool
    who: Role
    link: str
    why: str


def first_steps(session: Session, me: Organizer, templates: Path) -> Sequence[Step]:
    """Empty once a campaign has been approved: then everybody knows the way."""
    under_way = select(Campaign.id).where(col(Campaign.state).not_in(_NOT_YET)).limit(1)
    if session.exec(under_way).first() is not None:
        return ()
    return (
        _import(session),
        _write(session, templates),
        _plan(session),
        _invite(session, me),
        _approve(),
    )


def _import(session: Session) -> Step:
    somebody = select(Contact.id).where(col(Contact.erased_at).is_(None)).limit(1)
    return Step(
        _("Import the contacts you write to"),
        session.exec(somebody).first() is not None,
        Role.organizer,
        url_for("contact_import.show"),
        _("From a CSV or Excel file; you see its columns and mistakes before anything is stored."),
    )


def _write(session: Session, templates: Path) -> Step:
    there = ", ".join(shelf.names(session, templates))
    return Step(
        _("Write the letter"),
        bool(there),
        Role.organizer,
        url_for("letters.show"),
        _("There is: %(letters)s.", letters=there)
        if there
        else _("Or bring in one that you have."),
    )


def _plan(session: Session) -> Step:
    planned = select(Campaign.id).where(Campaign.state == CampaignState.planned).limit(1)
    return Step(
        _("Plan a campaign"),
        session.exec(planned).first() is not None,
        Role.organizer,
        url_for("campaigns.listing"),
        _("The plan shows who gets what and when, and who does not and why. It sends nothing."),
    )


def _invite(session: Session, me: Organizer) -> Step:
    others = (each for each in people.list_organizers(session) if each.id != me.id)
    may = (each for each in others if each.role.includes(Role.approver) and not each.disabled_at)
    return Step(
        _("Invite an approver"),
        any(may),
        Role.admin,
        url_for("people.show", _anchor="invite"),
        _("A second person approves exactly what will be sent."),
    )


def _approve() -> Step:
    return Step(
        _("Have the plan approved"),
        False,
        Role.approver,
        url_for("campaigns.listing"),
        _("From then on letters leave by themselves, each at its time."),
    )
