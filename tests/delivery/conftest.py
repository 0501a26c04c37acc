"""Servers on loopback for the carriers, and a certificate that one may trust."""

import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.certificates import Authority
from tests.delivery.sendgrid_server import SendGridServer
from tests.delivery.smtp_server import SmtpServer
from tests.dovecot import Dovecot, dovecot_is_here
from tests.postfix import Postfix, postfix_is_here


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def sendgrid_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SendGridServer]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with SendGridServer() as server:
        yield server


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server_tls(authority: Authority) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.certificate("127.0.0.1"))
    return context


@pytest.fixture
def client_tls(authority: Authority) -> ssl.SSLContext:
    return authority.client_tls()


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A temporary folder that any user may enter: mail servers serve under several."""
    with tempfile.TemporaryDirectory(prefix="outreach-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def dovecot(open_folder: Path) -> Iterator[Dovecot]:
    """Keeps the mailbox of one user."""
    if not dovecot_is_here():
        pytest.skip("Dovecot is missing, or this is not root: apt-get install dovecot-imapd")
    folder = open_folder / "dovecot"
    folder.mkdir()
    with Dovecot(folder, {"organizer": "s p/cé"}) as running:
        yield running


@pytest.fixture(scope="session")
def postfix(open_folder: Path, authority: Authority, dovecot: Dovecot) -> Iterator[Postfix]:
    """Delivers what comes for two people at mission.example into Dovecot's one mailbox."""
    if not postfix_is_here():
        pytest.skip("Postfix is missing, or this is not root: apt-get install postfix")
    folder = open_folder / "postfix"
    folder.mkdir()
    boxes = folder / "mailboxes"
    boxes.write_text("person1@mission.example organizer/\nпосол@mission.example organizer/\n")
    settings = {
        "virtual_mailbox_domains": "mission.example",
        "virtual_mailbox_base": f"{dovecot.folder}/mail",
        "virtual_mailbox_maps": f"texthash:{boxes}",
        "virtual_uid_maps": "static:65534",
        "virtual_gid_maps": "static:65534",
        "message_size_limit": "1000000",
        "smtpd_tls_chain_files": f"{authority.certificate('127.0.0.1')}",
        "smtpd_tls_security_level": "may",
        "smtpd_sasl_auth_enable": "yes",
        "smtpd_sasl_type": "dovecot",
        "smtpd_sasl_path": f"inet:127.0.0.1:{dovecot.login_port}",
    }
    with Postfix(folder, settings) as running:
        yield running
