"""The first steps in a new folder."""

import shutil
from pathlib import Path

from outreach.config import Settings


def copy_examples(settings: Settings, folder: Path) -> list[Path]:
    """Copy the shipped letters and schedules into ``folder``; what is there already stays."""
    made = []
    for source in (settings.templates, settings.schedules):
        target = folder / source.name
        if not target.exists():
            shutil.copytree(source, target)
            made.append(target)
    return made
