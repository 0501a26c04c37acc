"""Puts the web app together from the application's parts."""

from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from outreach.web import access, error_pages, headers, health, presentation, sign_in
from outreach.web.desk import campaigns, deliveries, home, inbox, reports
from outreach.web.hooks import sendgrid
from outreach.web.public import opens, unsubscribing
from outreach.wiring import Outreach

ROOMS = (
    sign_in.blueprint,
    home.blueprint,
    campaigns.blueprint,
    deliveries.blueprint,
    inbox.blueprint,
    reports.blueprint,
    opens.blueprint,
    unsubscribing.blueprint,
    sendgrid.blueprint,
    health.blueprint,
)

# A token in the address, or a signature, says that what is posted here is meant; no cookie does.
WITHOUT_COOKIE = (unsubscribing.blueprint, sendgrid.blueprint)

LARGEST_REQUEST = 1_000_000  # bytes; a route that takes more says so itself


def create_app(outreach: Outreach, demo: bool = False) -> Flask:
    """``demo`` adds a sign-in with one click and no password: never on a database that counts."""
    app = Flask("outreach.web")
    app.config.update(_config(outreach))
    app.extensions["outreach"] = outreach
    if outreach.settings.public_url.startswith("https:"):
        _trust_the_proxy(app)
    access.install(app, WITHOUT_COOKIE)
    sign_in.install(app)
    headers.install(app)
    error_pages.install(app)
    presentation.install(app)
    for blueprint in ROOMS:
        app.register_blueprint(blueprint)
    if demo:
        app.register_blueprint(sign_in.demo_blueprint)
    return app


def _config(outreach: Outreach) -> dict[str, Any]:
    secure = outreach.settings.public_url.startswith("https:")
    return {
        "SECRET_KEY": outreach.tokens.derive("session cookie"),
        "MAX_CONTENT_LENGTH": LARGEST_REQUEST,
        "SESSION_COOKIE_NAME": "__Host-outreach" if secure else "outreach",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",  # Strict would sign out whoever follows a report's link
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session
    }


def _trust_the_proxy(app: Flask) -> None:
    """HTTPS ends at a proxy in front of us; who asks, and how, stands in the headers it sets."""
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
