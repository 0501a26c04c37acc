"""Reads Word files: paragraphs, emphasis, lists, links and Word's own notes, as Markdown."""

import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

import docx
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from outreach.errors import InvalidInput
from outreach.letters.importing.decoding import tidy
from outreach.letters.importing.footnotes import Manuscript, reattach
from outreach.letters.importing.word_lists import Lists, Styles
from outreach.letters.importing.word_text import ParagraphText, note_label
from outreach.texts import gettext as _

_LARGEST_UNPACKED = 100 * 1024 * 1024  # bytes

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def read_word(content: bytes, name: str) -> Manuscript:
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
    except zipfile.BadZipFile:
        raise InvalidInput(
            _(
                "%(file)s is not a Word file of this age; open it in Word and save it as .docx.",
                file=name,
            )
        ) from None
    if unpacked > _LARGEST_UNPACKED:
        most = _LARGEST_UNPACKED // 1024**2
        raise InvalidInput(_("%(file)s unpacks to more than %(most)s MB.", file=name, most=most))
    try:
        return _read(docx.Document(BytesIO(content)).part)
    except Exception as error:  # whatever a broken file makes zip, XML and Word readers raise
        raise InvalidInput(
            _(
                "%(file)s is broken (%(why)s); open it in Word and save it again.",
                file=name,
                why=type(error).__name__,
            )
        ) from error


def _read(document: Part) -> Manuscript:
    marks = ParagraphText(_links(document))
    text = tidy("".join(_blocks(document, marks)))
    manuscript = reattach(text.strip("\n"))
    notes = [*_notes(document, "footnote"), *_notes(document, "endnote")]
    used = [note for label, note in notes if f"[^{label}]" in manuscript.text]
    return manuscript._replace(notes=[*manuscript.notes, *used])


def _blocks(document: Any, texts: ParagraphText) -> Iterator[str]:
    """Every paragraph, those of tables and text boxes too, with the line ends before it."""
    styles = Styles(_part_root(document, "styles"))
    lists = Lists(_part_root(document, "numbering"), styles)
    in_list = False
    for paragraph in document.element.body.iter(qn("w:p")):
        text = texts.markdown(paragraph)
        if not text or next(paragraph.iterancestors(_FALLBACK), None) is not None:
            continue
        sign = lists.sign(paragraph)
        yield "\n" if sign and in_list else "\n\n"
        yield _indented(sign, text) if sign else styles.prefix(paragraph) + text
        in_list = bool(sign)


def _indented(sign: str, text: str) -> str:
    return sign + text.replace("\n", "\n" + " " * len(sign))


def _notes(document: Part, kind: str) -> Iterator[tuple[str, str]]:
    """Label and definition of each footnote or endnote."""
    part = _part(document, f"{kind}s")
    if part is None:
        return
    texts = ParagraphText(_links(part))
    for note in parse_xml(part.blob).iter(qn(f"w:{kind}")):
        paragraphs = filter(None, map(texts.markdown, note.iter(qn("w:p"))))
        label = note_label(note, kind)
        body = "\n\n".join(paragraphs).replace("\n", "\n    ").replace("    \n", "\n")
        if qn("w:type") not in note.attrib and body:
            yield label, f"[^{label}]: {body}"


def _part(document: Part, kind: str) -> Part | None:
    for relation in document.rels.values():
        if relation.reltype.endswith(f"/{kind}") and not relation.is_external:
            part: Part = relation.target_part
            return part
    return None


def _part_root(document: Part, kind: str) -> Any:
    part = _part(document, kind)
    return None if part is None else parse_xml(part.blob)


def _links(part: Part) -> Mapping[str, str]:
    return {name: one.target_ref for name, one in part.rels.items() if one.is_external}
