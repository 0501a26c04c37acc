"""A plan made from the command line, and told in words."""

from collections.abc import Sequence
from typing import Any

from outreach.accounts import audit
from outreach.campaigns import making, plans, progress
from outreach.campaigns.enclosures import EnclosedPapers
from outreach.campaigns.plans import PlanSummary
from outreach.cli.printing import note, progress_bar
from outreach.letters.enclosures import size
from outreach.reports.wording import counted
from outreach.wiring import Outreach


def make_plan(outreach: Outreach, slug: str) -> tuple[PlanSummary, list[dict[str, Any]]]:
    """The plan in figures, and its copies."""
    with progress_bar(making.PAPERS) as bar:

        def tell(doing: str, done: int, total: int) -> None:
            if doing == making.PAPERS:
                bar(done, total)

        summary = making.make_plan(outreach.means, slug, by=audit.COMMAND_LINE, tell=tell)
    with outreach.database.reading() as session:
        return summary, [vars(each) for each in plans.entries(session, progress.get(session, slug))]


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
