"""A campaign that is planned as the worker plans it, for pages about it."""

from dataclasses import replace

from sqlmodel import select

from outreach.accounts.tables import Organizer, Role
from outreach.campaigns import acts, wishes
from outreach.campaigns.fulfilling import fulfil_next
from outreach.campaigns.making import make_plan
from outreach.campaigns.tables import Campaign
from outreach.config import shipped
from outreach.wiring import Outreach
from tests.campaigns.making import a_contact, a_schedule
from tests.web.world import count

PAGE = "/campaigns/offices"
SCHEDULE = a_schedule(('letter = "offices"', 'letter = "wipo-russia-office"'))


def a_loaded_campaign(outreach: Outreach, by: str = "loader@example.org") -> Campaign:
    """For two contacts who read English and one who reads nothing that there is."""
    with outreach.database.transaction() as session:
        for state, language in (("CH", "en"), ("NZ", "en"), ("DE", "de")):
            a_contact(session, state.lower(), state, languages=[language])
        return acts.load(session, SCHEDULE, "offices", by=by, now=outreach.clock())


def a_planned_campaign(outreach: Outreach, by: str = "loader@example.org") -> Campaign:
    campaign = a_loaded_campaign(outreach, by)
    means = replace(outreach.means, templates=shipped("templates"))
    make_plan(means, campaign.slug, by=by, tell=lambda *_: None)
    return counted(outreach)


def counted(outreach: Outreach) -> Campaign:
    """The campaign, once the worker has counted."""
    with outreach.database.transaction() as session:
        count(session)
        return session.exec(select(Campaign)).one()


def fulfil(outreach: Outreach) -> Campaign:
    """The campaign, once the worker has done what was asked for, and counted."""
    means = replace(outreach.means, templates=shipped("templates"))
    while fulfil_next(means):
        pass
    return counted(outreach)


def approved(outreach: Outreach, address: str = "approver@example.org") -> Campaign:
    with outreach.database.transaction() as session:
        campaign = session.exec(select(Campaign)).one()
        now = outreach.clock()
        by = Organizer(address=address, role=Role.approver, created_at=now)
        acts.approve(session, campaign, by=by, now=now)
    return counted(outreach)


def problem(outreach: Outreach) -> str | None:
    """What is said of a wish that could not be fulfilled."""
    with outreach.database.reading() as session:
        wish = wishes.find(session, session.exec(select(Campaign)).one())
        return wish.problem if wish else None
