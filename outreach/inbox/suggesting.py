"""Where a mail in the holding pen may belong: ranked suggestions, each with its reason."""

from collections.abc import Callable, Iterator

from sqlmodel import Session, col, select

from outreach.contacts.tables import Contact
from outreach.delivery.addresses import domain
from outreach.delivery.states import NOT_LEFT
from outreach.delivery.tables import Delivery
from outreach.inbox.classifying import Verdict
from outreach.inbox.filing import KEY_LENGTH, find_contact, latest_copy, written_tokens
from outreach.inbox.heads import ADDRESS
from outreach.inbox.parsing import ParsedMail
from outreach.texts import mark

Suggestion = dict[str, str | int]
Found = Iterator[tuple[Delivery | None, str]]
Rule = Callable[[Session, ParsedMail, Verdict], Found]

_MOST = 5
_MOST_AT_A_DOMAIN = 3  # more missions at one domain: it is a public provider's
_MOST_MENTIONS = 20
_MENTIONS_LOOKED_AT = 20_000  # characters


def suggest(session: Session, mail: ParsedMail, verdict: Verdict) -> list[Suggestion]:
    """The likeliest first: ``delivery_id``, to file the mail by, and ``why``."""
    found: dict[int, Suggestion] = {}
    for rule in _RULES:
        for delivery, why in rule(session, mail, verdict):
            if delivery is not None and delivery.id is not None:
                found.setdefault(delivery.id, {"delivery_id": delivery.id, "why": why})
    return list(found.values())[:_MOST]


def _by_bounced_address(session: Session, mail: ParsedMail, verdict: Verdict) -> Found:
    """Anybody can write a bounce that names an address, so that alone files nothing."""
    recipient = verdict.bounce.recipient if verdict.bounce else None
    if recipient:
        copy = latest_copy(session, col(Delivery.recipient_address) == recipient)
        yield copy, mark("this is the address that the bounce names")


def _by_unusable_token(session: Session, mail: ParsedMail, _: Verdict) -> Found:
    for token in written_tokens(mail.head):
        key = token[:KEY_LENGTH].lower()
        left = col(Delivery.state).not_in(NOT_LEFT)
        copy = session.exec(select(Delivery).where(Delivery.key == key, left)).one_or_none()
        yield copy, mark("its reply address names this copy, but is damaged")


def _by_mentioned_contact(session: Session, mail: ParsedMail, _: Verdict) -> Found:
    """Somebody answers from another address and the letter's own stands in the mail."""
    mentioned = [*mail.recipients, *ADDRESS.findall(mail.text[:_MENTIONS_LOOKED_AT])]
    for address in list(dict.fromkeys(mentioned))[:_MOST_MENTIONS]:
        contact = find_contact(session, address)
        if contact:
            copy = latest_copy(session, col(Delivery.contact_id) == contact.id)
            yield copy, mark("the mail names the address that this letter went to")


def _by_domain(session: Session, mail: ParsedMail, _: Verdict) -> Found:
    theirs = domain(mail.from_address)
    at_domain = col(Contact.address).endswith(f"@{theirs}", autoescape=True)
    missions = session.exec(select(Contact.mission_id).where(at_domain).distinct()).all()
    if theirs and len(missions) <= _MOST_AT_A_DOMAIN:
        for mission in missions:
            copy = latest_copy(session, col(Delivery.mission_id) == mission)
            yield copy, mark("the sender's domain is one of this mission's")


_RULES: tuple[Rule, ...] = (
    _by_unusable_token,
    _by_bounced_address,
    _by_mentioned_contact,
    _by_domain,
)
