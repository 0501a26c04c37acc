"""The address of an organizer's own feed: a feed reader cannot sign in, so a token in it does.

Nothing is stored: the token is made of the organizer and the password, so that a new password ends
it, as it ends the sessions.
"""

from sqlmodel import Session, col, select

from outreach.accounts.tables import Organizer
from outreach.tokens import Tokens


def feed_token(organizer: Organizer, tokens: Tokens) -> str:
    return tokens.sign("feed", _key(organizer, tokens))


def find_reader(session: Session, token: str, tokens: Tokens) -> Organizer | None:
    """Whose feed it is; None for a token that was never valid or is no more, and the disabled."""
    key = tokens.read("feed", token)
    if key is None:
        return None
    enabled = session.scalars(select(Organizer).where(col(Organizer.disabled_at).is_(None)))
    return next((each for each in enabled if _key(each, tokens) == key), None)


def _key(organizer: Organizer, tokens: Tokens) -> str:
    return tokens.key(f"feed:{organizer.id}:{organizer.password_hash or ''}")
