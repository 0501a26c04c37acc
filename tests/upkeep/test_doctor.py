"""Doctor: what is seen at once, and servers that are asked with a limit."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from outreach.config import Settings
from outreach.upkeep import doctor
from outreach.upkeep.doctor import Finding
from outreach.wiring import Outreach, build
from tests.delivery.smtp_server import SmtpServer

TOO_SLOW = "The mailbox has not answered within 0 seconds."


@pytest.fixture
def outreach(tmp_path: Path) -> Iterator[Outreach]:
    made = build(Settings(_env_file=None, var_dir=tmp_path))
    yield made
    made.close()


def sends_by(outreach: Outreach, server: SmtpServer) -> Outreach:
    changed = {"carrier": "smtp", "smtp_url": server.url}
    return replace(outreach, settings=outreach.settings.model_copy(update=changed))


def test_nothing_is_asked_where_no_server_is_set(outreach: Outreach) -> None:
    assert doctor.ask_servers(outreach) == []


def test_the_mail_server_is_asked_whether_it_lets_us_in(outreach: Outreach) -> None:
    with SmtpServer() as server:
        [found] = doctor.ask_servers(sends_by(outreach, server))
        assert (found.verdict, server.accepted) == ("fine", [])
        server.say("EHLO", "554 5.7.1 not you")
        server.say("HELO", "554 5.7.1 not you")
        [found] = doctor.ask_servers(sends_by(outreach, server))
        assert found.verdict == "wrong"
        assert "does not let us in: 554 5.7.1 not you" in found.what
    [found] = doctor.ask_servers(sends_by(outreach, server))
    assert "127.0.0.1 cannot be reached" in found.what


def test_a_server_that_is_slow_is_not_waited_for(
    outreach: Outreach, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_outreach: Outreach, _patience: float) -> Iterator[Finding]:
        time.sleep(0.2)
        yield Finding("fine", "at last")

    monkeypatch.setattr(doctor, "SERVERS", {"mailbox": slow})
    begun = time.monotonic()
    [found] = doctor.ask_servers(outreach, seconds=0.01)
    assert (found.verdict, found.what) == ("wrong", TOO_SLOW)
    assert time.monotonic() - begun < 0.2


def test_a_key_that_is_gone_is_wrong(outreach: Outreach) -> None:
    assert not any("is gone" in each.what for each in doctor.look_here(outreach))
    (outreach.settings.var_dir / "secret.key").unlink()
    [gone] = [each for each in doctor.look_here(outreach) if "is gone" in each.what]
    assert gone.verdict == "wrong"
