"""Time zones as organizers write them."""

from collections.abc import Mapping
from functools import cache
from zoneinfo import available_timezones

from outreach.errors import InvalidInput
from outreach.texts import gettext as _


def read_time_zone(text: str) -> str:
    """The IANA name; case and spaces are forgiven. Raises InvalidInput."""
    if not text:
        return ""
    found = find_time_zone(text)
    if found is None:
        raise InvalidInput(_("is no time zone; write it as Europe/Zurich or Asia/Tokyo"))
    return found


def find_time_zone(text: str) -> str | None:
    return zones().get(text.casefold().replace(" ", "_"))


@cache
def zones() -> Mapping[str, str]:
    """The zones of places, and UTC, by their names in lower case.

    Left out are abbreviations ("EST" knows no summer) and Etc/ zones, whose signs are inverted.
    """
    places = {name for name in available_timezones() if "/" in name and not name.startswith("Etc/")}
    return {name.casefold(): name for name in (*places, "UTC")}
