"""A plan made from the command line, and told in words."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from outreach.accounts import audit
from outreach.campaigns import planning, plans, progress
from outreach.campaigns.drafting import Materials
from outreach.campaigns.enclosures import EnclosedPapers
from outreach.campaigns.materials import load_materials
from outreach.campaigns.papers import Papers, papers_dated_in
from outreach.campaigns.plans import PlanSummary
from outreach.campaigns.schedule import schedule_of
from outreach.campaigns.tables import Campaign
from outreach.cli.printing import note, progress_bar
from outreach.letters.enclosures import size
from outreach.reports.wording import counted
from outreach.wiring import Outreach


def make_plan(outreach: Outreach, slug: str) -> tuple[PlanSummary, list[dict[str, Any]]]:
    """The plan in figures, and its copies."""
    with papers_dated_in(ZoneInfo(outreach.settings.timezone)) as papers:
        now = outreach.clock()
        _set_papers(outreach, slug, papers, now)
        return _store_plan(outreach, slug, papers, now)


def _set_papers(outreach: Outreach, slug: str, papers: Papers, now: datetime) -> None:
    with progress_bar("Letters as PDF") as bar, outreach.database.reading() as session:
        found = progress.get(session, slug)
        made_of = _materials(session, outreach, found)
        planning.set_papers(session, found, materials=made_of, papers=papers, now=now, progress=bar)


def _store_plan(
    outreach: Outreach, slug: str, papers: Papers, now: datetime
) -> tuple[PlanSummary, list[dict[str, Any]]]:
    with outreach.database.transaction() as session:
        planned = progress.get(session, slug)
        summary = planning.plan(
            session,
            planned,
            materials=_materials(session, outreach, planned),
            tokens=outreach.tokens,
            papers=papers,
            now=now,
        )
        actor, act = audit.COMMAND_LINE, "campaign planned"
        audit.note(session, actor=actor, act=act, subject=slug, now=outreach.clock())
        return summary, [vars(entry) for entry in plans.entries(session, planned)]


def _materials(session: Session, outreach: Outreach, campaign: Campaign) -> Materials:
    what = schedule_of(campaign).campaign
    templates = outreach.settings.templates
    return load_materials(session, templates, what.letter, outreach.states, what.enclosures)


def print_summary(slug: str, summary: PlanSummary) -> None:
    contacts = counted(summary.contacts, "contact")
    note(f"\n{contacts}: {summary.planned} to get the letter, {summary.held} held back.")
    for reason, number in summary.reasons.items():
        note(f"  {number}: {reason}")
    languages = ", ".join(f"{language} {number}" for language, number in summary.languages.items())
    note(f"Languages: {languages or 'none'}")
    for step in summary.steps:
        if step.first_at and step.last_at:
            when = f"{step.first_at:%Y-%m-%d %H:%M} to {step.last_at:%Y-%m-%d %H:%M} UTC"
            copies = counted(step.planned, "copy", "copies")
            note(f"Step {step.step}, {step.letter}: {copies}, {when}")
    if summary.enclosures:
        files = ", ".join(f"{file.name} ({size(file.size)})" for file in summary.enclosures)
        note(f"Enclosed with each copy: {files}")
    if summary.papers.steps:
        note(_told(summary.papers))
    for warning in summary.warnings:
        note(f"Mind: {warning}")
    warn_of_unreviewed(summary.unreviewed)
    note(f"Nothing leaves before somebody approves: outreach campaign approve {slug} --by ADDRESS")


def _told(papers: EnclosedPapers) -> str:
    steps = "step" if len(papers.steps) == 1 else "steps"
    of_steps = f"{steps} {', '.join(map(str, papers.steps))}"
    return (
        f"Enclosed with each copy of {of_steps}: the letter itself as PDF (at most "
        f"{size(papers.largest)}; {size(papers.together)} in all)"
    )


def warn_of_unreviewed(unreviewed: Sequence[str]) -> None:
    if unreviewed:
        note(f"Mind: nobody has reviewed {', '.join(unreviewed)}.")
