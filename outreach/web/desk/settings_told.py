"""What is set, in plain words. No secret is told: only whether it is set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outreach.config import EXAMPLES, Settings

# Passwords stand in the addresses of servers and databases.
SECRET = frozenset(
    {
        "database_url",
        "secret_key",
        "smtp_url",
        "sendgrid_api_key",
        "sendgrid_events_key",
        "sendgrid_inbound_key",
        "imap_url",
    }
)
_CARRIERS = {
    "outbox": "into a folder on the server: nothing leaves it",
    "smtp": "by a mail server (smtp)",
    "sendgrid": "by SendGrid (sendgrid)",
}
_UNSET = {
    "database_url": "not set: SQLite in the folder for data",
    "secret_key": "not set: made once, and kept in the folder for data",
    "sendgrid_events_key": "not set: SendGrid's events are refused",
    "sendgrid_inbound_key": "not set: mail that comes by SendGrid is taken unsigned",
    "imap_url": "not set: no mail is fetched",
    "lmtp_listen": "not set: no mail is taken by LMTP",
    "states_file": "not set: the list that comes with the program",
}


@dataclass(frozen=True)
class Told:
    """One setting; ``by_itself`` where it is as it comes, ``example`` says what it looks like."""

    label: str
    value: str
    variable: str
    by_itself: bool
    example: str


@dataclass(frozen=True)
class Group:
    """``closed`` are groups that are rarely looked at; ``inward`` ones are about the machine."""

    name: str
    labels: Mapping[str, str]
    closed: bool = False
    inward: bool = False

    def told(self, settings: Settings) -> Sequence[Told]:
        return [_told(settings, name, label) for name, label in self.labels.items()]


GROUPS = (
    Group(
        "Sending",
        {
            "carrier": "How letters leave",
            "public_url": "Where recipients reach this web app",
            "smtp_url": "The mail server, its user and password",
        },
    ),
    Group(
        "Answers",
        {
            "reply_address": "Address that answers come to",
            "imap_url": "Mailbox that is fetched from, with its password",
            "lmtp_listen": "Where a mail server hands mail over",
        },
    ),
    Group(
        "Organization and keeping",
        {
            "timezone": "Time zone of weeks and pages",
            "keep_raw_mail_days": "Incoming mail as it came is kept",
            "keep_threads_days": "Texts of closed threads are kept",
            "report_pdf": "Weekly report with a PDF",
            "states_file": "List of member states",
        },
    ),
    Group(
        "SendGrid",
        {
            "sendgrid_api_key": "Key for sending",
            "sendgrid_host": "SendGrid's address",
            "sendgrid_shared_requests": "Copies share requests",
            "sendgrid_events_key": "Key that verifies events",
            "sendgrid_inbound_key": "Key that verifies incoming mail",
        },
        closed=True,
    ),
    Group(
        "The server",
        {
            "var_dir": "Folder for data",
            "database_url": "Database",
            "secret_key": "Key that signs links",
            "templates_dir": "Folder of letters",
            "schedules_dir": "Folder of schedules",
        },
        closed=True,
        inward=True,
    ),
)


def _told(settings: Settings, name: str, label: str) -> Told:
    variable = name.upper()
    return Told(
        label=label,
        value=_value(settings, name),
        variable=f"OUTREACH_{variable}",
        by_itself=name not in settings.model_fields_set,
        example=EXAMPLES.get(variable, ""),
    )


def _value(settings: Settings, name: str) -> str:
    value: Any = _effective(settings, name)
    if value in ("", None):
        return _UNSET.get(name, "not set")
    if name in SECRET:
        return "set"
    if name == "carrier":
        return _CARRIERS[value]
    if name.endswith("_days"):
        return f"for {value:,} days" if value else "for ever"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _effective(settings: Settings, name: str) -> Any:
    """A folder that is not set is found by itself."""
    folders: Mapping[str, Path] = {
        "templates_dir": settings.templates,
        "schedules_dir": settings.schedules,
    }
    return folders.get(name) or getattr(settings, name)
