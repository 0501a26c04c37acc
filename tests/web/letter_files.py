"""A small folder of templates: one letter in two languages, and what goes with any letter."""

import shutil
from pathlib import Path

from outreach.config import shipped

ENGLISH = """\
+++
subject = "Whales"
reviewed_by = "A fluent reader"
signatories = ["One\\nof us", "Another"]
+++

{{ salutation }}

Please protect the whales.
"""
FRENCH = ENGLISH.replace("A fluent reader", "").replace("Please protect", "Veuillez protéger")


def write_templates(folder: Path) -> Path:
    letter = folder / "letters" / "whales"
    letter.mkdir(parents=True)
    (letter / "letter.en.md").write_text(ENGLISH, "utf-8")
    (letter / "letter.fr.md").write_text(FRENCH, "utf-8")
    (folder / "notices").mkdir()
    for language in ("en", "fr", "ar"):
        footer = "Sent by {{ sender.name }}. [Stop]({{ unsubscribe_url }})"
        (folder / "notices" / f"footer.{language}.md").write_text(footer, "utf-8")
    shutil.copy(shipped("templates") / "forms_of_address.toml", folder)
    return folder
