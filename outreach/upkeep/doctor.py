"""What is right and wrong with this installation, in plain words, with what to do about it."""

import stat
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlmodel import Session

from outreach import migrations
from outreach.accounts import people
from outreach.accounts.tables import Role
from outreach.campaigns import schedule
from outreach.delivery.carriers.smtp import checking
from outreach.errors import OutreachError
from outreach.inbox import fetching
from outreach.letters import shelf
from outreach.texts import gettext as _
from outreach.texts import mark, ngettext
from outreach.wiring import Outreach


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``advice`` says what to do where the verdict is not ``fine``."""

    verdict: Literal["fine", "note", "wrong"]
    what: str
    advice: str = ""


def examine(outreach: Outreach) -> list[Finding]:
    """Everything that was looked at, in the order an organizer would set it up."""
    return [*look_here(outreach), *ask_servers(outreach)]


def look_here(outreach: Outreach) -> list[Finding]:
    """What can be seen on this machine at once: nobody else is asked."""
    return [finding for look in LOOKS for finding in look(outreach)]


def ask_servers(outreach: Outreach, *, seconds: float = 60.0) -> list[Finding]:
    """What others have to be asked for, all at the same time; who is slower is told of."""
    pool = ThreadPoolExecutor(len(SERVERS))
    asked = {  # each in the language that is spoken here
        name: pool.submit(copy_context().run, _answers, ask, outreach, seconds / 2)
        for name, ask in SERVERS.items()
    }
    pool.shutdown(wait=False)
    done, __ = wait(asked.values(), timeout=seconds)
    return [
        finding
        for name, answer in asked.items()
        for finding in (answer.result() if answer in done else [_too_slow(name, seconds)])
    ]


def _answers(ask: "Ask", outreach: Outreach, patience: float) -> list[Finding]:
    return list(ask(outreach, patience))


def _too_slow(name: str, seconds: float) -> Finding:
    return Finding(
        "wrong",
        _(_SLOW[name], seconds=f"{seconds:.0f}"),
        _("Look again in a while; if it stays so, ask whoever runs that server."),
    )


def _database(outreach: Outreach) -> Iterator[Finding]:
    at, __ = migrations.current(outreach.database)
    kind = "SQLite" if outreach.database.is_sqlite else "Postgres"
    says = _("The database (%(kind)s) is at version %(version)s.", kind=kind, version=at)
    yield Finding("fine", says)


def _secret(outreach: Outreach) -> Iterator[Finding]:
    kept = outreach.settings.var_dir / "secret.key"
    if outreach.settings.secret_key:
        yield Finding("fine", _("The secret key is set."))
    elif not kept.exists():
        yield Finding(
            "wrong",
            _(
                "The secret key is gone from %(file)s; without it the links in all letters are "
                "dead.",
                file=kept,
            ),
            _("Put it back from a backup before the program is started again."),
        )
    elif stat.S_IMODE(kept.stat().st_mode) & 0o077:
        yield Finding(
            "wrong",
            _("Others can read %(file)s.", file=kept),
            _("Run: chmod 600 %(file)s", file=kept),
        )
    else:
        says = _("The secret key is kept in %(file)s; back it up with the database.", file=kept)
        yield Finding("fine", says)


def _public_url(outreach: Outreach) -> Iterator[Finding]:
    url = outreach.settings.public_url
    if url.startswith("https://"):
        yield Finding("fine", _("Links in letters lead to %(url)s.", url=url))
    else:
        yield Finding(
            "wrong" if outreach.settings.carrier != "outbox" else "note",
            _("Links in letters would lead to %(url)s, which recipients cannot open.", url=url),
            _("Set OUTREACH_PUBLIC_URL to the https address of this web app before sending."),
        )


def _carrier(outreach: Outreach) -> Iterator[Finding]:
    if outreach.settings.carrier == "outbox":
        where = outreach.settings.var_dir / "outbox"
        advice = _("Set OUTREACH_CARRIER to smtp or sendgrid when letters shall really leave.")
        says = _("Nothing leaves this machine: letters go to %(folder)s.", folder=where)
        yield Finding("note", says, advice)
    else:
        says = _("Letters leave by %(carrier)s.", carrier=outreach.settings.carrier)
        yield Finding("fine", says)


def _hooks(outreach: Outreach) -> Iterator[Finding]:
    if outreach.settings.carrier == "sendgrid" and not outreach.settings.sendgrid_events_key:
        yield Finding(
            "wrong",
            _("SendGrid's events are refused: their key is not set, so doubts cannot be settled."),
            _("Set OUTREACH_SENDGRID_EVENTS_KEY to the verification key of the event webhook."),
        )
    if outreach.settings.carrier == "sendgrid" and not outreach.settings.sendgrid_inbound_key:
        yield Finding(
            "note",
            _("Anybody can put mail into the inbox through /hooks/sendgrid/inbound."),
            _("Sign the inbound parse in SendGrid and set OUTREACH_SENDGRID_INBOUND_KEY."),
        )


def _mailbox(outreach: Outreach, patience: float) -> Iterator[Finding]:
    if url := outreach.settings.imap_url:
        try:
            fetching.check(url, patience=patience)
        except OutreachError as error:
            advice = _("Until then mail is not fetched, or not from all folders.")
            yield Finding("wrong", str(error), advice)
        else:
            yield Finding("fine", _("The mailbox that mail is fetched from can be read."))


def _mail_server(outreach: Outreach, patience: float) -> Iterator[Finding]:
    if outreach.settings.carrier == "smtp":
        try:
            checking.check(outreach.settings.smtp_url, seconds=patience)
        except OutreachError as error:
            yield Finding("wrong", str(error), _("Until then letters wait, and are tried again."))
        else:
            yield Finding("fine", _("The mail server that letters leave by lets us in."))


def _organizers(outreach: Outreach) -> Iterator[Finding]:
    with outreach.database.reading() as session:
        able = [each for each in people.list_organizers(session) if each.disabled_at is None]
    if not able:
        advice = _("Run: outreach user add ADDRESS --role admin")
        yield Finding("note", _("There is no organizer."), advice)
    elif not any(each.role in (Role.approver, Role.admin) for each in able):
        advice = _("Run: outreach user role ADDRESS approver")
        yield Finding("note", _("Nobody may approve."), advice)
    else:
        says = ngettext(
            "%(num)s organizer can work here.", "%(num)s organizers can work here.", len(able)
        )
        yield Finding("fine", says)


def _letters(outreach: Outreach) -> Iterator[Finding]:
    templates = outreach.settings.templates
    with outreach.database.reading() as session:
        for slug in shelf.names(session, templates):
            yield _letter(session, templates, slug)


def _letter(session: Session, templates: Path, slug: str) -> Finding:
    try:
        shelf.find_letter(session, templates, slug)
    except OutreachError as error:
        says = _("Letter %(name)s: %(problem)s", name=slug, problem=error)
        return Finding("wrong", says, _("Mend what it names."))
    return Finding("fine", _("Letter %(name)s can be read.", name=slug))


def _schedules(outreach: Outreach) -> Iterator[Finding]:
    for path in sorted(outreach.settings.schedules.glob("*.toml")):
        try:
            schedule.parse(schedule.read(path), path.name)
        except OutreachError as error:
            says = _("Schedule %(name)s: %(problem)s", name=path.name, problem=error)
            yield Finding("wrong", says, _("Mend the file it names."))
        else:
            yield Finding("fine", _("Schedule %(name)s can be read.", name=path.name))


LOOKS: tuple[Callable[[Outreach], Iterator[Finding]], ...] = (
    _database,
    _secret,
    _public_url,
    _carrier,
    _hooks,
    _organizers,
    _letters,
    _schedules,
)
# With how many seconds each answer may take.
Ask = Callable[[Outreach, float], Iterator[Finding]]
SERVERS: Mapping[str, Ask] = {
    "mailbox": _mailbox,
    "mail server": _mail_server,
}
_SLOW = {
    "mailbox": mark("The mailbox has not answered within %(seconds)s seconds."),
    "mail server": mark("The mail server has not answered within %(seconds)s seconds."),
}
