"""Opening a connection to a mail server: greeted, encrypted and signed in."""

import hmac
import socket
import ssl
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence

from outreach.delivery.carriers.smtp.connection import Connection, Lost
from outreach.delivery.carriers.smtp.replies import Reply
from outreach.delivery.carriers.smtp.server import MailServer
from outreach.texts import mark

# What is said to each challenge (RFC 4616, RFC 2195; LOGIN is written in no standard).
_Answer = Callable[[bytes, bytes, bytes], bytes]
_MECHANISMS: Mapping[str, Sequence[_Answer]] = {
    "PLAIN": [lambda challenge, user, password: b"\0%b\0%b" % (user, password)],
    "LOGIN": [
        lambda challenge, user, password: user,
        lambda challenge, user, password: password,
    ],
    "CRAM-MD5": [
        lambda challenge, user, password: (
            b"%b %b" % (user, hmac.new(password, challenge, "md5").hexdigest().encode())
        )
    ],
}


class Barred(Exception):
    """We are not let in, or do not go in: the settings or the account are wrong."""


def open_connection(
    server: MailServer, tls: ssl.SSLContext, *, seconds: float, until: float
) -> Connection:
    """Raises Barred, or OSError where the server is out of reach."""
    opened = socket.create_connection((server.host, server.port), seconds)
    connection = Connection(opened, seconds=seconds, until=until)
    try:
        _let_in(connection, server, tls)
    except ssl.SSLCertVerificationError as error:
        connection.close()
        raise Barred(
            mark("its certificate is not accepted: %(why)s") % {"why": error.verify_message}
        ) from None
    except BaseException:
        connection.close()
        raise
    return connection


def _let_in(connection: Connection, server: MailServer, tls: ssl.SSLContext) -> None:
    if server.security == "tls":
        connection.encrypt(tls, server.host)
    _expect(2, connection.reply())
    _greet(connection)
    if server.security == "starttls":
        if "STARTTLS" not in connection.features:
            raise Barred(mark("it offers no encryption (STARTTLS)"))
        _expect(2, connection.command("STARTTLS"))
        connection.encrypt(tls, server.host)
        _greet(connection)
    if server.user:
        _sign_in(connection, server.user.encode(), server.password.encode())


def _expect(kind: int, reply: Reply) -> Reply:
    if reply.kind == kind:
        return reply
    if reply.kind == 5 or reply.code == 432:  # a password to be changed (RFC 5248)
        raise Barred(str(reply))
    raise Lost(str(reply))


def _greet(connection: Connection) -> None:
    name = socket.gethostname()
    ourselves = name if "." in name else connection.own_literal
    reply = connection.command(f"EHLO {ourselves}")
    if reply.kind == 5:  # RFC 5321, 3.2: it may know only the older greeting
        reply = connection.command(f"HELO {ourselves}")
    features = (line.split(None, 1) for line in _expect(2, reply).text.upper().split("\n")[1:])
    connection.features = {name: "".join(rest) for name, *rest in filter(None, features)}


def _sign_in(connection: Connection, user: bytes, password: bytes) -> None:
    offered = connection.features.get("AUTH", "").split()
    # In the clear the password itself is said last of all.
    mechanisms = [each for each in _MECHANISMS if each in offered]
    if not mechanisms:
        ways = ", ".join(_MECHANISMS)
        raise Barred(mark("it offers none of %(ways)s to sign in with") % {"ways": ways})
    mechanism = mechanisms[0 if connection.is_encrypted else -1]
    reply = connection.command(f"AUTH {mechanism}")
    for answer in _MECHANISMS[mechanism]:
        said = answer(_challenge(reply), user, password)
        reply = connection.command(b64encode(said).decode())
    _expect(2, reply)


def _challenge(reply: Reply) -> bytes:
    try:
        return b64decode(_expect(3, reply).text)
    except ValueError:
        raise Lost("its way of signing in is not understood") from None
