"""The editor of a page of a letter: what is typed is kept at each pause and shown as mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask import url_for as address_of
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.contacts import lists
from outreach.errors import InvalidInput
from outreach.letters import drafts, shelf, versions
from outreach.letters.differences import differences
from outreach.letters.source import LetterSource, Page
from outreach.letters.tables import LetterDraft, LetterVersion
from outreach.letters.typed import FIELDS, as_typed, from_typed, read_typed
from outreach.letters.versions import Overtaken
from outreach.texts import gettext as _
from outreach.texts import mark
from outreach.web.access import needs
from outreach.web.current import organizer, parts
from outreach.web.desk.letters_look import Look, look
from outreach.web.desk.letters_readers import Asked, read_asked
from outreach.web.headers import LIVE_POLICY

blueprint = Blueprint("letter_editor", __name__, url_prefix="/letters/<letter:page>")

_EMPTY = {**dict.fromkeys(FIELDS, ""), "body": "{{ salutation }}\n\n"}

# While an expression is half typed, what was shown before stays.
_CHECKS_ALONE = {"HX-Retarget": "#checked", "HX-Reselect": "#checked", "HX-Reswap": "outerHTML"}


@dataclass(frozen=True)
class Written:
    """What stands in the form. ``source`` is None with a ``problem``: it cannot be stored yet."""

    typed: Mapping[str, str]
    source: LetterSource | None = None
    problem: str = ""


@blueprint.get("/edit")
@needs(Role.organizer)
def edit(page: Page) -> Response:
    """``from`` names another language to begin with, where the page is not written yet."""
    with parts().database.reading() as session:
        draft = drafts.find(session, page, organizer().address)
        typed = draft.typed if draft else _first(session, page)
        return _editor(session, page, _read(typed, page), draft)


@blueprint.post("/draft")
@needs(Role.organizer)
def keep(page: Page) -> ResponseReturnValue:
    """For the live preview, and for the button where there is no script."""
    with parts().database.transaction() as session:
        draft = _keep(session, page)
    asked = read_asked(request.form)
    if "HX-Request" not in request.headers:
        view = request.form.get("view")
        return redirect(
            address_of(".edit", page=page, view=view, **asked.given, _anchor="look"), 303
        )
    with parts().database.reading() as session:
        current = shelf.find_page(session, parts().settings.templates, page)
        written = _read(read_typed(request.form), page)
        seen = _look(session, written, current, asked)
        answer = make_response(
            render_template(
                "desk/letter_look.html",
                page=page,
                look=seen,
                draft=draft,
                problem=written.problem,
                asked=asked,
                is_overtaken=request.form.get("seen", "") != shelf.mark(current),
            )
        )
    if written.problem or seen.mistakes:
        answer.headers.update(_CHECKS_ALONE)
    return answer


@blueprint.post("/edit")
@needs(Role.organizer)
def save(page: Page) -> ResponseReturnValue:
    by, now, typed = organizer().address, parts().clock(), read_typed(request.form)
    try:
        source = from_typed(typed, page)
        with parts().database.transaction() as session:
            version = _save(session, source, by, now)
    except (InvalidInput, Overtaken) as problem:
        return _refused(page, problem)
    if version:
        flash(_("Saved as version %(number)s.", number=version.number))
    else:
        flash(_("It says all of that already."))
    return redirect(
        address_of("letter_page.show", page=page, **read_asked(request.form).given), 303
    )


@blueprint.post("/discard")
@needs(Role.organizer)
def discard(page: Page) -> ResponseReturnValue:
    with parts().database.transaction() as session:
        drafts.discard(session, page, organizer().address)
        is_there = shelf.find_page(session, parts().settings.templates, page) is not None
    flash(_("What was typed and not saved is gone."))
    return redirect(
        address_of("letter_page.show", page=page) if is_there else address_of("letters.show"), 303
    )


def _save(session: Session, source: LetterSource, by: str, now: datetime) -> LetterVersion | None:
    page = source.page
    draft = drafts.find(session, page, by)
    version = versions.save(
        session,
        parts().settings.templates,
        source,
        seen=request.form.get("seen", ""),
        by=by,
        now=now,
        note=draft.note if draft else "",
    )
    drafts.discard(session, page, by)
    if version:
        subject, act = f"{page.slug}/{page.file}", mark("letter saved")
        detail = mark("version %(number)s") % {"number": version.number}
        audit.note(session, actor=by, act=act, subject=subject, detail=detail, now=now)
    return version


def _refused(page: Page, problem: InvalidInput | Overtaken) -> Response:
    """The editor again with all that was typed, which is kept."""
    with parts().database.transaction() as session:
        draft = _keep(session, page)
    with parts().database.reading() as session:
        written = _read(read_typed(request.form), page)
        answer = _editor(session, page, written, draft, request.form.get("seen", ""))
    answer.status_code = 409 if isinstance(problem, Overtaken) else 400
    return answer


def _keep(session: Session, page: Page) -> LetterDraft | None:
    return drafts.keep(
        session,
        page.checked(),
        read_typed(request.form),
        current=shelf.find_page(session, parts().settings.templates, page),
        seen=request.form.get("seen", ""),
        by=organizer().address,
        now=parts().clock(),
    )


def _first(session: Session, page: Page) -> Mapping[str, str]:
    """What the form begins with: the page, or another language of it, or next to nothing."""
    templates = parts().settings.templates
    other = Page(page.slug, page.step, request.args.get("from", ""))
    source = shelf.find_page(session, templates, page) or shelf.find_page(session, templates, other)
    return as_typed(source) if source else _EMPTY


def _read(typed: Mapping[str, str], page: Page) -> Written:
    try:
        return Written(typed, from_typed(typed, page))
    except InvalidInput as problem:
        return Written(typed, problem=str(problem))


def _look(session: Session, written: Written, current: LetterSource | None, asked: Asked) -> Look:
    if written.source is None:
        return Look()
    return look(session, versions.reviewed_as(current, written.source), asked, parts())


def _editor(
    session: Session,
    page: Page,
    written: Written,
    draft: LetterDraft | None,
    seen: str | None = None,
) -> Response:
    templates, asked = parts().settings.templates, read_asked(request.values)
    current = shelf.find_page(session, templates, page)
    begun_from = seen if seen is not None else draft.seen if draft else shelf.mark(current)
    is_overtaken = begun_from != shelf.mark(current)
    answer = make_response(
        render_template(
            "desk/letter_edit.html",
            page=page,
            typed=written.typed,
            problem=written.problem,
            current=current,
            saved=shelf.newest_of(session, page),
            mark=shelf.mark(current),
            draft=draft,
            is_overtaken=is_overtaken,
            changes=differences(current, written.source) if is_overtaken and written.source else [],
            languages=sorted(shelf.languages(session, templates, page.slug, page.step)),
            asked=asked,
            lists=lists.names(session),
            view=request.values.get("view", ""),
            look=_look(session, written, current, asked),
        )
    )
    answer.headers["Content-Security-Policy"] = LIVE_POLICY
    return answer
