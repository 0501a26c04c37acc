"""Commands about letters: bring one in, check it, see a copy as its recipient will."""

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from outreach.accounts import audit
from outreach.campaigns import previewing
from outreach.campaigns.materials import load_materials
from outreach.campaigns.values import NAMES
from outreach.cli.parts import ROW_ID, with_outreach
from outreach.cli.previews import form_option, write_mail
from outreach.cli.printing import json_option, listing, note, out_option, write_out
from outreach.config import shipped
from outreach.errors import InvalidInput, NotAllowed
from outreach.letters import shelf, versions
from outreach.letters.checking import check
from outreach.letters.enclosures import check_enclosures
from outreach.letters.importing import import_letter
from outreach.letters.source import Letter, list_letters, load_letter, save
from outreach.texts import mark
from outreach.wiring import Outreach

slug_argument = click.argument("slug")
slugs_argument = click.argument("slugs", metavar="[SLUG]...", nargs=-1)


@click.group()
def letters() -> None:
    """Letters: what is sent."""


@letters.command(name="list")
@json_option
@with_outreach
def list_them(outreach: Outreach, as_json: bool) -> None:
    """List the letters with their steps, where each stands, and who has reviewed it."""
    rows = [
        {
            "letter": source.slug,
            "step": source.step,
            "language": source.language,
            "subject": source.subject,
            "reviewed_by": source.reviewed_by or "nobody",
            "kept": "as a file" if source.path else "at the desk",
        }
        for letter in _letters(outreach)
        for source in letter.sources.values()
    ]
    folder = outreach.settings.templates / "letters"
    empty = f"There is none in {folder}. Bring one in: outreach letters import FILE"
    listing(rows, as_json=as_json, empty=empty)


@letters.command(name="check")
@slugs_argument
@with_outreach
def check_them(outreach: Outreach, slugs: tuple[str, ...]) -> None:
    """Look for mistakes in a letter and its enclosures, or in those of all letters."""
    problems = []
    for letter in _letters(outreach, slugs):
        problems += [
            f"{source.name}: {problem}"
            for source in letter.sources.values()
            for problem in check(source, NAMES)
        ]
        problems += check_enclosures(outreach.settings.templates, letter.slug)
    if problems:
        raise InvalidInput("These cannot be used as they are:", problems)
    note("Nothing is wrong.")


@letters.command()
@slugs_argument
@with_outreach
def load(outreach: Outreach, slugs: tuple[str, ...]) -> None:
    """Take files that say something else than the desk as new versions at the desk."""
    templates, by, now = outreach.settings.templates, audit.COMMAND_LINE, outreach.clock()
    with outreach.database.transaction() as session:
        for slug in slugs or list_letters(templates):
            loaded = versions.load(session, templates, slug, by=by, now=now)
            pages = ", ".join(f"{each.step}.{each.language}" for each in loaded)
            note(f"{slug}: {pages or 'nothing new'}")
            if loaded:
                audit.note(
                    session,
                    actor=by,
                    act=mark("letter loaded"),
                    subject=slug,
                    detail=pages,
                    now=now,
                )


@letters.command()
@slug_argument
@click.option("--replace", is_flag=True, help="Write over files that say something else.")
@with_outreach
def export(outreach: Outreach, slug: str, replace: bool) -> None:
    """Write a letter that was changed at the desk into its files."""
    templates = _own_folder(outreach.settings.templates)
    with outreach.database.reading() as session:
        letter = shelf.find_letter(session, templates, slug)
    files = load_letter(templates, slug).sources
    for key, source in letter.sources.items():
        if source.path is None and shelf.mark(source) != shelf.mark(files.get(key)):
            note(f"Written to {save(templates, source, replace=replace)}")


@letters.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--slug", required=True, help="The letter's folder under templates/letters.")
@click.option("--language", default="en", show_default=True)
@click.option("--replace", is_flag=True, help="Write over the file that is there.")
@with_outreach
def bring_in(outreach: Outreach, file: Path, slug: str, language: str, replace: bool) -> None:
    """Bring in a letter you have (.txt, .md, .docx) as its step "letter"."""
    templates = _own_folder(outreach.settings.templates)
    source = import_letter(file.read_bytes(), file.name, language=language, slug=slug)
    target = save(templates, source, replace=replace)
    note(f"Written to {target}. Read it through, then see it: outreach letters preview {slug}")
    with outreach.database.reading() as session:
        if shelf.newest_of(session, source.page):
            note(f"The desk has a text of its own until you run: outreach letters load {slug}")


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
    templates, states, now = outreach.settings.templates, outreach.states, outreach.clock()
    with outreach.database.reading() as session:
        materials = load_materials(session, templates, slug, states, enclose)
        if contact_id is None:
            reader = previewing.made_up_contact(state, states, now)
        else:
            reader = previewing.stored_contact(session, contact_id)
    day = now.astimezone(ZoneInfo(outreach.settings.timezone)).date()
    if form == "pdf":
        made = previewing.preview_on_paper(materials, step, reader, day)
        return write_out(made, out)
    mail = previewing.preview(
        materials,
        step,
        reader,
        composer=outreach.composer,
        tokens=outreach.tokens,
        now=now,
        pdf_dated=day if with_pdf else None,
    )
    write_mail(mail, form, out)


def _letters(outreach: Outreach, slugs: Sequence[str] = ()) -> list[Letter]:
    """Those of the names, or all."""
    templates = outreach.settings.templates
    with outreach.database.reading() as session:
        wanted = slugs or shelf.names(session, templates)
        return [shelf.find_letter(session, templates, slug) for slug in wanted]


def _own_folder(templates: Path) -> Path:
    if templates == shipped("templates"):
        raise NotAllowed("There is no folder templates/ here to put it in; run: outreach init")
    return templates
