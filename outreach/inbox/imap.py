"""A mailbox over IMAP (RFC 3501) that is only looked at: nothing is changed or marked as read."""

import re
import ssl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from imaplib import IMAP4
from typing import Any, Literal, TypeVar

from imap_tools.errors import (
    ImapToolsError,
    MailboxFetchError,
    MailboxFolderSelectError,
    MailboxLoginError,
)
from imap_tools.mailbox import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.utils import check_command_status

from outreach.errors import Misconfigured, OutreachError
from outreach.inbox.doors import ImapServer
from outreach.texts import gettext as _

PATIENCE = 30.0  # seconds for each answer
_MOST_FOLDERS_SHOWN = 30
_UID = re.compile(rb"\bUID (\d+)")
_EMPTY = re.compile(rb'\bBODY\[(?:HEADER)?\] ""')
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
# Codes of a refusal (RFC 5530) that has nothing to do with who signs in.
_NOT_NOW = re.compile(r"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\]")

T = TypeVar("T")
_Answer = tuple[bytes, bytes | None]  # a line, and the literal in it


class Account:
    """Somebody's folders, after signing in; the methods about mails speak of the open folder."""

    def __init__(self, box: BaseMailBox) -> None:
        self._box = box

    def folders(self) -> list[str]:
        return [each.name for each in self._box.folder.list()]

    def open(self, folder: str) -> int:
        """Read-only (EXAMINE). The folder's UIDVALIDITY: if it changes, so have all UIDs."""
        try:
            self._box.folder.set(folder, readonly=True)
        except MailboxFolderSelectError:
            known = ", ".join(self.folders()[:_MOST_FOLDERS_SHOWN])
            raise Misconfigured(
                _(
                    "The IMAP server does not open the folder %(folder)s. There are: %(known)s. "
                    "Name one of them at the end of OUTREACH_IMAP_URL.",
                    folder=folder,
                    known=known,
                )
            ) from None
        [validity] = self._box.client.response("UIDVALIDITY")[1]
        return int(validity or 0)

    def uids_after(self, uid: int) -> list[int]:
        # "n:*" means the last mail too when its UID is below n.
        found = map(int, self._box.uids(f"UID {uid + 1}:*", charset=None))
        return sorted(each for each in found if each > uid)

    def sizes(self, uids: Iterable[int]) -> dict[int, int]:
        """In bytes, by UID; without those of mails that have been deleted meanwhile."""
        answers = self._fetch(uids, "RFC822.SIZE")
        sizes = _by_uid((line, _number(_SIZE, line)) for line, _ in answers)
        return dict(sorted(sizes.items()))

    def mails(self, uids: Sequence[int], part: Literal["", "HEADER"] = "") -> dict[int, bytes]:
        """Whole mails or their headers by UID, without those that the server does not hand over."""
        try:
            return _by_uid(self._fetch(uids, f"BODY.PEEK[{part}]"))
        except MailboxFetchError:  # one that was deleted meanwhile may spoil the others
            if len(uids) == 1:
                return {}
            return {uid: mail for each in uids for uid, mail in self.mails([each], part).items()}

    def is_there(self, uid: int) -> bool:
        self._box.client.noop()  # hears of what others have deleted
        return str(uid) in self._box.uids(f"UID {uid}", charset=None)

    def _fetch(self, uids: Iterable[int], item: str) -> Iterator[_Answer]:
        wanted = ",".join(map(str, uids))
        answer = self._box.client.uid("FETCH", wanted, f"(UID {item})")
        check_command_status(answer, MailboxFetchError)
        return _answers(answer[1])


@contextmanager
def signed_in(
    server: ImapServer, *, tls: ssl.SSLContext | None = None, patience: float = PATIENCE
) -> Iterator[Account]:
    """What goes wrong with the server, also later on, is raised in plain words."""
    with _in_plain_words(server), _connected(server, tls, patience) as box:
        _sign_in(box, server)
        yield Account(box)


@contextmanager
def _connected(
    server: ImapServer, tls: ssl.SSLContext | None, patience: float
) -> Iterator[BaseMailBox]:
    tls = tls or ssl.create_default_context()
    box: BaseMailBox
    if server.tls:
        box = MailBox(server.host, server.port, timeout=patience, ssl_context=tls)
    else:
        box = MailBoxUnencrypted(server.host, server.port, timeout=patience)
    try:
        if not (server.tls or server.is_this_machine):
            _encrypt(box, server, tls)
        yield box
        with suppress(IMAP4.error, OSError):
            box.client.logout()
    finally:
        with suppress(OSError):
            box.client.shutdown()


def _encrypt(box: BaseMailBox, server: ImapServer, tls: ssl.SSLContext) -> None:
    if "STARTTLS" not in box.client.capabilities:
        raise Misconfigured(
            _(
                "The IMAP server %(host)s offers no STARTTLS, and a password is not sent in the "
                "clear. If it offers TLS from the start, begin OUTREACH_IMAP_URL with "
                "imaps://.",
                host=server.host,
            )
        )
    box.client.starttls(tls)


def _sign_in(box: BaseMailBox, server: ImapServer) -> None:
    """By AUTHENTICATE PLAIN, for LOGIN takes ASCII only."""
    able = "AUTH=PLAIN" in box.client.capabilities
    try:
        (box.login_utf8 if able else box.login)(server.user, server.password, initial_folder=None)
    except IMAP4.abort:
        raise
    except (IMAP4.error, MailboxLoginError, UnicodeEncodeError) as error:
        if _NOT_NOW.search(str(error)):
            raise OutreachError(
                _(
                    "The IMAP server %(host)s signs nobody in just now; try again later.",
                    host=server.host,
                )
            ) from None
        raise Misconfigured(
            _(
                "The IMAP server %(host)s does not accept the user and password in "
                "OUTREACH_IMAP_URL. Check both (special characters percent-encoded); some "
                "providers want IMAP switched on, and a password made for programs.",
                host=server.host,
            )
        ) from None


@contextmanager
def _in_plain_words(server: ImapServer) -> Iterator[None]:
    """A server's own words are left out: they may name the user."""
    at = {"host": server.host, "port": server.port}
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise Misconfigured(
            _(
                "The IMAP server %(host)s, port %(port)s, shows a certificate that is not valid "
                "(%(why)s). Check the host in OUTREACH_IMAP_URL: it must be the name in the "
                "certificate.",
                why=error.verify_message,
                **at,
            )
        ) from None
    except ssl.SSLError as error:
        raise Misconfigured(
            _(
                "The IMAP server %(host)s, port %(port)s, does not speak TLS as expected "
                "(%(why)s). In OUTREACH_IMAP_URL, imaps:// is for TLS from the start (port 993), "
                "imap:// for STARTTLS (port 143).",
                why=error.reason,
                **at,
            )
        ) from None
    except TimeoutError:
        raise OutreachError(
            _(
                "The IMAP server %(host)s, port %(port)s, does not answer in time. "
                "Check the host and port.",
                **at,
            )
        ) from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise OutreachError(
            _(
                "The IMAP server %(host)s, port %(port)s, cannot be reached (%(why)s). "
                "Check the host and port in OUTREACH_IMAP_URL.",
                why=why,
                **at,
            )
        ) from None
    except IMAP4.abort:
        raise OutreachError(
            _(
                "The IMAP server %(host)s, port %(port)s, broke off the connection; "
                "try again later.",
                **at,
            )
        ) from None
    except (IMAP4.error, ImapToolsError):
        raise OutreachError(
            _(
                "The IMAP server %(host)s, port %(port)s, refuses what reading mail needs. "
                "Check that it is an IMAP server.",
                **at,
            )
        ) from None


def _answers(parts: Iterable[Any]) -> Iterator[_Answer]:
    """imaplib gives lines, or a pair of a line and its literal and then the rest of the line.

    Another program's change of a flag may stand among them.
    """
    line, literal = b"", None
    for part in filter(None, parts):
        if isinstance(part, bytes) and not part[:1].isdigit():
            line += part
            continue
        yield line, literal
        empty = b"" if isinstance(part, bytes) and _EMPTY.search(part) else None
        line, literal = part if isinstance(part, tuple) else (part, empty)
    yield line, literal


def _by_uid(answers: Iterable[tuple[bytes, T | None]]) -> dict[int, T]:
    found = {_number(_UID, line): told for line, told in answers}
    return {uid: told for uid, told in found.items() if uid and told is not None}


def _number(pattern: re.Pattern[bytes], line: bytes) -> int | None:
    match = pattern.search(line)
    return int(match[1]) if match else None
