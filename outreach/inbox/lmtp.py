"""Takes mail over LMTP (RFC 2033) from a mail server in front, which keeps what we do not take.

A mail is answered for once it is committed. Nothing is ever sent back from here.
"""

import asyncio
import logging
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from outreach.db import Clock, Database
from outreach.errors import Misconfigured
from outreach.inbox import receiving
from outreach.inbox.doors import LARGEST_MAIL, Listen

_log = logging.getLogger(__name__)

PATIENCE = 300.0  # seconds from one command to the next
MOST_CONNECTIONS = 50

_KEPT = "250 2.0.0 Kept"
_LATER = "451 4.3.0 It cannot be kept just now; try again later"
_BUSY = b"421 4.3.2 Too many connections at once; try again later\r\n"
# The local part may be quoted, with a > in it; what follows are parameters.
_PATH = re.compile(r'\s*<((?:"(?:\\.|[^"\\])*"|[^">])*)>\s*(.*)', re.DOTALL)


@contextmanager
def listening(
    database: Database,
    listen: str,
    clock: Clock,
    *,
    patience: float = PATIENCE,
    most_connections: int = MOST_CONNECTIONS,
) -> Iterator[None]:
    """Mail is taken at ``listen`` (see doors.Listen) in a thread until the block ends.

    Raises Misconfigured where one cannot listen.
    """
    # The library's log names senders and recipients.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    where, loop = Listen.parse(listen), asyncio.new_event_loop()
    door = _Door(_Keeper(database, clock), loop, patience, most_connections)
    try:
        loop.run_until_complete(door.open(where))
        with _running(loop):
            yield
    finally:
        loop.run_until_complete(door.close())
        loop.close()


@contextmanager
def _running(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    thread = threading.Thread(target=loop.run_forever, name="lmtp")
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


class _Keeper:
    """What the library calls once a mail is there, and when something goes wrong."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        return await asyncio.to_thread(self._keep, envelope)

    async def handle_exception(self, error: Exception) -> str:
        _log.error("an LMTP command could not be answered: %s", type(error).__name__)
        return _LATER

    def _keep(self, envelope: Envelope) -> str:
        recipients = map(_readable, envelope.rcpt_tos)
        try:
            with self._database.transaction() as session:
                receiving.store(
                    session, _final(envelope), door="lmtp", recipients=recipients, now=self._clock()
                )
        except Exception as error:  # whatever it is: the server in front still has the mail
            _log.error("a mail could not be kept and will come again: %s", type(error).__name__)
            return _LATER
        return _KEPT


def _final(envelope: Envelope) -> bytes:
    """With the sender's address on top, as whoever delivers last writes it (RFC 5321, 4.4)."""
    content = envelope.original_content or b""
    if content[:12].lower() == b"return-path:":
        return content
    sender = (envelope.mail_from or "").replace("\r", " ").removeprefix("<").removesuffix(">")
    return f"Return-Path: <{sender}>\r\n".encode(errors="surrogateescape") + content


def _readable(address: str) -> str:
    """Bytes that were no UTF-8 cannot be stored as text."""
    return address.encode(errors="replace").decode()


class _Door:
    """Opens, counts the conversations, and shuts."""

    def __init__(
        self, keeper: _Keeper, loop: asyncio.AbstractEventLoop, patience: float, most: int
    ) -> None:
        self._keeper, self._loop, self._patience, self._most = keeper, loop, patience, most
        self._server: asyncio.Server | None = None
        self.conversations: set[_Conversation] = set()

    async def open(self, where: Listen) -> None:
        try:
            if where.path:
                self._server = await self._loop.create_unix_server(self._answer, where.path)
                Path(where.path).chmod(0o666)  # who may enter its folder may hand in mail
            else:
                self._server = await self._loop.create_server(self._answer, where.host, where.port)
        except OSError as error:
            why = os.strerror(error.errno or 0)
            raise Misconfigured(
                f"Mail cannot be taken by LMTP at {where} ({why}). Another worker may "
                "do so already; otherwise change OUTREACH_LMTP_LISTEN."
            ) from None

    async def close(self) -> None:
        """A mail in hand is kept and answered for first."""
        if self._server:
            self._server.close()
        await self._loop.shutdown_default_executor()
        await asyncio.sleep(0)  # for the answers
        for conversation in list(self.conversations):
            conversation.hang_up()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    def _answer(self) -> asyncio.BaseProtocol:
        if len(self.conversations) >= self._most:
            return _Busy()
        return _Conversation(self, self._keeper, self._loop, self._patience)


class _Busy(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(_BUSY)
        transport.close()


class _Conversation(LMTP):
    line_length_limit = 2 * LARGEST_MAIL  # a mail of one endless line is kept like any other

    def __init__(
        self, door: _Door, keeper: _Keeper, loop: asyncio.AbstractEventLoop, patience: float
    ) -> None:
        super().__init__(
            keeper,
            data_size_limit=LARGEST_MAIL,
            enable_SMTPUTF8=True,
            hostname="outreach",
            ident="LMTP",
            timeout=patience,
            loop=loop,
        )
        self._door = door
        self._answers = 1
        self._heard = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._door.conversations.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._door.conversations.discard(self)
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Who goes on and on although the mail is too large is cut off."""
        self._heard += len(data)
        if self._heard > self.line_length_limit:
            self.hang_up()
        else:
            super().data_received(data)

    def hang_up(self) -> None:
        if self.transport:
            self.transport.close()

    async def push(self, status: Any) -> None:
        """After a mail's data there is an answer for each recipient; the library gives one."""
        said, self._answers, self._heard = [status] * self._answers, 1, 0
        if status.startswith("354") and self.envelope:
            self._answers = len(self.envelope.rcpt_tos)
        await super().push("\r\n".join(said))

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """The library's own refuses addresses that the server in front has taken."""
        found = _PATH.fullmatch(arg)
        if found is None:
            return None, None
        return found[1] or "<>", found[2]
