"""A mail server as its address names it, and how a connection to it is opened."""

import ipaddress
import smtplib
import ssl
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from outreach.errors import Misconfigured

Security = Literal["tls", "starttls", "none"]
_PORTS = {"smtp": 587, "smtps": 465}
_SHAPE = "it should look like smtp://user:password@mail.example.org:587 or smtps://..., " + (
    "with ?starttls=no for a server that offers no encryption"
)


@dataclass(frozen=True)
class MailServer:
    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str) -> "MailServer":
        """STARTTLS is insisted on unless the address says no or the server is this machine."""
        parts = urlsplit(url)
        try:
            port = parts.port or _PORTS[parts.scheme]
        except (KeyError, ValueError):
            raise Misconfigured(f"The SMTP address cannot be used: {_SHAPE}.") from None
        if not parts.hostname:
            raise Misconfigured(f"The SMTP address names no server: {_SHAPE}.")
        return cls(
            host=parts.hostname,
            port=port,
            security=_security(parts),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )

    def connect(self, timeout: float, tls: ssl.SSLContext) -> smtplib.SMTP:
        """An open connection, greeted, encrypted and signed in; raises OSError."""
        if self.security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=timeout, context=tls
            )
        else:
            connection = smtplib.SMTP(self.host, self.port, timeout=timeout)
        try:
            self._sign_in(connection, tls)
        except OSError:
            connection.close()
            raise
        return connection

    def _sign_in(self, connection: smtplib.SMTP, tls: ssl.SSLContext) -> None:
        if self.security == "starttls":
            connection.starttls(context=tls)
        connection.ehlo_or_helo_if_needed()
        if self.user:
            connection.login(self.user, self.password)


def _security(parts: SplitResult) -> Security:
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    wanted = query.pop("starttls", None)
    if query or wanted not in (None, "yes", "no"):
        raise Misconfigured(f"What follows the ? in the SMTP address is not known: {_SHAPE}.")
    if parts.scheme == "smtps":
        return "tls"
    if wanted is None:
        return "none" if _is_this_machine(parts.hostname or "") else "starttls"
    return "starttls" if wanted == "yes" else "none"


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
