"""Which language the desk speaks: the one its reader chose, else the one the browser asks for."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import Babel, get_locale
from flask_login import current_user
from werkzeug import Response

from outreach import texts
from outreach.web.access import OPEN_TO_ALL

# Where somebody who is not signed in yet may choose, by ``?language=``.
BEFORE_SIGN_IN = frozenset({"sign_in", "entering"})
KEPT_FOR = timedelta(days=365)


@dataclass(frozen=True)
class Choice:
    """A language by its own name, and the address of this page in it."""

    code: str
    name: str
    address: str
    is_spoken: bool


def install(app: Flask) -> None:
    """Before access, which may refuse a form: that is said in the reader's language too."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(texts.FOLDER)
    Babel(app, locale_selector=_language)
    _install_in_templates(app.jinja_env)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.filters["retold"] = texts.retold
    app.jinja_env.globals.update(language_spoken=texts.spoken, language_choices=choices)
    app.before_request(_begin)
    app.after_request(_remember_choice)
    app.teardown_request(_end)


def _install_in_templates(environment: Any) -> None:
    """The rooms' own words: Flask-Babel asks anew at each of them who reads the page."""
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(
        texts.translation, texts.plural_translation, newstyle=True
    )


def choices(following: str) -> list[Choice]:
    """Of the page that is shown, where somebody may choose who is not signed in yet.

    ``following`` is where the sign-in leads to.
    """
    if request.blueprint not in BEFORE_SIGN_IN or request.endpoint is None:
        return []
    kept = {**(request.view_args or {}), "next": following or None}
    return [
        Choice(
            code=code,
            name=name,
            address=url_for(request.endpoint, **kept, language=code),
            is_spoken=code == texts.spoken(),
        )
        for code, name in texts.LANGUAGES.items()
    ]


def asked_by_browser() -> str:
    """The first that we speak of those it names, whatever the country."""
    asked = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality)
    return next((code for code in asked if code in texts.LANGUAGES), "en")


def remember(answer: Response, language: str) -> None:
    """In this browser, for the pages before the sign-in; nothing: as it asks itself."""
    config = current_app.config
    answer.set_cookie(
        _cookie_name(),
        language,
        max_age=KEPT_FOR if language else 0,
        secure=config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite=config["SESSION_COOKIE_SAMESITE"],
    )


def _begin() -> None:
    """The rooms speak it too, as long as the request lasts."""
    knows_reader = request.endpoint != "static" and request.blueprint not in OPEN_TO_ALL
    if knows_reader and current_user.is_authenticated:
        g.language = current_user.organizer.language
    g.speaking = texts.speaking(str(get_locale()))
    g.speaking.__enter__()


def _end(error: BaseException | None) -> None:
    if begun := g.pop("speaking", None):
        begun.__exit__(None, None, None)


def _remember_choice(answer: Response) -> Response:
    if language := _chosen_here():
        remember(answer, language)
    return answer


def _language() -> str:
    """Whoever chose one before the sign-in, and none in the account, goes on with that."""
    kept = request.cookies.get(_cookie_name(), "")
    chosen: str = g.get("language") or _chosen_here() or kept
    return chosen if chosen in texts.LANGUAGES else asked_by_browser()


def _chosen_here() -> str | None:
    wanted = request.args.get("language") if request.blueprint in BEFORE_SIGN_IN else None
    return wanted if wanted in texts.LANGUAGES else None


def _cookie_name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-language"
