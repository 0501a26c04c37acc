"""Schedules: begun, changed as a form or as a file, kept as drafts, loaded, and downloaded."""

from contextlib import closing
from datetime import date

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from outreach.accounts.tables import Role
from outreach.campaigns import drafts, form, progress, schedule
from outreach.campaigns.mistakes import Mistake
from outreach.errors import InvalidInput
from outreach.texts import day
from outreach.texts import gettext as _
from outreach.web.access import needs
from outreach.web.current import organizer, parts
from outreach.web.desk.schedules_choices import choices

blueprint = Blueprint("schedules", __name__, url_prefix="/schedules")


_A_WEEK = [date(2024, 1, number) for number in range(1, 8)]  # from a Monday on


@blueprint.get("")
@needs(Role.organizer)
def begin() -> str:
    return _begin()


@blueprint.post("")
@needs(Role.organizer)
def make() -> ResponseReturnValue:
    """Empty, from a file, or as a copy of another."""
    by, now = organizer().address, parts().clock()
    try:
        with parts().database.transaction() as session:
            slug, text = _begun(session)
            drafts.begin(session, slug, text, by=by, now=now)
    except InvalidInput as problem:
        return _begin(str(problem)), 400
    checked = "yes" if request.files.get("file") else None
    return redirect(url_for(".show", slug=slug, checked=checked), 303)


@blueprint.get("/<slug>")
@needs(Role.organizer)
def show(slug: str) -> ResponseReturnValue:
    with parts().database.reading() as session:
        text = drafts.source_of(session, slug)
        __, wrong = schedule.check(text)
        if _is_no_toml(wrong):
            return redirect(url_for(".file", slug=slug), 303)
        filled = form.read_form(text)
        return render_template(
            "desk/schedule.html",
            slug=slug,
            form=filled,
            wrong=wrong if request.args.get("checked") else [],
            beside=form.beside(wrong) if request.args.get("checked") else {},
            choices=choices(session, parts().settings.templates, filled),
            days=schedule.DAYS,
            weekday_names=[day(each, "EEE") for each in _A_WEEK],
            steps=range(1, form.MOST_STEPS + 1),
            **_about(session, slug, text),
        )


@blueprint.get("/<slug>/file")
def file(slug: str) -> str:
    with parts().database.reading() as session:
        text = drafts.source_of(session, slug)
        __, wrong = schedule.check(text)
        return render_template(
            "desk/schedule_file.html",
            slug=slug,
            text=text,
            wrong=wrong,
            is_no_toml=_is_no_toml(wrong),
            **_about(session, slug, text),
        )


@blueprint.get("/<slug>.toml")
def download(slug: str) -> Response:
    with parts().database.reading() as session:
        answer = Response(drafts.source_of(session, slug), mimetype="application/toml")
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}.toml"'
    return answer


@blueprint.post("/<slug>")
@needs(Role.organizer)
def change(slug: str) -> ResponseReturnValue:
    """What the form says is written into the file as it was seen."""
    with parts().database.reading() as session:
        text = drafts.source_of(session, slug)
    if _is_no_toml(schedule.check(text)[1]):
        return redirect(url_for(".file", slug=slug), 303)
    return _keep(slug, form.write_form(text, request.form.to_dict(flat=False)), ".show")


@blueprint.post("/<slug>/file")
@needs(Role.organizer)
def change_file(slug: str) -> ResponseReturnValue:
    return _keep(slug, request.form.get("text", ""), ".file")


@blueprint.post("/<slug>/discard")
@needs(Role.organizer)
def discard(slug: str) -> ResponseReturnValue:
    with parts().database.transaction() as session:
        drafts.discard(session, slug)
    flash(_("The draft of %(slug)s was thrown away.", slug=slug))
    return redirect(url_for("campaigns.listing"), 303)


def _begin(problem: str = "") -> str:
    with parts().database.reading() as session:
        names = {each.slug for each in progress.every(session)}
        names |= {each.slug for each in drafts.every(session)}
    return render_template(
        "desk/schedule_new.html", problem=problem, names=sorted(names), largest=drafts.LARGEST
    )


def _begun(session: Session) -> tuple[str, str]:
    """A name and a text, as the form of a new schedule says."""
    slug = request.form.get("slug", "").strip()
    if "upload" in request.form:
        return _uploaded(slug)
    other = request.form.get("copy_of", "")
    return slug, drafts.source_of(session, other) if other else form.EMPTY


def _uploaded(slug: str) -> tuple[str, str]:
    """A file is named like its campaign, unless another name is given."""
    brought = request.files.get("file")
    if brought is None or not brought.filename:
        raise InvalidInput(_("Choose a file first."))
    with closing(brought):
        content = brought.read(drafts.LARGEST * 4)
    try:
        return slug or brought.filename.removesuffix(".toml"), content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(_("This file is not UTF-8; save it as UTF-8.")) from None


def _keep(slug: str, text: str, page: str) -> ResponseReturnValue:
    """Keep the draft; and load it where that was asked for and nothing is wrong."""
    by, now, seen = organizer().address, parts().clock(), request.form.get("seen", "")
    with parts().database.transaction() as session:
        kept = drafts.keep(session, slug, text, seen=seen, by=by, now=now)
        right, __ = schedule.check(kept.source)
        if right and "load" in request.form:
            drafts.load(session, slug, by=by, now=now)
            return redirect(url_for("campaign_plan.show", slug=slug), 303)
    flash(_("Kept as a draft.") if right else _("Kept as a draft; it cannot be planned yet."))
    return redirect(url_for(page, slug=slug, checked="yes"), 303)


def _about(session: Session, slug: str, text: str) -> dict[str, object]:
    campaign = progress.find(session, slug)
    return {
        "campaign": campaign,
        "draft": drafts.find(session, slug),
        "seen": drafts.fingerprint(text),
        "may_change": drafts.may_change(campaign),
    }


def _is_no_toml(wrong: list[Mistake]) -> bool:
    return bool(wrong) and not wrong[0].key
