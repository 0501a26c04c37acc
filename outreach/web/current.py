"""What every view may ask for: the application's parts and who is signed in."""

from flask import current_app, request
from flask_login import current_user

from outreach.accounts.sessions import Client
from outreach.accounts.tables import DeskSession, Organizer
from outreach.wiring import Outreach


def parts() -> Outreach:
    found: Outreach = current_app.extensions["outreach"]
    return found


def organizer() -> Organizer:
    """Whoever is signed in; only views that need a sign-in may ask."""
    found: Organizer = current_user.organizer
    return found


def desk_session() -> DeskSession:
    """The session of whoever is signed in."""
    found: DeskSession = current_user.desk_session
    return found


def client() -> Client:
    return Client(request.remote_addr or "", request.user_agent.string)
