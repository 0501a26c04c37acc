"""A mail server as its address names it."""

import ipaddress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from outreach.errors import Misconfigured

Security = Literal["tls", "starttls", "none"]
_PORTS = {"smtp": 587, "smtps": 465}
_CONNECTIONS = 4
_MOST_CONNECTIONS = 20
_SHAPE = (
    "it should look like smtp://user:password@mail.example.org:587 or smtps://..., "
    "with ?starttls=no for a server that offers no encryption and ?connections=1 to 20 "
    f"(by itself {_CONNECTIONS}) for how many to open"
)


@dataclass(frozen=True)
class MailServer:
    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)
    connections: int = _CONNECTIONS

    @classmethod
    def parse(cls, url: str) -> "MailServer":
        """STARTTLS is insisted on unless the address says no or the server is this machine."""
        parts = urlsplit(url)
        try:
            port = parts.port or _PORTS[parts.scheme]
        except (KeyError, ValueError):
            raise Misconfigured(f"The SMTP address cannot be used: {_SHAPE}.") from None
        host, wanted = _host(parts.hostname), _wanted(parts.query)
        security = _security(host, wanted)
        return cls(
            host=host,
            port=port,
            security="tls" if parts.scheme == "smtps" else security,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            connections=_connections(wanted),
        )


def _host(name: str | None) -> str:
    try:
        (name or "").encode("idna")  # what connecting would fail at
    except UnicodeError:
        name = None
    if not name:
        raise Misconfigured(f"The SMTP address names no server: {_SHAPE}.")
    return name


def _wanted(query: str) -> dict[str, str]:
    wanted = dict(parse_qsl(query, keep_blank_values=True))
    if not wanted.keys() <= {"starttls", "connections"}:
        raise _unknown()
    return wanted


def _security(host: str, wanted: dict[str, str]) -> Security:
    unsaid = "no" if _is_this_machine(host) else "yes"
    match wanted.get("starttls", unsaid):
        case "yes":
            return "starttls"
        case "no":
            return "none"
    raise _unknown()


def _connections(wanted: dict[str, str]) -> int:
    number = wanted.get("connections", str(_CONNECTIONS))
    if number.isascii() and number.isdigit() and 1 <= int(number) <= _MOST_CONNECTIONS:
        return int(number)
    raise _unknown()


def _unknown() -> Misconfigured:
    return Misconfigured(f"What follows the ? in the SMTP address is not known: {_SHAPE}.")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
