"""The mail servers of a journey: one Postfix for both sides, and Dovecot for the missions."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.dovecot import Dovecot, dovecot_is_here
from tests.postfix import Postfix, postfix_is_here

OUR_DOMAIN = "in.example.org"


@contextmanager
def mail_servers(addresses: Sequence[str], lmtp_port: int) -> Iterator[tuple[Postfix, Dovecot]]:
    """What comes for the addresses lands in mailboxes; ours is handed over at ``lmtp_port``."""
    if not postfix_is_here() or not dovecot_is_here():
        pytest.skip("Postfix or Dovecot is missing, or this is not root: apt-get install both")
    with tempfile.TemporaryDirectory(prefix="outreach-") as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)  # the servers serve under several users
        for part in ("dovecot", "postfix"):
            (folder / part).mkdir()
        with Dovecot(folder / "dovecot", dict.fromkeys(addresses, "a password")) as dovecot:
            settings = _settings(folder / "postfix", dovecot, addresses, lmtp_port)
            with Postfix(folder / "postfix", settings) as postfix:
                yield postfix, dovecot


def _settings(
    folder: Path, dovecot: Dovecot, addresses: Sequence[str], lmtp_port: int
) -> dict[str, str]:
    boxes, ways = folder / "mailboxes", folder / "ways"
    boxes.write_text("".join(f"{each} {each}/\n" for each in addresses) + f"@{OUR_DOMAIN} ours/\n")
    ways.write_text(f"{OUR_DOMAIN} lmtp:inet:127.0.0.1:{lmtp_port}\n")
    domains = {each.partition("@")[2] for each in addresses}
    return {
        "virtual_mailbox_domains": " ".join([OUR_DOMAIN, *sorted(domains)]),
        "virtual_mailbox_base": f"{dovecot.folder}/mail",
        "virtual_mailbox_maps": f"texthash:{boxes}",
        "transport_maps": f"texthash:{ways}",
        "virtual_uid_maps": "static:65534",
        "virtual_gid_maps": "static:65534",
    }
