"""Test mails: an admin's mail to their own address, and what became of it."""

import secrets
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from outreach.accounts.letterhead import Letterhead
from outreach.accounts.mailing import refuse_suppressed
from outreach.accounts.notices import compile_mail, queue_mail
from outreach.accounts.tables import Organizer
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.texts import gettext as _
from outreach.texts import retold
from outreach.upkeep.doctor import Finding

_ABOUT = "trial:"
_OUTBOX = "outbox"


def mail_trial(
    session: Session, to: Organizer, carrier: str, letterhead: Letterhead, now: datetime
) -> None:
    """Into the queue, like all mail; NotAllowed where nothing may go to the address."""
    refuse_suppressed(session, to.address)
    values = {
        "at": f"{now.astimezone(UTC):%Y-%m-%d at %H:%M} UTC",
        "carrier": carrier,
        "page": f"{letterhead.public_url}/settings",
    }
    made = compile_mail("trial", values)
    about = f"{_ABOUT}{secrets.token_hex(16)}"
    queue_mail(session, to, made, about, Purpose.notice, letterhead, now)


def latest_trial(session: Session, of: Organizer) -> Delivery | None:
    return session.exec(
        select(Delivery)
        .where(
            Delivery.recipient_address == of.address,
            Delivery.purpose == Purpose.notice,
            col(Delivery.identity).startswith(_ABOUT),
        )
        .order_by(col(Delivery.id).desc())
        .limit(1)
    ).first()


def fate(trial: Delivery, carrier: str) -> Finding:
    """Where it stands, and what that means; ``carrier`` is the one that is set."""
    reason = retold(trial.reason or "")
    match trial.state:
        case State.queued | State.sending:
            return _on_its_way(reason)
        case State.sent | State.delivered:
            return _gone(trial, carrier)
        case State.unknown:
            return Finding(
                "wrong",
                _("It was handed over and not confirmed: %(reason)s", reason=reason),
                _("Look into your mailbox. If it is not there, look into the mail server's log."),
            )
        case _:
            return Finding(
                "wrong",
                _(
                    "It did not go (%(state)s): %(reason)s",
                    state=_(trial.state.value),
                    reason=reason,
                ),
                _("Mend what the answer says, then send another."),
            )


def _on_its_way(reason: str) -> Finding:
    if reason:
        return Finding(
            "wrong",
            _("It was not taken yet, and is tried again. The answer: %(reason)s", reason=reason),
            _("Mend what the answer says; letters would wait for the same reason."),
        )
    return Finding(
        "note",
        _("It waits for the worker, which looks every 15 seconds."),
        _(
            "Look again in a moment. If it stays, start the worker: outreach run, or "
            "outreach worker."
        ),
    )


def _gone(trial: Delivery, carrier: str) -> Finding:
    if carrier == _OUTBOX:
        return Finding(
            "note",
            _("It was written to the outbox, a folder on the server: nothing left that machine."),
            _("Set OUTREACH_CARRIER to smtp or sendgrid when letters shall really leave."),
        )
    if trial.state is State.delivered:
        return Finding("fine", _("It was delivered. It should be in your mailbox, or among junk."))
    return Finding(
        "fine",
        _(
            "It left by %(carrier)s. It should be in your mailbox soon; look among junk as well.",
            carrier=carrier,
        ),
    )
