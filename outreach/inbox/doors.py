"""Where mail comes in by itself: the IMAP server that is asked, the place where LMTP is heard."""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from outreach.errors import InvalidInput

LARGEST_MAIL = 40 * 2**20  # bytes; what is larger is not kept whole
_PORTS = {"imap": 143, "imaps": 993}
_NO_SERVER = (
    "is not the address of an IMAP server with a user and a password, "
    "or has a /, ? or # in the password that is not percent-encoded"
)


@dataclass(frozen=True)
class ImapServer:
    """A mailbox to read and its folders, as ``imaps://user:password@host:993/INBOX,Junk`` says."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folders: tuple[str, ...]
    tls: bool  # from the start; otherwise by STARTTLS, unless the server is this machine

    @classmethod
    def parse(cls, url: str) -> "ImapServer":
        """What is special in a URL stands percent-encoded in the user, password and folders."""
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS[parts.scheme]
        except (KeyError, ValueError):
            raise InvalidInput(_NO_SERVER) from None
        _check(parts)
        return cls(
            host=parts.hostname or "",
            port=port,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            folders=_folders(parts.path),
            tls=parts.scheme == "imaps",
        )

    @property
    def is_this_machine(self) -> bool:
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def mailbox(self, folder: str) -> str:
        return f"{self.user}@{self.host}/{folder}"


@dataclass(frozen=True)
class Listen:
    """Where LMTP is spoken: at a port of one of this machine's addresses, or a Unix socket."""

    host: str = ""
    port: int = 0
    path: str = ""

    @classmethod
    def parse(cls, text: str) -> "Listen":
        """``127.0.0.1:2424``, ``2424`` for the same, or ``unix:/folder/socket``."""
        if text.startswith("unix:/"):
            return cls(path=text.removeprefix("unix:"))
        host, _, port = text.rpartition(":")
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 2**16):
            raise InvalidInput("is not a port, an address with a port, or unix:/ and a path")
        return cls(host=_near(host.strip("[]")), port=int(port))

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"unix:{self.path}" if self.path else f"{host}:{self.port}"


def _check(parts: SplitResult) -> None:
    named = parts.username and parts.password
    if not (parts.hostname and named) or parts.query or parts.fragment:
        raise InvalidInput(_NO_SERVER)
    try:
        parts.hostname.encode("idna")  # what connecting would fail at
    except UnicodeError:
        raise InvalidInput("names a server that cannot be") from None


def _folders(path: str) -> tuple[str, ...]:
    named = (unquote(each) for each in path.removeprefix("/").split(","))
    folders = tuple(dict.fromkeys(filter(None, named))) or ("INBOX",)
    if any(not each.isprintable() for each in folders):
        raise InvalidInput("names a folder with characters that cannot be in a name")
    return folders


def _near(host: str) -> str:
    """LMTP asks for no password: it is not for the whole world to reach."""
    if host in ("", "localhost"):
        return "127.0.0.1"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise InvalidInput("names its host otherwise than by an IP address") from None
    if address.is_global or address.is_unspecified or address.is_multicast:
        raise InvalidInput(
            "is open to the world, and LMTP asks nobody for a password; "
            "use this machine's loopback or private address, or a Unix socket"
        )
    return host
