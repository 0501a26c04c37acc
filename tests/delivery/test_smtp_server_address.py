"""What the address of a mail server says."""

import pytest

from outreach.delivery.carriers.smtp.server import MailServer
from outreach.errors import Misconfigured


@pytest.mark.parametrize(
    ("url", "port", "security"),
    [
        ("smtp://mail.example.org", 587, "starttls"),
        ("smtp://mail.example.org:25", 25, "starttls"),
        ("smtp://mail.example.org?starttls=no", 587, "none"),
        ("smtps://mail.example.org", 465, "tls"),
        ("smtp://127.0.0.1:1025", 1025, "none"),
        ("smtp://[::1]:1025", 1025, "none"),
        ("smtp://localhost:1025?starttls=yes", 1025, "starttls"),
    ],
)
def test_a_connection_is_encrypted_unless_the_address_says_no(
    url: str, port: int, security: str
) -> None:
    server = MailServer.parse(url)
    assert (server.port, server.security) == (port, security)


@pytest.mark.parametrize(
    ("url", "connections"),
    [
        ("smtp://mail.example.org", 4),
        ("smtp://mail.example.org?connections=1", 1),
        ("smtps://mail.example.org?starttls=no&connections=20", 20),
    ],
)
def test_the_address_says_how_many_connections_to_open(url: str, connections: int) -> None:
    assert MailServer.parse(url).connections == connections


def test_a_name_and_a_password_may_hold_any_character() -> None:
    server = MailServer.parse("smtp://me%40example.org:p%3Aw%2Fd%40@mail.example.org")
    assert (server.user, server.password) == ("me@example.org", "p:w/d@")


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "http://mail.example.org",
        "smtp://",
        "smtp://mail.example.org:smtp",
        "smtp://me:secret@mail.example.org?starttls=maybe",
        "smtp://me:secret@mail.example.org?tls=1",
        "smtp://me:secret@mail.example.org?connections=0",
        "smtp://me:secret@mail.example.org?connections=21",
        "smtp://me:secret@mail.example.org?connections=four",
        "smtps://me:secret@mail.example.org?starttls=maybe",
        "smtp://me:secret@mail..example.org",
    ],
)
def test_an_address_of_another_shape_is_refused_with_the_right_one(url: str) -> None:
    with pytest.raises(Misconfigured, match="should look like smtp://") as refusal:
        MailServer.parse(url)
    assert "secret" not in str(refusal.value)


def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(MailServer.parse("smtp://me:secret@mail.example.org"))
