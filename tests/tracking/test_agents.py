"""Who seems to load an image."""

from datetime import timedelta

import pytest

from outreach.tracking.agents import classify
from outreach.tracking.tables import Agent

LATER = timedelta(hours=3)
SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.mark.parametrize(
    ("user_agent", "agent"),
    [
        (SAFARI, Agent.person),
        (FIREFOX, Agent.person),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/2010 Thunderbird/140.1", Agent.person),
        ("Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; ms-office)", Agent.person),
        ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17; Pro)", Agent.person),
        ("Mozilla/5.0", Agent.machine),
        ("Mozilla/5.0 (compatible; SomeBot/2.1; +http://bot.example)", Agent.machine),
        ("python-requests/2.32", Agent.machine),
        ("curl/8.5.0", Agent.machine),
        ("Mozilla/5.0 (X11) AppleWebKit/537.36 HeadlessChrome/120.0 Safari/537.36", Agent.machine),
        ("Barracuda Sentinel (EE)", Agent.machine),
        ("Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com "
         "GoogleImageProxy)", Agent.unknown),
        ("YahooMailProxy; https://help.yahoo.example", Agent.unknown),
        ("", Agent.unknown),
        ("something nobody knows", Agent.unknown),
    ],
)  # fmt: skip
def test_a_user_agent_tells_as_much_as_it_tells(user_agent: str, agent: Agent) -> None:
    assert classify(user_agent, since_sent=LATER) is agent
    assert classify(user_agent, since_sent=None) is agent


def test_nobody_reads_within_seconds_of_sending() -> None:
    assert classify(FIREFOX, since_sent=timedelta(seconds=4)) is Agent.unknown
    assert classify("curl/8.5.0", since_sent=timedelta(seconds=4)) is Agent.machine
