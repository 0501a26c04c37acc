"""Fetches new mail over IMAP: kept and remembered in one transaction, a small group at a time.

A kill between two groups loses nothing, and what is read twice after it is known by its digest.
"""

import logging
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from sqlmodel import Session, select

from outreach.db import Clock, Database, insert_once
from outreach.errors import OutreachError
from outreach.inbox import imap, receiving
from outreach.inbox.doors import LARGEST_MAIL, ImapServer
from outreach.inbox.tables import Mailbox, RawState

_log = logging.getLogger(__name__)

_GROUP_BYTES = 8 * 2**20
_GROUP_MAILS = 50
_ASKED_AT_ONCE = 200  # some servers take no line above 8 KB


_MOST_REFUSED = 10

_Taken = tuple[bytes, str | None]  # a mail, or its header and why there is no more of it


@dataclass
class Tally:
    """``fetched``: mails kept whole; ``headers_only``: too large to be."""

    fetched: int = 0
    headers_only: int = 0

    @property
    def total(self) -> int:
        return self.fetched + self.headers_only

    def count(self, taken: list[_Taken]) -> None:
        headers = sum(problem is not None for _, problem in taken)
        self.headers_only += headers
        self.fetched += len(taken) - headers


@dataclass
class _Folder:
    """A folder that is being read. ``mailbox`` is its name among those that are remembered.

    ``refused`` counts mails that are there and that the server does not hand over. What comes
    after them is kept, but they are not passed: next time all is asked for again.
    """

    account: imap.Account
    name: str
    mailbox: str
    database: Database
    clock: Clock
    largest: int
    tally: Tally
    stop: Callable[[], bool]
    refused: int = 0

    def refuse(self) -> None:
        self.refused += 1
        if self.refused == _MOST_REFUSED:  # then the server is ill and not a mail
            raise self.complaint()

    def complaint(self) -> OutreachError:
        return OutreachError(
            f"The IMAP server does not hand over a mail in {self.name}. It is asked again each "
            "time; if it stays so, move that mail out of the folder with a mail program."
        )


def fetch(
    database: Database,
    imap_url: str,
    clock: Clock,
    *,
    tls: ssl.SSLContext | None = None,
    patience: float = imap.PATIENCE,
    largest: int = LARGEST_MAIL,
    stop: Callable[[], bool] = lambda: False,
) -> Tally:
    """Keep what has come into the folders since last time; the mailbox itself stays as it is.

    Raises OutreachError in plain words, once the folders that can be read have been. ``stop``
    leaves the rest to the next time.
    """
    server, tally, complaints = ImapServer.parse(imap_url), Tally(), list[OutreachError]()
    with imap.signed_in(server, tls=tls, patience=patience) as account:
        for name in server.folders:
            mailbox = server.mailbox(name)
            folder = _Folder(account, name, mailbox, database, clock, largest, tally, stop)
            try:
                _read(folder)
            except OutreachError as error:
                complaints.append(error)
    if complaints:
        raise complaints[0]
    return tally


class Fetcher:
    """Fetches again and again. A trouble is told of once, not again while it stays the same."""

    def __init__(
        self, database: Database, imap_url: str, clock: Clock, stop: Callable[[], bool]
    ) -> None:
        self._once = partial(fetch, database, imap_url, clock, stop=stop)
        self._trouble = ""

    def fetch(self) -> None:
        trouble, tally = "", Tally()
        try:
            tally = self._once()
        except Exception as error:  # the words of others may hold personal data
            trouble = str(error) if isinstance(error, OutreachError) else type(error).__name__
        if tally.total:
            _log.info("mails fetched: %d", tally.total)
        if trouble and trouble != self._trouble:
            _log.error("fetching mail broke off: %s", trouble)
        elif self._trouble and not trouble:
            _log.info("fetching mail works again")
        self._trouble = trouble


def check(
    imap_url: str, *, tls: ssl.SSLContext | None = None, patience: float = imap.PATIENCE
) -> None:
    """Whether one can sign in and open the folders; raises what ``fetch`` would."""
    server = ImapServer.parse(imap_url)
    with imap.signed_in(server, tls=tls, patience=patience) as account:
        for name in server.folders:
            account.open(name)


def _read(folder: _Folder) -> None:
    validity = folder.account.open(folder.name)
    uids = folder.account.uids_after(_last_uid(folder, validity))
    for start in range(0, len(uids), _ASKED_AT_ONCE):
        sizes = folder.account.sizes(uids[start : start + _ASKED_AT_ONCE])
        for group in _groups(sizes):
            if folder.stop():
                return
            _keep(folder, _take(folder, group, sizes), group[-1])
    if folder.refused:
        raise folder.complaint()


def _groups(sizes: Mapping[int, int]) -> Iterator[list[int]]:
    """UIDs in their order; what is large stands by itself."""
    group: list[int] = []
    weight = 0
    for uid, size in sizes.items():
        if group and (weight + size > _GROUP_BYTES or len(group) == _GROUP_MAILS):
            yield group
            group, weight = [], 0
        group.append(uid)
        weight += size
    if group:
        yield group


def _take(folder: _Folder, group: list[int], sizes: Mapping[int, int]) -> list[_Taken]:
    small = [uid for uid in group if sizes[uid] <= folder.largest]
    large = [uid for uid in group if sizes[uid] > folder.largest]
    whole = folder.account.mails(small) if small else {}
    headers = folder.account.mails(large, "HEADER") if large else {}
    for uid in group:
        if uid not in whole and uid not in headers and folder.account.is_there(uid):
            folder.refuse()
    problem = f"It is larger than {folder.largest:,} bytes: only its header was fetched."
    return [(mail, None) for mail in whole.values()] + [
        (each, problem) for each in headers.values()
    ]


def _keep(folder: _Folder, taken: list[_Taken], last_uid: int) -> None:
    now = folder.clock()
    with folder.database.transaction() as session:
        for content, problem in taken:
            raw = receiving.store(session, content, door="imap", now=now)
            if problem and raw.state is RawState.new:
                raw.state, raw.problem = RawState.unreadable, problem
        if not folder.refused:
            _known(session, folder.mailbox).last_uid = last_uid
    folder.tally.count(taken)


def _last_uid(folder: _Folder, validity: int) -> int:
    """Up to where the folder was read under these UIDs; remembers that it is looked into now."""
    now = folder.clock()
    with folder.database.transaction() as session:
        insert_once(session, Mailbox(name=folder.mailbox, uid_validity=validity, fetched_at=now))
        known = _known(session, folder.mailbox)
        if known.uid_validity != validity:
            known.uid_validity, known.last_uid = validity, 0
        known.fetched_at = now
        return known.last_uid


def _known(session: Session, mailbox: str) -> Mailbox:
    return session.exec(select(Mailbox).where(Mailbox.name == mailbox)).one()
