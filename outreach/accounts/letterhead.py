"""Who mails to organizers about their own account come from, and where the desk is."""

from dataclasses import dataclass

from outreach.tokens import Tokens


@dataclass(frozen=True)
class Letterhead:
    sender_name: str
    sender_address: str
    public_url: str
    tokens: Tokens
