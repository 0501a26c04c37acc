"""Word files made for tests: what python-docx can write, and the notes and links that it cannot."""

from io import BytesIO
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

NOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"


class WordFile:
    def __init__(self) -> None:
        self.document = docx.Document()
        self._notes: list[str] = []

    def paragraph(self, *runs: Any, style: str | None = None) -> Any:
        """Each run a text, or a text and "b", "i" or "bi"; an element is put in as it is."""
        paragraph = self.document.add_paragraph(style=style)
        for run in runs:
            if isinstance(run, str | tuple):
                text, form = run if isinstance(run, tuple) else (run, "")
                made = paragraph.add_run(text)
                made.bold, made.italic = "b" in form or None, "i" in form or None
                made.font.superscript = "^" in form or None
            else:
                paragraph._p.append(run)
        return paragraph

    def note(self, xml: str) -> Any:
        """The mark of a new footnote, whose runs are given."""
        self._notes.append(xml)
        return parse_xml(
            f'<w:r {nsdecls("w")}><w:footnoteReference w:id="{len(self._notes)}"/></w:r>'
        )

    def link(self, address: str, text: str) -> Any:
        name = self.document.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        link = OxmlElement("w:hyperlink")
        link.set(qn("r:id"), name)
        link.append(parse_xml(f"<w:r {nsdecls('w')}><w:t>{text}</w:t></w:r>"))
        return link

    def content(self) -> bytes:
        if self._notes:
            self._add_notes()
        written = BytesIO()
        self.document.save(written)
        return written.getvalue()

    def _add_notes(self) -> None:
        notes = "".join(
            f'<w:footnote w:id="{number}"><w:p><w:r><w:footnoteRef/></w:r>{note}</w:p></w:footnote>'
            for number, note in enumerate(self._notes, 1)
        )
        separator = '<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
        xml = f"<w:footnotes {nsdecls('w', 'r')}>{separator}{notes}</w:footnotes>"
        part = Part(PackURI("/word/footnotes.xml"), NOTES, xml.encode(), self.document.part.package)
        self.document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'
