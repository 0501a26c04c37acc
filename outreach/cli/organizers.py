"""Commands about the people who work at the desk."""

import sys
from collections.abc import Callable

import click
from sqlmodel import Session

from outreach.accounts import audit, links, people
from outreach.accounts.tables import Organizer, Role
from outreach.cli.parts import with_outreach
from outreach.cli.printing import json_option, listing, note
from outreach.texts import mark
from outreach.wiring import Outreach

role_choice = click.Choice([role.value for role in Role])


@click.group()
def user() -> None:
    """Organizers: who may do what at the desk."""


@user.command()
@click.argument("address")
@click.option("--role", type=role_choice, default=Role.organizer.value, show_default=True)
@click.option("--name", default="", help="As it shall stand under answers.")
@click.option("--no-password", is_flag=True, help="Gets reports, but cannot sign in.")
@with_outreach
def add(outreach: Outreach, address: str, role: str, name: str, no_password: bool) -> None:
    """Add an organizer; the password is asked for, or read from standard input."""
    password = None if no_password else _ask_password()
    now = outreach.clock()
    added = _carry_out(
        outreach,
        mark("organizer added"),
        lambda session: people.add_organizer(session, address, Role(role), name, password, now),
    )
    note(f"{added.address} is {role}.")


@user.command(name="list")
@json_option
@with_outreach
def list_them(outreach: Outreach, as_json: bool) -> None:
    """List the organizers."""
    with outreach.database.reading() as session:
        rows = [_row(organizer) for organizer in people.list_organizers(session)]
    listing(rows, as_json=as_json, empty="Nobody yet. Start with: outreach user add ADDRESS")


@user.command()
@click.argument("address")
@click.argument("role", type=role_choice)
@with_outreach
def role(outreach: Outreach, address: str, role: str) -> None:
    """Give an organizer another role."""
    changed = _carry_out(
        outreach,
        mark("role set to %(role)s") % {"role": role},
        lambda session: people.set_role(session, address, Role(role)),
    )
    note(f"{changed.address} is {role}.")


@user.command()
@click.argument("address")
@with_outreach
def password(outreach: Outreach, address: str) -> None:
    """Give an organizer a new password, asked for or read from standard input."""
    entered = _ask_password()
    changed = _carry_out(
        outreach,
        mark("password set"),
        lambda session: people.set_password(session, address, entered),
    )
    note(f"{changed.address} has a new password.")


@user.command()
@click.argument("address")
@with_outreach
def disable(outreach: Outreach, address: str) -> None:
    """End an organizer's access at once; what they did stays on record."""
    changed = _carry_out(
        outreach,
        mark("organizer disabled"),
        lambda session: people.disable(session, address, outreach.clock()),
    )
    note(f"{changed.address} cannot sign in any more.")


@user.command()
@click.argument("address")
@with_outreach
def enable(outreach: Outreach, address: str) -> None:
    """Open the account of a disabled organizer again."""
    changed = _carry_out(
        outreach, mark("organizer enabled"), lambda session: people.enable(session, address)
    )
    note(f"{changed.address} can sign in again.")


@user.command()
@click.argument("address")
@with_outreach
def reset_second_factor(outreach: Outreach, address: str) -> None:
    """Remove the second factor of an organizer who lost it."""
    changed = _carry_out(
        outreach,
        mark("second factor reset"),
        lambda session: people.reset_second_factor(session, address),
    )
    note(f"{changed.address} signs in with the password alone, and can set up a new one.")


@user.command()
@click.argument("address")
@click.option("--role", type=role_choice, default=Role.organizer.value, show_default=True)
@click.option("--name", default="", help="As it shall stand under answers.")
@with_outreach
def invite(outreach: Outreach, address: str, role: str, name: str) -> None:
    """Invite somebody by mail; the worker sends it, and its link works for seven days."""
    invited = _carry_out(
        outreach,
        mark("organizer invited"),
        lambda session: links.invite(session, address, Role(role), name, outreach.clock()),
    )
    note(f"An invitation to {invited.address} is on its way.")


def _carry_out(outreach: Outreach, act: str, change: Callable[[Session], Organizer]) -> Organizer:
    """The organizer it was done to, and an entry in the audit trail."""
    by, now = audit.COMMAND_LINE, outreach.clock()
    with outreach.database.transaction() as session:
        changed = change(session)
        audit.note(session, actor=by, act=act, subject=changed.address, now=now)
    return changed


def _row(organizer: Organizer) -> dict[str, object]:
    return {
        "address": organizer.address,
        "name": organizer.name,
        "role": organizer.role.value,
        "second_factor": organizer.totp_sealed is not None,
        "since": organizer.created_at,
        "disabled": organizer.disabled_at,
    }


def _ask_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
