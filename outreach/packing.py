"""Files in a zip that comes out the same, octet for octet, on whatever machine it is packed."""

from datetime import datetime
from zipfile import ZipInfo

_UNIX = 3  # said in the zip whatever the machine
_READABLE = 0o644 << 16


def entry(name: str, at: datetime) -> ZipInfo:
    """``at`` in the zone in which it is to be read: a zip knows none."""
    made = ZipInfo(name, at.timetuple()[:6])
    made.create_system, made.external_attr = _UNIX, _READABLE
    return made
