"""Settings: what is wrong is named, with what it should look like."""

from pathlib import Path

import pytest

from outreach.config import Settings, load_settings
from outreach.errors import Misconfigured


@pytest.fixture(autouse=True)
def in_an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_nothing_has_to_be_set() -> None:
    settings = load_settings()
    assert settings.carrier == "outbox"
    assert settings.database == "sqlite:///var/outreach.db"
    assert (settings.templates / "letters").is_dir()
    assert (settings.schedules / "wipo-russia-office.toml").is_file()


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("PUBLIC_URL", "outreach.example.org", "is not a web address. It looks like this: https:"),
        ("REPORT_PDF", "perhaps", "It looks like this: true, or false"),
        ("TIMEZONE", "Geneva", "is not a time zone. It looks like this: an IANA name"),
        ("REPLY_ADDRESS", "inbox", "is not an address"),
        ("REPLY_ADDRESS", "a" * 40 + "@example.org", "at most 31 characters"),
        ("REPLY_ADDRESS", "a@b.example\nBcc: c@example.org", "is not an address"),
        ("PUBLIC_URL", "https://x y/<script>", "is not a web address"),
        ("SECRET_KEY", "short", "is too short"),
        ("KEEP_RAW_MAIL_DAYS", "a year", "It looks like this: 365, or 0"),
        ("KEEP_RAW_MAIL_DAYS", "-1", "greater than or equal to 0"),
        ("KEEP_THREADS_DAYS", "1000000", "less than or equal to 36500"),
        ("SENDGRID_EVENTS_KEY", "junk", "is not a public key"),
        ("DATABASE_URL", "junk", "is not the address of a SQLite or Postgres database"),
        ("TEMPLATES_DIR", "/nowhere", "does not exist"),
        ("SCHEDULES_DIR", "/etc/hostname", "is no folder"),
        ("IMAP_URL", "imap.example.org", "is not the address of an IMAP server"),
        ("LMTP_LISTEN", "0.0.0.0:24", "is open to the world"),
        ("CARRIER", "pigeon", "It looks like this: outbox, smtp or sendgrid"),
    ],
)
def test_a_wrong_value_is_named_with_an_example(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, complaint: str
) -> None:
    monkeypatch.setenv(f"OUTREACH_{name}", value)
    with pytest.raises(Misconfigured) as caught:
        load_settings()
    assert f"OUTREACH_{name} " in str(caught.value)
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("carrier", "needs"), [("smtp", "SMTP_URL"), ("sendgrid", "SENDGRID_API_KEY")]
)
def test_a_carrier_without_what_it_needs_is_named(
    monkeypatch: pytest.MonkeyPatch, carrier: str, needs: str
) -> None:
    monkeypatch.setenv("OUTREACH_CARRIER", carrier)
    with pytest.raises(Misconfigured, match=f"OUTREACH_{needs} is missing"):
        load_settings()


def test_all_faults_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_TIMEZONE", "Geneva")
    monkeypatch.setenv("OUTREACH_PUBLIC_URL", "nonsense")
    with pytest.raises(Misconfigured) as caught:
        load_settings()
    assert len(str(caught.value).splitlines()) == 2


def test_a_fault_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "hush")
    monkeypatch.setenv("OUTREACH_IMAP_URL", "imaps://user:hu/hush@imap.example.org")
    with pytest.raises(Misconfigured) as caught:
        load_settings()
    assert "hush" not in str(caught.value)


def test_a_dot_env_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OUTREACH_TIMEZONE=Africa/Nairobi\n")
    assert load_settings().timezone == "Africa/Nairobi"


def test_the_organizers_own_letters_come_before_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    assert load_settings().templates == tmp_path / "templates"


def test_values_beat_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_CARRIER", "smtp")
    monkeypatch.setenv("OUTREACH_SMTP_URL", "smtp://127.0.0.1")
    assert isinstance(load_settings(carrier="outbox"), Settings)
    assert load_settings(carrier="outbox").carrier == "outbox"
