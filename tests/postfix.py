"""A Postfix of its own for one test run: its files in one folder, its doors on loopback."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from tests.ports import free_port

_DAEMONS = Path("/usr/lib/postfix/sbin")

# name, type, private, unprivileged, chroot, wakeup, most processes, command
_SERVICES = """
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

_SETTINGS = {
    "compatibility_level": "3.6",
    "myhostname": "mail.example.org",
    "inet_interfaces": "127.0.0.1",
    "inet_protocols": "ipv4",
    "mydestination": "",
    "local_transport": "error:nobody lives here",
    "default_transport": "discard:nothing leaves this machine",
    "alias_maps": "",
    "smtputf8_enable": "yes",
    "smtpd_peername_lookup": "no",
    "smtpd_relay_restrictions": "permit_sasl_authenticated, reject_unauth_destination",
    "notify_classes": "",
    "in_flow_delay": "0",
}


def postfix_is_here() -> bool:
    """Installed, and startable: it needs to be root to begin with."""
    return os.geteuid() == 0 and (_DAEMONS / "master").exists()


class Postfix:
    """Starts on entering, stops on leaving; ``settings`` are lines of main.cf.

    Takes mail at ``port``, under TLS from the start at ``tls_port``, and at ``strict_port``
    only once encrypted. Other users must be able to enter ``folder``.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self.port, self.tls_port, self.strict_port = (free_port() for _ in range(3))
        self._settings = settings

    def __enter__(self) -> "Postfix":
        for part in ("etc", "queue", "data"):
            (self.folder / part).mkdir()
        shutil.chown(self.folder / "data", "postfix")
        self._write("main.cf", self._main())
        self._write("master.cf", _SERVICES + self._doors())
        self._postfix("start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._postfix("stop")

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def try_again(self) -> None:
        """What waits for another try need not wait any longer."""
        self._postfix("flush")

    def _main(self) -> str:
        folders = {
            "queue_directory": f"{self.folder}/queue",
            "data_directory": f"{self.folder}/data",
            "maillog_file": f"{self.folder}/log",
            "maillog_file_prefixes": f"{self.folder}",
        }
        lines = {**_SETTINGS, **folders, **self._settings}
        return "".join(f"{name} = {value}\n" for name, value in lines.items())

    def _doors(self) -> str:
        return (
            f"127.0.0.1:{self.port} inet n - n - - smtpd\n"
            f"127.0.0.1:{self.tls_port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\n"
            f"127.0.0.1:{self.strict_port} inet n - n - - smtpd"
            " -o smtpd_tls_security_level=encrypt\n"
        )

    def _write(self, name: str, content: str) -> None:
        (self.folder / "etc" / name).write_text(content)

    def _postfix(self, command: str) -> None:
        # Not a pipe: the daemons keep what they were started with, and a pipe would never end.
        with (self.folder / "said").open("ab") as said:
            subprocess.run(
                ["postfix", "-c", self.folder / "etc", command],
                check=True,
                stdout=said,
                stderr=said,
                cwd=self.folder,
            )
