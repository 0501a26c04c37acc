"""What is set, in plain words. No secret is told: only whether it is set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outreach.config import EXAMPLES, Settings
from outreach.texts import gettext as _
from outreach.texts import mark, ngettext

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
    "outbox": mark("into a folder on the server: nothing leaves it"),
    "smtp": mark("by a mail server (smtp)"),
    "sendgrid": mark("by SendGrid (sendgrid)"),
}
_NOT_SET = mark("not set")
_UNSET = {
    "database_url": mark("not set: SQLite in the folder for data"),
    "secret_key": mark("not set: made once, and kept in the folder for data"),
    "sendgrid_events_key": mark("not set: SendGrid's events are refused"),
    "sendgrid_inbound_key": mark("not set: mail that comes by SendGrid is taken unsigned"),
    "imap_url": mark("not set: no mail is fetched"),
    "lmtp_listen": mark("not set: no mail is taken by LMTP"),
    "states_file": mark("not set: the list that comes with the program"),
}


@dataclass(frozen=True)
class Told:
    """One setting; ``by_itself`` where it is as it comes, ``example`` says what it looks like."""

    label: str
    value: str
    variable: str
    by_itself: bool
    is_set: bool
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
        mark("Sending"),
        {
            "carrier": mark("How letters leave"),
            "public_url": mark("Where recipients reach this web app"),
            "smtp_url": mark("The mail server, its user and password"),
        },
    ),
    Group(
        mark("Answers"),
        {
            "reply_address": mark("Address that answers come to"),
            "imap_url": mark("Mailbox that is fetched from, with its password"),
            "lmtp_listen": mark("Where a mail server hands mail over"),
        },
    ),
    Group(
        mark("Organization and keeping"),
        {
            "timezone": mark("Time zone of the organization"),
            "keep_raw_mail_days": mark("Incoming mail as it came is kept"),
            "keep_threads_days": mark("Texts of closed threads are kept"),
            "report_pdf": mark("Weekly report with a PDF"),
            "states_file": mark("List of member states"),
        },
    ),
    Group(
        mark("SendGrid"),
        {
            "sendgrid_api_key": mark("Key for sending"),
            "sendgrid_host": mark("SendGrid's address"),
            "sendgrid_shared_requests": mark("Copies share requests"),
            "sendgrid_events_key": mark("Key that verifies events"),
            "sendgrid_inbound_key": mark("Key that verifies incoming mail"),
        },
        closed=True,
    ),
    Group(
        mark("The server"),
        {
            "var_dir": mark("Folder for data"),
            "database_url": mark("Database"),
            "secret_key": mark("Key that signs links"),
            "templates_dir": mark("Folder of letters"),
            "schedules_dir": mark("Folder of schedules"),
        },
        closed=True,
        inward=True,
    ),
)


def _told(settings: Settings, name: str, label: str) -> Told:
    variable = name.upper()
    return Told(
        label=_(label),
        value=_value(settings, name),
        variable=f"OUTREACH_{variable}",
        by_itself=name not in settings.model_fields_set,
        is_set=_effective(settings, name) not in ("", None),
        example=_(example) if (example := EXAMPLES.get(variable)) else "",
    )


def _value(settings: Settings, name: str) -> str:
    value: Any = _effective(settings, name)
    if value in ("", None):
        return _(_UNSET.get(name, _NOT_SET))
    if name in SECRET:
        return _("set")
    if name == "carrier":
        return _(_CARRIERS[value])
    if name.endswith("_days"):
        return ngettext("for %(num)s day", "for %(num)s days", value) if value else _("for ever")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


def _effective(settings: Settings, name: str) -> Any:
    """A folder that is not set is found by itself."""
    folders: Mapping[str, Path] = {
        "templates_dir": settings.templates,
        "schedules_dir": settings.schedules,
    }
    return folders.get(name) or getattr(settings, name)
