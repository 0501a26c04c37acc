"""Settings: the one reader of the environment and the ``.env`` file."""

import base64
import re
from pathlib import Path
from typing import Literal
from zoneinfo import available_timezones

from cryptography.hazmat.primitives import serialization
from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from outreach.errors import InvalidInput, Misconfigured
from outreach.inbox.doors import ImapServer, Listen
from outreach.texts import mark

EXAMPLES = {
    "DATABASE_URL": mark("sqlite:///var/outreach.db or postgresql+psycopg://user@host/outreach"),
    "SECRET_KEY": mark("at least 32 random characters, such as: openssl rand -hex 32"),
    "PUBLIC_URL": mark("https://outreach.example.org, without a slash at the end"),
    "CARRIER": mark("outbox, smtp or sendgrid"),
    "SMTP_URL": mark("smtp://user:password@mail.example.org:587?connections=4 or smtps://...:465"),
    "SENDGRID_API_KEY": mark("the key that SendGrid showed once, beginning with SG."),
    "SENDGRID_HOST": mark("https://api.sendgrid.com, or https://api.eu.sendgrid.com in the EU"),
    "SENDGRID_SHARED_REQUESTS": mark("true, or false for one request a copy"),
    "SENDGRID_EVENTS_KEY": mark("the verification key that SendGrid shows for its event webhook"),
    "SENDGRID_INBOUND_KEY": mark(
        "the public key of the security policy on SendGrid's inbound parse"
    ),
    "REPLY_ADDRESS": mark("inbox@in.example.org, whose mail comes back here"),
    "IMAP_URL": mark(
        "imaps://user:password@imap.example.org:993/INBOX,Junk, with what is special in the user, "
        "the password and the folders percent-encoded (/ is %2F)"
    ),
    "LMTP_LISTEN": mark("127.0.0.1:2424, or unix:/run/outreach/lmtp"),
    "KEEP_RAW_MAIL_DAYS": mark("365, or 0 to keep it for ever"),
    "KEEP_THREADS_DAYS": mark("1825, or 0 to keep them for ever"),
    "REPORT_PDF": mark("true, or false for the mail alone"),
    "TIMEZONE": mark("an IANA name such as Europe/Zurich"),
    "TEMPLATES_DIR": mark("a folder with letters/ and notices/ in it"),
    "SCHEDULES_DIR": mark("a folder of schedule files"),
    "STATES_FILE": mark("a CSV file with the columns of outreach/contacts/member_states.csv"),
}


_LONGEST_DAYS = 36_500  # a hundred years: twice of it is still a date


class Settings(BaseSettings):
    """All that can be set; every name stands for a variable ``OUTREACH_NAME``."""

    model_config = SettingsConfigDict(
        env_prefix="OUTREACH_", env_file=".env", extra="ignore", frozen=True
    )

    var_dir: Path = Path("var")
    database_url: str = ""  # empty: SQLite in var_dir
    secret_key: str = ""  # empty: made once and kept in var_dir
    public_url: str = "http://127.0.0.1:8000"
    carrier: Literal["outbox", "smtp", "sendgrid"] = "outbox"
    smtp_url: str = ""
    sendgrid_api_key: str = ""
    sendgrid_host: str = "https://api.sendgrid.com"
    sendgrid_shared_requests: bool = True
    sendgrid_events_key: str = ""
    sendgrid_inbound_key: str = ""
    reply_address: str = "inbox@in.example.org"
    imap_url: str = ""  # empty: no mail is fetched
    lmtp_listen: str = ""  # empty: no mail is taken by LMTP
    keep_raw_mail_days: int = Field(default=365, ge=0, le=_LONGEST_DAYS)  # 0: for ever
    keep_threads_days: int = Field(default=0, ge=0, le=_LONGEST_DAYS)  # 0: for ever
    report_pdf: bool = False
    timezone: str = "Europe/Zurich"
    templates_dir: Path | None = None
    schedules_dir: Path | None = None
    states_file: Path | None = None

    @field_validator("public_url", "sendgrid_host")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if not re.fullmatch(r"https?://[^\s<>\"'?#]+", value):
            raise ValueError("is not a web address")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not re.match(r"(sqlite|postgresql(\+psycopg)?)://", value):
            raise ValueError("is not the address of a SQLite or Postgres database")
        return re.sub("^postgresql://", "postgresql+psycopg://", value)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is not a time zone")
        return value

    @field_validator("reply_address")
    @classmethod
    def _mailbox(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,31}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", value):
            raise ValueError("is not an address with at most 31 characters before the @")
        return value

    @field_validator("imap_url", "lmtp_listen")
    @classmethod
    def _door_of_mail(cls, value: str, about: ValidationInfo) -> str:
        try:
            if value:
                (Listen if about.field_name == "lmtp_listen" else ImapServer).parse(value)
        except InvalidInput as error:
            raise ValueError(str(error)) from None
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        if value and len(value) < 32:
            raise ValueError("is too short to keep tokens safe")
        return value

    @field_validator("sendgrid_events_key", "sendgrid_inbound_key")
    @classmethod
    def _public_key(cls, value: str) -> str:
        try:
            if value:
                serialization.load_der_public_key(base64.b64decode(value, validate=True))
        except ValueError:
            raise ValueError("is not a public key in base64") from None
        return value

    @field_validator("templates_dir", "schedules_dir")
    @classmethod
    def _folder(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError("does not exist, or is no folder")
        return value

    @field_validator("states_file")
    @classmethod
    def _file(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError("does not exist, or is no file")
        return value

    @model_validator(mode="after")
    def _carrier_has_what_it_needs(self) -> "Settings":
        needs = {"smtp": "smtp_url", "sendgrid": "sendgrid_api_key"}.get(self.carrier)
        if needs and not getattr(self, needs):
            raise ValueError(f"{needs}: is missing, and CARRIER={self.carrier} needs it")
        return self

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.var_dir / 'outreach.db'}"

    @property
    def templates(self) -> Path:
        return self.templates_dir or _here_or_shipped("templates")

    @property
    def schedules(self) -> Path:
        return self.schedules_dir or _here_or_shipped("schedules")


def load_settings(**values: object) -> Settings:
    """The environment's settings, with ``values`` over them; Misconfigured names every fault."""
    try:
        return Settings(**values)  # type: ignore[arg-type]
    except ValidationError as error:
        raise Misconfigured("\n".join(_complaint(each) for each in error.errors())) from None


def _complaint(error: object) -> str:
    assert isinstance(error, dict)
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["loc"]:
        name = str(error["loc"][0]).upper()
    else:
        field, _, message = message.partition(": ")
        name = field.upper()
    example = EXAMPLES.get(name)
    return f"OUTREACH_{name} {message}." + (f" It looks like this: {example}" if example else "")


def shipped(folder: str) -> Path:
    """What comes with the program: inside the package in a wheel, at the top of a checkout."""
    package = Path(__file__).parent
    inside = package / "shipped" / folder
    return inside if inside.is_dir() else package.parent / folder


def _here_or_shipped(folder: str) -> Path:
    """The organizers' own folder where the command runs, else what is shipped."""
    here = Path.cwd() / folder
    return here if here.is_dir() else shipped(folder)
