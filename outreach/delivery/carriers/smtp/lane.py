"""One of several lanes to a mail server: a connection that is kept, and opened again when lost."""

import contextlib
import ssl
import threading

from outreach.delivery.carriers import OUR_OWN_FAULT
from outreach.delivery.carriers.smtp.connection import Connection
from outreach.delivery.carriers.smtp.group import Group
from outreach.delivery.carriers.smtp.opening import Barred, open_connection
from outreach.delivery.carriers.smtp.pipeline import Pipeline
from outreach.delivery.carriers.smtp.replies import NOT_LOOKED_AT
from outreach.delivery.carriers.smtp.server import MailServer

_LOSSES = 2  # connections in a row that came to nothing


class Lane:
    """``opening`` is shared by all lanes: one opens at a time, so a wrong password is said once."""

    def __init__(
        self, server: MailServer, tls: ssl.SSLContext, seconds: float, opening: threading.Lock
    ) -> None:
        self._server, self._tls, self._seconds = server, tls, seconds
        self._opening = opening
        self._connection: Connection | None = None

    @property
    def is_open(self) -> bool:
        return self._connection is not None

    def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.command("QUIT")
        self._hang_up()

    def deliver(self, group: Group) -> None:
        """Until nothing is left to take, or the server cannot be kept talking."""
        losses = 0
        while losses < _LOSSES and group.has_work and (connection := self._connected(group)):
            losses = 0 if self._pour(connection, group) else losses + 1

    def _pour(self, connection: Connection, group: Group) -> bool:
        """Whether anything was answered."""
        pipeline = Pipeline(connection, group)
        try:
            pipeline.run()
        except OSError as error:
            self._hang_up()
            group.give_back(pipeline.in_hand, _reason(error))
        except BaseException:
            self._hang_up()
            raise
        return pipeline.answered > 0

    def _connected(self, group: Group) -> Connection | None:
        if self._connection is not None and not self._connection.is_alive():
            self._hang_up()
        if self._connection is None:
            with self._opening:
                self._open(group)
        else:
            self._connection.until = group.until
        return self._connection

    def _open(self, group: Group) -> None:
        if group.is_closed or not group.has_work:
            return
        try:
            self._connection = open_connection(
                self._server, self._tls, seconds=self._seconds, until=group.until
            )
        except Barred as barred:
            group.close(str(barred), OUR_OWN_FAULT)
        except OSError as error:
            group.close(_reason(error), NOT_LOOKED_AT)

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
