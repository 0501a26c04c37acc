"""What every view may ask for: the application's parts and who is signed in."""

from flask import current_app
from flask_login import current_user

from outreach.accounts.tables import Organizer
from outreach.wiring import Outreach


def parts() -> Outreach:
    found: Outreach = current_app.extensions["outreach"]
    return found


def organizer() -> Organizer:
    """Whoever is signed in; only views that need a sign-in may ask."""
    found: Organizer = current_user.organizer
    return found
