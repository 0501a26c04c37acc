"""The addresses of the doors: read as they are meant, and refused in words that help."""

import pytest

from outreach.errors import InvalidInput
from outreach.inbox.doors import ImapServer, Listen


def test_an_imap_address_names_a_mailbox_and_its_folders() -> None:
    server = ImapServer.parse(
        "imaps://j%C3%BCrg%40in.example:s%2F%40%3F@imap.example/INBOX,M%C3%BCll"
    )
    assert (server.host, server.port, server.tls) == ("imap.example", 993, True)
    assert (server.user, server.password) == ("jürg@in.example", "s/@?")
    assert server.folders == ("INBOX", "Müll")


def test_a_user_that_is_an_address_may_stand_as_it_is() -> None:
    server = ImapServer.parse("imap://inbox@in.example:secret@imap.example")
    assert (server.user, server.port, server.folders) == ("inbox@in.example", 143, ("INBOX",))
    assert server.mailbox("INBOX") == "inbox@in.example@imap.example/INBOX"


def test_a_comma_in_the_name_of_a_folder_is_written_percent_encoded() -> None:
    assert ImapServer.parse("imaps://a:b@c/x%2Cy,Sub/z").folders == ("x,y", "Sub/z")


def test_what_is_shown_of_a_server_has_no_password() -> None:
    assert "secret" not in repr(ImapServer.parse("imaps://a:secret@imap.example"))


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("mailbox", "is not the address of an IMAP server"),
        ("pop3://a:b@c", "is not the address of an IMAP server"),
        ("imaps://a:b@c:port/", "is not the address of an IMAP server"),
        ("imaps://imap.example/INBOX", "is not the address of an IMAP server"),
        ("imaps://user@imap.example/INBOX", "is not the address of an IMAP server"),
        ("imaps://user:se/cret@imap.example/INBOX", "not percent-encoded"),
        ("imaps://user:se#cret@imap.example/INBOX", "not percent-encoded"),
        ("imaps://user:secret@..example/INBOX", "names a server that cannot be"),
        ("imaps://user:secret@imap.example/a%0D%0Ab", "characters that cannot be in a name"),
    ],
)
def test_an_imap_address_that_cannot_be_used_is_refused(url: str, complaint: str) -> None:
    with pytest.raises(InvalidInput, match=complaint) as caught:
        ImapServer.parse(url)
    assert "cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("2424", "127.0.0.1:2424"),
        ("localhost:2424", "127.0.0.1:2424"),
        ("127.0.0.1:2424", "127.0.0.1:2424"),
        ("10.1.2.3:24", "10.1.2.3:24"),
        ("[::1]:2424", "[::1]:2424"),
        ("unix:/run/outreach/lmtp", "unix:/run/outreach/lmtp"),
    ],
)
def test_lmtp_is_heard_at_a_near_place(text: str, place: str) -> None:
    assert str(Listen.parse(text)) == place


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("0.0.0.0:2424", "open to the world"),
        ("8.8.8.8:2424", "open to the world"),
        ("[::]:2424", "open to the world"),
        ("mail.example.org:2424", "otherwise than by an IP address"),
        ("127.0.0.1", "is not a port"),
        ("127.0.0.1:70000", "is not a port"),
        ("unix:relative", "is not a port"),
    ],
)
def test_lmtp_is_not_opened_to_the_world(text: str, complaint: str) -> None:
    with pytest.raises(InvalidInput, match=complaint):
        Listen.parse(text)
