"""The web app: the organizers' desk, what recipients open, and the providers' hooks."""

from outreach.web.app import create_app

__all__ = ["create_app"]
