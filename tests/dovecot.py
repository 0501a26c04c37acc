"""A Dovecot of its own for one test run: IMAP and the passwords, on loopback and in one folder."""

import imaplib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from tests.ports import free_port

OWNER = "nobody"  # whom the mailboxes belong to
_PATIENCE = 10.0


def dovecot_is_here() -> bool:
    """Installed, and startable: it needs to be root to begin with."""
    return os.geteuid() == 0 and shutil.which("dovecot") is not None


class Dovecot:
    """Starts on entering, stops on leaving; ``passwords`` are those of its users.

    With a ``certificate`` (and its key, in one file) it speaks TLS too, at ``tls_port`` from the
    start. A user's mail is the maildir ``mail/<user>`` in ``folder``, which other users must be
    able to enter. ``login_port`` is where Postfix asks for passwords.
    """

    def __init__(
        self, folder: Path, passwords: Mapping[str, str], certificate: Path | None = None
    ) -> None:
        self.folder, self.passwords, self._certificate = folder, passwords, certificate
        self.port, self.login_port, self.tls_port = (free_port() for _ in range(3))

    def __enter__(self) -> "Dovecot":
        for part in ("run", "state", "mail"):
            (self.folder / part).mkdir()
        shutil.chown(self.folder / "mail", OWNER)
        users = "".join(f"{user}:{{PLAIN}}{word}\n" for user, word in self.passwords.items())
        (self.folder / "users").write_text(users)
        (self.folder / "dovecot.conf").write_text(self._settings())
        self._process = subprocess.Popen(["dovecot", "-F", "-c", self.folder / "dovecot.conf"])
        self._wait_for(self.port)
        self._wait_for(self.login_port)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait()

    @contextmanager
    def mailbox(self, user: str) -> Iterator[imaplib.IMAP4]:
        signed_in = f"\0{user}\0{self.passwords[user]}".encode()
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=_PATIENCE) as imap:
            imap.authenticate("PLAIN", lambda challenge: signed_in)  # LOGIN takes ASCII only
            imap.select("INBOX")
            yield imap

    def message(self, user: str, message_id: str) -> bytes:
        """The one mail of that Message-ID in the user's inbox, as soon as it has come."""
        [message] = self.messages(user, message_id, 1)
        return message

    def messages(self, user: str, message_id: str, number: int) -> list[bytes]:
        """The mails with that in their Message-ID, as soon as so many, or more, have come."""
        by = time.monotonic() + _PATIENCE
        with self.mailbox(user) as imap:
            while time.monotonic() < by:
                imap.noop()
                _, [found] = imap.search(None, "HEADER", "Message-ID", f'"{message_id}"')
                if len(found.split()) >= number:
                    _, data = imap.fetch(found.decode().replace(" ", ","), "(BODY.PEEK[])")
                    return [bytes(part[1]) for part in data if isinstance(part, tuple)]
                time.sleep(0.02)
        raise AssertionError(f"too few mails {message_id} have come to {user}")

    def _wait_for(self, port: int) -> None:
        by = time.monotonic() + _PATIENCE
        while time.monotonic() < by:
            try:
                return socket.create_connection(("127.0.0.1", port), 1).close()
            except ConnectionRefusedError:
                time.sleep(0.02)
        raise AssertionError((self.folder / "log").read_text())

    def _tls(self) -> str:
        if self._certificate is None:
            return "ssl = no"
        return f"ssl = yes\nssl_cert = <{self._certificate}\nssl_key = <{self._certificate}"

    def _settings(self) -> str:
        return f"""
            base_dir = {self.folder}/run
            state_dir = {self.folder}/state
            log_path = {self.folder}/log
            protocols = imap
            listen = 127.0.0.1
            {self._tls()}
            disable_plaintext_auth = no
            auth_mechanisms = plain login cram-md5
            auth_failure_delay = 0
            service anvil {{
              unix_listener anvil-auth-penalty {{
                mode = 0
              }}
            }}
            mail_location = maildir:{self.folder}/mail/%u
            passdb {{
              driver = passwd-file
              args = {self.folder}/users
            }}
            userdb {{
              driver = static
              args = uid={OWNER} gid=nogroup home={self.folder}/mail/%u
            }}
            service imap-login {{
              inet_listener imap {{
                port = {self.port}
              }}
              inet_listener imaps {{
                port = {self.tls_port if self._certificate else 0}
              }}
            }}
            service auth {{
              inet_listener {{
                port = {self.login_port}
              }}
            }}
        """
