"""What the settings' page tells of."""

import itertools

from outreach.config import Settings
from outreach.web.desk.settings_told import GROUPS


def test_every_setting_has_its_place() -> None:
    told = list(itertools.chain.from_iterable(group.labels for group in GROUPS))
    assert sorted(told) == sorted(Settings.model_fields)
