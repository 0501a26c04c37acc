"""Puts the parts together: the one place that picks a database, a carrier and a secret."""

import contextlib
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from outreach import migrations
from outreach.accounts.letterhead import Letterhead
from outreach.campaigns.making import Means
from outreach.config import Settings
from outreach.contacts.states import MemberStates, load_states
from outreach.db import Clock, Database, utcnow
from outreach.delivery.carriers import Carrier
from outreach.delivery.carriers.outbox import Outbox
from outreach.delivery.carriers.sendgrid import SendGrid
from outreach.delivery.carriers.smtp import Smtp
from outreach.delivery.composing import Composer
from outreach.errors import Misconfigured
from outreach.inbox.reading import Reader
from outreach.tokens import Tokens


@dataclass(frozen=True)
class Outreach:
    """The application's parts, for the doors to hand on."""

    settings: Settings
    database: Database
    tokens: Tokens
    composer: Composer
    carrier: Carrier
    states: MemberStates
    clock: Clock
    reader: Reader = field(default_factory=Reader)

    @property
    def letterhead(self) -> Letterhead:
        return Letterhead(
            sender_name="Outreach",
            sender_address=self.settings.reply_address,
            public_url=self.settings.public_url,
            tokens=self.tokens,
        )

    @property
    def means(self) -> Means:
        """What planning a campaign needs."""
        return Means(
            database=self.database,
            templates=self.settings.templates,
            states=self.states,
            tokens=self.tokens,
            zone=ZoneInfo(self.settings.timezone),
            clock=self.clock,
        )

    def close(self) -> None:
        self.reader.close()
        self.carrier.close()
        self.database.close()


def build(settings: Settings, clock: Clock = utcnow) -> Outreach:
    """The parts as the settings say. The database is brought up to date when it is new."""
    settings.var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    tokens = Tokens(settings.secret_key or _kept_secret(settings.var_dir / "secret.key"))
    return Outreach(
        settings=settings,
        database=_open_database(settings.database),
        tokens=tokens,
        composer=Composer(
            tokens=tokens,
            public_url=settings.public_url,
            reply_address=settings.reply_address,
        ),
        carrier=_carrier(settings),
        states=load_states(settings.states_file),
        clock=clock,
    )


def _open_database(url: str) -> Database:
    """A new database gets its tables; an older one is named, for an upgrade may want a backup."""
    database = Database(url)
    at, newest = migrations.current(database)
    if at is None:
        migrations.upgrade(database)
    elif at != newest:
        raise Misconfigured(
            f"The database is at version {at} and this program needs {newest}. "
            "Make a backup (outreach backup FILE), then run: outreach db upgrade"
        )
    return database


def _carrier(settings: Settings) -> Carrier:
    match settings.carrier:
        case "smtp":
            return Smtp(settings.smtp_url)
        case "sendgrid":
            return SendGrid(
                settings.sendgrid_api_key,
                host=settings.sendgrid_host,
                shared_requests=settings.sendgrid_shared_requests,
            )
        case "outbox":
            return Outbox(settings.var_dir / "outbox")


def _kept_secret(path: Path) -> str:
    """The secret kept in ``path``, readable by its owner only; made when it is not there yet.

    The link makes it appear whole and once, however many processes start together.
    """
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text()
