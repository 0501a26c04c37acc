"""Whether a mail server lets us in, without a mail."""

import ssl
import time

from outreach.delivery.carriers.smtp.opening import Barred, open_connection
from outreach.delivery.carriers.smtp.server import MailServer
from outreach.errors import OutreachError


def check(url: str, *, tls: ssl.SSLContext | None = None, seconds: float = 30.0) -> None:
    """Raises OutreachError in plain words; after ``seconds`` it is waited for no longer."""
    server = MailServer.parse(url)
    until = time.monotonic() + seconds
    try:
        connection = open_connection(
            server, tls or ssl.create_default_context(), seconds=seconds, until=until
        )
    except Barred as barred:
        raise OutreachError(f"The mail server {server.host} does not let us in: {barred}") from None
    except OSError as error:
        raise OutreachError(
            f"The mail server {server.host} cannot be reached: {error.strerror or error}"
        ) from None
    connection.close()
