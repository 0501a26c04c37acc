"""SMTP: mails handed to a mail server over several connections at once (RFC 5321)."""

import ssl
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache

from outreach.delivery.carriers import Outcome
from outreach.delivery.carriers.smtp.group import Group
from outreach.delivery.carriers.smtp.lane import Lane
from outreach.delivery.carriers.smtp.server import MailServer
from outreach.delivery.composing import Outgoing

# A server that had no room for one more connection is not asked again for so long.
_REST = 60.0
# Reading the system's authorities takes as long as a hundred mails.
_system_tls = cache(ssl.create_default_context)


class Smtp:
    """One server; see MailServer.parse for its address. ``timeout`` is for one command."""

    name = "smtp"
    group_size = 32

    def __init__(
        self, url: str, *, timeout: float = 30.0, tls: ssl.SSLContext | None = None
    ) -> None:
        self._server = MailServer.parse(url)
        tls, opening = tls or _system_tls(), threading.Lock()
        self._lanes = [
            Lane(self._server, tls, timeout, opening) for _ in range(self._server.connections)
        ]
        self._threads: ThreadPoolExecutor | None = None
        self._enough_until = 0.0

    def send(self, group: Sequence[Outgoing]) -> list[Outcome]:
        work = Group(self._server.host, group)
        lanes = self._lanes_for(len(group))
        while lanes and work.has_work:
            self._run(lanes, work)
            # What one gave back when the others were through is for those that still stand.
            lanes = [lane for lane in lanes if lane.is_open]
        if work.is_closed:
            self._enough_until = time.monotonic() + _REST
        return work.outcomes()

    def close(self) -> None:
        for lane in self._lanes:
            lane.close()
        if self._threads is not None:
            self._threads.shutdown()
        self._threads = None

    def _lanes_for(self, mails: int) -> list[Lane]:
        lanes = sorted(self._lanes, key=lambda lane: not lane.is_open)
        standing = sum(lane.is_open for lane in lanes)
        enough = standing and time.monotonic() < self._enough_until
        return lanes[: min(mails, standing) if enough else mails]

    def _run(self, lanes: Sequence[Lane], work: Group) -> None:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(len(self._lanes), "smtp")
        first, *others = lanes
        running = [self._threads.submit(lane.deliver, work) for lane in others]
        try:
            first.deliver(work)
        finally:
            wait(running)
        for each in running:
            each.result()
