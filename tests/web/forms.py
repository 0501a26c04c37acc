"""Filling in a form as a browser does: with the page's token, and with what the page says next."""

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.world import csrf_token


def fill(browser: FlaskClient, page: str, action: str | None = None, **fields: str) -> TestResponse:
    """Send ``fields`` to ``action``, or to the page itself, and follow where that leads."""
    token = csrf_token(browser.get(page).text)
    return browser.post(action or page, data={"csrf_token": token, **fields}, follow_redirects=True)
