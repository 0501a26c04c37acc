"""Commands about single copies: what became of them, and deciding on one in doubt."""

from pathlib import Path
from typing import Any, Literal

import click
from sqlmodel import Session, col, select

from outreach.accounts import audit
from outreach.cli.parts import ROW_ID, with_outreach
from outreach.cli.printing import facts, json_option, listing, note, out_option, write_out
from outreach.delivery import queue
from outreach.delivery.tables import Delivery, State
from outreach.errors import NotAllowed, NotFound
from outreach.tracking.tables import Event
from outreach.wiring import Outreach

SHOWN = 100


@click.group()
def delivery() -> None:
    """Single copies of letters, reminders, answers and reports."""


@delivery.command(name="list")
@click.option("--status", type=click.Choice([state.value for state in State]))
@click.option("--after", type=click.IntRange(0, 2**31 - 1), default=0, help="Go on after this id.")
@click.option("--limit", default=SHOWN, show_default=True, type=click.IntRange(1, 10_000))
@json_option
@with_outreach
def list_them(
    outreach: Outreach, status: str | None, after: int, limit: int, as_json: bool
) -> None:
    """List copies by their id."""
    query = select(Delivery).where(col(Delivery.id) > after).order_by(col(Delivery.id)).limit(limit)
    if status:
        query = query.where(Delivery.state == State(status))
    with outreach.database.reading() as session:
        rows = [_row(each) for each in session.exec(query)]
    listing(rows, as_json=as_json, empty="There are none.")
    if len(rows) == limit:
        note(f"There may be more: --after {rows[-1]['id']}")


@delivery.command()
@click.argument("delivery_id", metavar="ID", type=ROW_ID)
@json_option
@with_outreach
def show(outreach: Outreach, delivery_id: int, as_json: bool) -> None:
    """Show a copy: where it stands, and what happened to it."""
    with outreach.database.reading() as session:
        found = _get(session, delivery_id)
        events = session.exec(
            select(Event).where(Event.delivery_id == delivery_id).order_by(col(Event.happened_at))
        )
        history = [
            {"at": event.happened_at, "event": event.kind.value, "by": event.agent, **event.detail}
            for event in events
        ]
    whole = _row(found) | {
        "reason": found.reason,
        "attempts": found.attempts,
        "message_id": found.message_id,
        "sent_at": found.sent_at,
        "events": history,
    }
    facts(whole, as_json=as_json)


@delivery.command()
@click.argument("delivery_id", metavar="ID", type=ROW_ID)
@out_option
@with_outreach
def eml(outreach: Outreach, delivery_id: int, out: Path | None) -> None:
    """Write a copy as its recipient gets it."""
    with outreach.database.reading() as session:
        found = _get(session, delivery_id)
        outgoing = outreach.composer.compose_stored(session, found, outreach.clock())
    if outgoing is None:
        raise NotAllowed(f"Delivery {delivery_id} was never written: {found.reason}.")
    write_out(outgoing.mime(), out)


@delivery.command()
@click.argument("delivery_id", metavar="ID", type=ROW_ID)
@click.option("--as", "to", type=click.Choice(["sent", "queued"]), required=True)
@with_outreach
def settle(outreach: Outreach, delivery_id: int, to: Literal["sent", "queued"]) -> None:
    """Decide on a copy in doubt: it did go (sent), or it shall go again (queued)."""
    now = outreach.clock()
    with outreach.database.transaction() as session:
        settled = queue.settle(session, delivery_id, to, now=now, by=audit.COMMAND_LINE)
        audit.note(
            session,
            actor=audit.COMMAND_LINE,
            act=f"delivery settled as {to}",
            subject=f"delivery {delivery_id}",
            now=now,
        )
    note(f"Delivery {settled.id} is {settled.state}.")


def _get(session: Session, delivery_id: int) -> Delivery:
    found = session.get(Delivery, delivery_id)
    if found is None:
        raise NotFound(f"There is no delivery {delivery_id}; see: outreach delivery list")
    return found


def _row(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "purpose": delivery.purpose.value,
        "to": delivery.recipient_address,
        "language": delivery.language,
        "state": delivery.state.value,
        "due_at": delivery.due_at or delivery.planned_at,
        "reason": delivery.reason,
    }
