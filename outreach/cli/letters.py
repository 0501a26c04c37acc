"""Commands about letters: bring one in, check it, see a copy as its recipient will."""

from pathlib import Path
from zoneinfo import ZoneInfo

import click

from outreach.campaigns import drafting, previewing
from outreach.campaigns.materials import load_materials
from outreach.cli.parts import ROW_ID, with_outreach
from outreach.cli.previews import form_option, write_mail
from outreach.cli.printing import json_option, listing, note, out_option, write_out
from outreach.config import load_settings, shipped
from outreach.errors import InvalidInput, NotAllowed
from outreach.letters.checking import check
from outreach.letters.enclosures import check_enclosures
from outreach.letters.importing import import_letter
from outreach.letters.source import list_letters, load_letter, save
from outreach.wiring import Outreach

slug_argument = click.argument("slug")


@click.group()
def letters() -> None:
    """Letters: what is sent."""


@letters.command(name="list")
@json_option
def list_them(as_json: bool) -> None:
    """List the letters with their steps, and who has reviewed each language."""
    templates = load_settings().templates
    rows = [
        {
            "letter": source.slug,
            "step": source.step,
            "language": source.language,
            "subject": source.subject,
            "reviewed_by": source.reviewed_by or "nobody",
        }
        for slug in list_letters(templates)
        for source in load_letter(templates, slug).sources.values()
    ]
    empty = f"There is none in {templates / 'letters'}. Bring one in: outreach letters import FILE"
    listing(rows, as_json=as_json, empty=empty)


@letters.command(name="check")
@click.argument("slugs", metavar="[SLUG]...", nargs=-1)
def check_them(slugs: tuple[str, ...]) -> None:
    """Look for mistakes in a letter's files and enclosures, or in those of all letters."""
    templates = load_settings().templates
    problems = [
        f"{source.path}: {problem}"
        for slug in slugs or list_letters(templates)
        for source in load_letter(templates, slug).sources.values()
        for problem in check(source, drafting.NAMES)
    ]
    problems += [
        problem
        for slug in slugs or list_letters(templates)
        for problem in check_enclosures(templates, slug)
    ]
    if problems:
        raise InvalidInput("These cannot be used as they are:", problems)
    note("Nothing is wrong.")


@letters.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--slug", required=True, help="The letter's folder under templates/letters.")
@click.option("--language", default="en", show_default=True)
@click.option("--replace", is_flag=True, help="Write over the file that is there.")
def bring_in(file: Path, slug: str, language: str, replace: bool) -> None:
    """Bring in a letter you have (.txt, .md, .docx) as its step "letter"."""
    templates = load_settings().templates
    if templates == shipped("templates"):
        raise NotAllowed("There is no folder templates/ here to put it in; run: outreach init")
    source = import_letter(file.read_bytes(), file.name, language=language, slug=slug)
    target = save(templates, source, replace=replace)
    note(f"Written to {target}. Read it through, then see it: outreach letters preview {slug}")


@letters.command()
@slug_argument
@click.option("--step", default="letter", show_default=True)
@click.option("--contact", "contact_id", type=ROW_ID, metavar="ID", help="As this contact gets it.")
@click.option("--state", default="CH", show_default=True, help="As one of its mailboxes would.")
@form_option
@click.option("--with-pdf", is_flag=True, help="Enclose it as PDF too, as pdf = true does.")
@click.option("--enclose", metavar="FILE", multiple=True, help="As a schedule's enclosures do.")
@out_option
@with_outreach
def preview(
    outreach: Outreach,
    slug: str,
    step: str,
    contact_id: int | None,
    state: str,
    form: str,
    with_pdf: bool,
    enclose: tuple[str, ...],
    out: Path | None,
) -> None:
    """Show a letter as one contact would get it."""
    materials = load_materials(outreach.settings.templates, slug, outreach.states, enclose)
    now = outreach.clock()
    if contact_id is None:
        contact, mission = previewing.made_up_contact(state, outreach.states, now)
    else:
        with outreach.database.reading() as session:
            contact, mission = previewing.stored_contact(session, contact_id)
    day = now.astimezone(ZoneInfo(outreach.settings.timezone)).date()
    if form == "pdf":
        made = previewing.preview_on_paper(materials, step, contact, mission, day)
        return write_out(made, out)
    mail = previewing.preview(
        materials,
        step,
        contact,
        mission,
        composer=outreach.composer,
        tokens=outreach.tokens,
        now=now,
        pdf_dated=day if with_pdf else None,
    )
    write_mail(mail, form, out)
