"""Who seems to load an image or follow a link: a person, a machine, or nobody can tell."""

import re
from datetime import timedelta
from functools import lru_cache

from outreach.tracking.tables import Agent

# Apple Mail fetches every image through Apple's relays, whether or not anybody reads the mail,
# and gives this and nothing more as its name.
_APPLE_PREFETCH = "Mozilla/5.0"

# Programs that say they are no person's: crawlers, libraries, and gateways that check mail.
_MACHINES = re.compile(
    r"bot\b|bot/|crawl|spider|scan|headless|phantomjs|monitor|preview|validator"
    r"|curl|wget|python|urllib|aiohttp|okhttp|libwww|java/|go-http|node-fetch|axios|ruby|perl"
    r"|barracuda|proofpoint|mimecast|trendmicro|symantec|messagelabs|forcepoint|ironport"
    r"|fireeye|sophos|bitdefender|safelinks|zscaler",
    re.IGNORECASE,
)

# Providers that fetch on behalf of somebody, usually at the moment of reading and sometimes ahead.
_PROXIES = re.compile(r"GoogleImageProxy|YahooMailProxy|YahooCacheSystem|via ggpht", re.IGNORECASE)

_PEOPLE = re.compile(
    r"Thunderbird|Outlook|MSOffice|ms-office|Microsoft Office|Evolution|KMail|Lotus-Notes"
    r"|(Chrome|CriOS|Firefox|FxiOS|Version|Edg|OPR|Mobile|Trident)/[\d.]+|AppleWebKit",
    re.IGNORECASE,
)

# Nobody opens, decides to load images and is done within this; gateways are.
_TOO_SOON = timedelta(seconds=10)


def classify(user_agent: str, *, since_sent: timedelta | None) -> Agent:
    """``since_sent`` is None where the moment of sending is not known."""
    agent = _seems(user_agent.strip())
    if agent is Agent.person and since_sent is not None and since_sent < _TOO_SOON:
        return Agent.unknown  # a gateway may call itself a browser
    return agent


@lru_cache(maxsize=1024)
def _seems(name: str) -> Agent:
    """By its name alone; few names make up most of the loads."""
    if name == _APPLE_PREFETCH or _MACHINES.search(name):
        return Agent.machine
    if _PROXIES.search(name) or not _PEOPLE.search(name):
        return Agent.unknown
    return Agent.person
