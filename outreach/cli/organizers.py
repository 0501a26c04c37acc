"""Commands about the people who work at the desk."""

import sys

import click
from sqlmodel import Session

from outreach.accounts import audit, links, people
from outreach.accounts.tables import Organizer, Role
from outreach.cli.parts import with_outreach
from outreach.cli.printing import json_option, listing, note
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
    with outreach.database.transaction() as session:
        added = people.add_organizer(session, address, Role(role), name, password, now)
        _note_down(outreach, session, "organizer added", added)
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
    with outreach.database.transaction() as session:
        changed = people.set_role(session, address, Role(role))
        _note_down(outreach, session, f"role set to {role}", changed)
    note(f"{changed.address} is {role}.")


@user.command()
@click.argument("address")
@with_outreach
def password(outreach: Outreach, address: str) -> None:
    """Give an organizer a new password, asked for or read from standard input."""
    entered = _ask_password()
    with outreach.database.transaction() as session:
        changed = people.set_password(session, address, entered)
        _note_down(outreach, session, "password set", changed)
    note(f"{changed.address} has a new password.")


@user.command()
@click.argument("address")
@with_outreach
def disable(outreach: Outreach, address: str) -> None:
    """End an organizer's access at once; what they did stays on record."""
    with outreach.database.transaction() as session:
        changed = people.disable(session, address, outreach.clock())
        _note_down(outreach, session, "organizer disabled", changed)
    note(f"{changed.address} cannot sign in any more.")


@user.command()
@click.argument("address")
@with_outreach
def enable(outreach: Outreach, address: str) -> None:
    """Open the account of a disabled organizer again."""
    with outreach.database.transaction() as session:
        changed = people.enable(session, address)
        _note_down(outreach, session, "organizer enabled", changed)
    note(f"{changed.address} can sign in again.")


@user.command()
@click.argument("address")
@with_outreach
def reset_second_factor(outreach: Outreach, address: str) -> None:
    """Remove the second factor of an organizer who lost it."""
    with outreach.database.transaction() as session:
        changed = people.reset_second_factor(session, address)
        _note_down(outreach, session, "second factor reset", changed)
    note(f"{changed.address} signs in with the password alone, and can set up a new one.")


@user.command()
@click.argument("address")
@click.option("--role", type=role_choice, default=Role.organizer.value, show_default=True)
@click.option("--name", default="", help="As it shall stand under answers.")
@with_outreach
def invite(outreach: Outreach, address: str, role: str, name: str) -> None:
    """Invite somebody by mail; the worker sends it, and its link works for seven days."""
    with outreach.database.transaction() as session:
        invited = links.invite(session, address, Role(role), name, outreach.clock())
        _note_down(outreach, session, "organizer invited", invited)
    note(f"An invitation to {invited.address} is on its way.")


def _note_down(outreach: Outreach, session: Session, act: str, organizer: Organizer) -> None:
    audit.note(
        session,
        actor=audit.COMMAND_LINE,
        act=act,
        subject=organizer.address,
        now=outreach.clock(),
    )


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
