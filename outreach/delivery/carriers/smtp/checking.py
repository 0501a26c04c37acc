"""Whether a mail server lets us in, without a mail."""

import ssl
import time

from outreach.delivery.carriers.smtp.opening import Barred, open_connection
from outreach.delivery.carriers.smtp.server import MailServer
from outreach.errors import OutreachError
from outreach.texts import gettext as _
from outreach.texts import retold


def check(url: str, *, tls: ssl.SSLContext | None = None, seconds: float = 30.0) -> None:
    """Raises OutreachError in plain words; after ``seconds`` it is waited for no longer."""
    server = MailServer.parse(url)
    until = time.monotonic() + seconds
    try:
        connection = open_connection(
            server, tls or ssl.create_default_context(), seconds=seconds, until=until
        )
    except Barred as barred:
        why = retold(str(barred))
        says = _("The mail server %(host)s does not let us in: %(why)s", host=server.host, why=why)
        raise OutreachError(says) from None
    except OSError as error:
        why = str(error.strerror or error)
        says = _("The mail server %(host)s cannot be reached: %(why)s", host=server.host, why=why)
        raise OutreachError(says) from None
    connection.close()
