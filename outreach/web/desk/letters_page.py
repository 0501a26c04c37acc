"""One page of a letter: as its readers get it, as files, and marked as reviewed."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from outreach.accounts import audit, people
from outreach.accounts.tables import Organizer, Role
from outreach.contacts import lists
from outreach.letters import drafts, shelf, versions
from outreach.letters.markers import one_line
from outreach.letters.source import LetterSource, Page, to_text
from outreach.letters.tables import LetterVersion
from outreach.letters.typed import from_typed
from outreach.texts import gettext as _
from outreach.texts import mark, retold
from outreach.web.access import needs
from outreach.web.current import organizer, parts
from outreach.web.desk.letters_look import Made, look, make
from outreach.web.desk.letters_readers import read_asked
from outreach.web.headers import COPY_POLICY

blueprint = Blueprint("letter_page", __name__, url_prefix="/letters/<letter:page>")


@blueprint.get("")
def show(page: Page) -> str:
    asked, templates = read_asked(request.args), parts().settings.templates
    with parts().database.reading() as session:
        source = shelf.find_page(session, templates, page) or abort(404)
        file = shelf.in_folder(templates, page)
        saved = shelf.newest_of(session, page)
        return render_template(
            "desk/letter_page.html",
            page=page,
            source=source,
            mark=shelf.mark(source),
            saved=saved,
            file_differs=saved and file and shelf.mark(file) != shelf.mark(source),
            draft=drafts.find(session, page, organizer().address),
            languages=sorted(shelf.languages(session, templates, page.slug, page.step)),
            asked=asked,
            lists=lists.names(session),
            look=look(session, source, asked, parts()),
            entered_by=_entered_by(session, source, saved),
        )


@blueprint.get("/as/<any(html, eml, pdf, md):form>")
def file(page: Page, form: str) -> Response:
    """As it is saved; with ``?draft=1`` as its reader has typed it, where that is not saved yet."""
    with parts().database.reading() as session:
        source = _asked_for(session, page)
        made = make(session, source, read_asked(request.args), parts()) if form != "md" else None
    answer = _FORMS[form](made) if made else Response(to_text(source), mimetype="text/markdown")
    if form == "html":
        answer.headers["Content-Security-Policy"] = COPY_POLICY
    else:
        name = f"{page.slug}-{page.step}.{page.language}.{form}"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@blueprint.post("/review")
@needs(Role.organizer)
def review(page: Page) -> ResponseReturnValue:
    """Whoever is signed in, as ``mine`` says, or somebody whose name they enter."""
    by, now, form = organizer(), parts().clock(), request.form
    reviewer = by.name or by.address if "mine" in form else form.get("reviewer", "")
    if not reviewer.strip() and "take_back" not in form:
        flash(_("Nobody was named, so nothing was marked."))
        return redirect(url_for(".show", page=page), 303)
    with parts().database.transaction() as session:
        version = versions.mark_reviewed(
            session,
            parts().settings.templates,
            page,
            "" if "take_back" in form else reviewer,
            seen=form.get("seen", ""),
            by=by.address,
            now=now,
        )
        if version:
            _note(session, version, by, now)
    if version:
        note = retold(version.note)
        flash(_("Version %(number)s: %(note)s.", number=version.number, note=note))
    else:
        flash(_("It says so already."))
    return redirect(url_for(".show", page=page), 303)


def _note(session: Session, version: LetterVersion, by: Organizer, now: datetime) -> None:
    source, detail = shelf.parsed(version), version.note
    if source.reviewed_by and not _is(by, source.reviewed_by):
        values = {"name": source.reviewed_by, "by": by.address}
        detail = mark("marked as reviewed by %(name)s, which %(by)s entered for them") % values
    act, subject = mark("letter reviewed"), f"{source.slug}/{source.page.file}"
    audit.note(session, actor=by.address, act=act, subject=subject, detail=detail, now=now)


def _entered_by(session: Session, source: LetterSource, saved: LetterVersion | None) -> str:
    """Who marked it for somebody else; empty where reviewers did so themselves, or a file does."""
    if not source.reviewed_by or saved is None or saved.note in versions.OF_FILES:
        return ""
    person = people.find(session, saved.saved_by)
    return "" if person and _is(person, source.reviewed_by) else saved.saved_by


def _is(person: Organizer, name: str) -> bool:
    return name in (one_line(person.name), person.address)


def _asked_for(session: Session, page: Page) -> LetterSource:
    if "draft" in request.args and (draft := drafts.find(session, page, organizer().address)):
        return from_typed(draft.typed, page)
    return shelf.find_page(session, parts().settings.templates, page) or abort(404)


def _html(made: Made) -> Response:
    return Response(made.mail(parts()).copy.html, mimetype="text/html")


def _eml(made: Made) -> Response:
    return Response(made.whole_mail(parts()).mime(), mimetype="message/rfc822")


def _pdf(made: Made) -> Response:
    return Response(made.paper(parts()).content, mimetype="application/pdf")


_FORMS: Mapping[str, Callable[[Made], Response]] = {"html": _html, "eml": _eml, "pdf": _pdf}
