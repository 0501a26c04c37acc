"""Which language the desk speaks: the one its reader chose, else the one the browser asks for."""

from flask import Flask, g, request
from flask_babel import Babel, get_locale
from flask_login import current_user

from outreach import texts
from outreach.web.access import OPEN_TO_ALL


def install(app: Flask) -> None:
    """After access: whoever is signed in is known by then."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(texts.FOLDER)
    Babel(app, locale_selector=_language)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.filters["retold"] = texts.retold
    app.jinja_env.globals.update(language_spoken=texts.spoken)
    app.before_request(_begin)
    app.teardown_request(_end)


def _begin() -> None:
    """The rooms speak it too, as long as the request lasts."""
    if request.blueprint not in OPEN_TO_ALL and current_user.is_authenticated:
        g.language = current_user.organizer.language
    g.speaking = texts.speaking(str(get_locale()))
    g.speaking.__enter__()


def _end(error: BaseException | None) -> None:
    if begun := g.pop("speaking", None):
        begun.__exit__(None, None, None)


def _language() -> str:
    asked = request.accept_languages.best_match(texts.LANGUAGES)
    return g.get("language") or asked or "en"
