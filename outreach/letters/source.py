"""Letters as organizers write them: ``templates/letters/<slug>/<step>.<language>.md``."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from outreach.errors import InvalidInput, NotAllowed, NotFound
from outreach.letters.head import TEXT_KEYS, read_head, split_head, write_head
from outreach.letters.languages import choose
from outreach.letters.markers import RESERVED
from outreach.texts import count, mark
from outreach.texts import gettext as _

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
_FILE = re.compile(r"(?P<step>[a-z0-9][a-z0-9_-]*)\.(?P<language>[a-z]{2,3}(?:-[A-Za-z0-9]+)*)\.md")
_UNWANTED = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]|(?i:{RESERVED})")
_LARGEST = 200_000  # bytes; a letter of fifty pages
_LONGEST_LANGUAGE = 16

# The fields above the text, each one line or a few.
LINES = (mark("subject"), mark("addressee"), mark("date"), mark("reference"))


class Page(NamedTuple):
    """A step of a letter in one language, by name."""

    slug: str
    step: str
    language: str

    @property
    def file(self) -> str:
        return f"{self.step}.{self.language}.md"

    def checked(self) -> "Page":
        """Itself, if a file could be called so; InvalidInput if not."""
        named = _SLUG.fullmatch(self.slug) and _SLUG.fullmatch(self.step)
        if not named or not _FILE.fullmatch(self.file) or len(self.language) > _LONGEST_LANGUAGE:
            raise InvalidInput(
                _(
                    "A letter's name is in small letters, digits and hyphens, and a language is a "
                    "code such as fr."
                )
            )
        return self


class Field(NamedTuple):
    """A text with expressions, and where it stands: under its name, or from a line of the file."""

    name: str  # empty for the body
    text: str
    line: int = 1


@dataclass(frozen=True)
class LetterSource:
    """A step of a letter in one language. Any field may hold expressions; the body is Markdown."""

    slug: str
    step: str
    language: str
    subject: str
    body: str
    reviewed_by: str = ""  # who has read this language and stands by it
    addressee: str = ""
    date: str = ""
    reference: str = ""
    signatories: tuple[str, ...] = ()
    path: Path | None = None
    body_line: int = 1  # the line of the file on which the body starts

    @property
    def page(self) -> Page:
        return Page(self.slug, self.step, self.language)

    @property
    def name(self) -> str:
        return str(self.path or f"{self.slug}/{self.page.file}")

    @property
    def body_field(self) -> Field:
        return Field("", self.body, self.body_line)

    def fields(self) -> Iterator[Field]:
        """The body is the last."""
        for name in LINES:
            yield Field(_(name), getattr(self, name))
        for number, signatory in enumerate(self.signatories, 1):
            yield Field(_("signatories, %(number)s", number=number), signatory)
        yield self.body_field


@dataclass(frozen=True)
class Letter:
    """All steps of a letter in all languages it is written in."""

    slug: str
    sources: Mapping[tuple[str, str], LetterSource]  # by step and language

    @property
    def steps(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(step for step, __ in self.sources))

    def languages(self, step: str) -> tuple[str, ...]:
        return tuple(language for one, language in self.sources if one == step)

    def source(self, step: str, language: str) -> LetterSource:
        if found := self.sources.get((step, language)):
            return found
        there = ", ".join(".".join(key) for key in self.sources) or _("nothing")
        raise NotFound(
            _(
                "The letter %(slug)s has no %(page)s; it has %(others)s.",
                slug=self.slug,
                page=f"{step}.{language}",
                others=there,
            )
        )


def parse_source(
    text: str, slug: str, step: str, language: str, path: Path | None = None
) -> LetterSource:
    """InvalidInput names the file and the line."""
    where = path or f"{slug}/{step}.{language}.md"
    head, body, body_line = split_head(_clean(text, where), where)
    values = read_head(head, where)
    if not body:
        raise InvalidInput(_("%(path)s: there is no text below the head.", path=where))
    return LetterSource(
        slug=slug,
        step=step,
        language=language,
        body=body,
        signatories=tuple(name.strip() for name in values.get("signatories", ())),
        path=path,
        body_line=body_line,
        **{key: values.get(key, "").strip() for key in TEXT_KEYS},
    )


def to_text(source: LetterSource) -> str:
    """The file that ``parse_source`` reads back as the same letter."""
    return f"{write_head(asdict(source))}\n\n{source.body.rstrip()}\n"


def save(templates: Path, source: LetterSource, *, replace: bool = False) -> Path:
    """Write a letter into the organizers' folder; NotAllowed where a file is there already."""
    page, text = source.page.checked(), to_text(source)
    require_size(text)
    path = templates / "letters" / page.slug / page.file
    if path.exists() and not replace:
        raise NotAllowed(f"{path} is there already. To write over it, add --replace.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def require_size(text: str) -> None:
    if len(text.encode()) > _LARGEST:
        raise InvalidInput(_("The letter is larger than %(most)s bytes.", most=count(_LARGEST)))


def list_letters(templates: Path) -> list[str]:
    folder = templates / "letters"
    if not folder.is_dir():
        return []
    return sorted(
        path.name
        for path in folder.iterdir()
        if _SLUG.fullmatch(path.name) and any(path.glob("*.md"))
    )


def list_files(templates: Path, slug: str) -> set[str]:
    return {path.name for path in (templates / "letters" / slug).glob("*.md")}


def load_letter(templates: Path, slug: str) -> Letter:
    """What the folder holds of a letter, perhaps nothing; InvalidInput names file and line."""
    pages = list_pages(templates, slug)
    return Letter(slug, {page[1:]: _load(path, page) for page, path in sorted(pages.items())})


def load_page(templates: Path, page: Page) -> LetterSource | None:
    """The page's file, or None where there is none."""
    path = list_pages(templates, page.slug).get(page)
    return _load(path, page) if path else None


def list_pages(templates: Path, slug: str) -> dict[Page, Path]:
    """The files of a letter, none of them read; InvalidInput names one that is called wrongly."""
    if not _SLUG.fullmatch(slug):  # or it might lead out of the folder
        return {}
    paths = (templates / "letters" / slug).glob("*.md")
    return {_page_of(path): path for path in paths}


def load_footer(templates: Path, language: str) -> LetterSource:
    """The lines under each letter: ``templates/notices/footer.<language>.md``, without a head."""
    folder = templates / "notices"
    there = {path.name.split(".")[1]: path for path in sorted(folder.glob("footer.*.md"))}
    path = there.get(choose([language], there) or "")
    if path is None:
        raise NotFound(
            _(
                "There is no footer in %(language)s: write %(path)s; there are: %(others)s.",
                language=language,
                path=folder / f"footer.{language}.md",
                others=", ".join(there) or _("none"),
            )
        )
    body = _clean(_read(path), path).rstrip()
    return LetterSource("notices", "footer", language, subject="", body=body, path=path)


def _page_of(path: Path) -> Page:
    match = _FILE.fullmatch(path.name)
    if match is None:
        raise InvalidInput(
            _(
                "%(path)s: a letter's file is named <step>.<language>.md, like reminder.fr.md.",
                path=path,
            )
        )
    return Page(path.parent.name, match["step"], match["language"])


def _load(path: Path, page: Page) -> LetterSource:
    return parse_source(_read(path), *page, path)


def _read(path: Path) -> str:
    content = path.read_bytes()
    if len(content) > _LARGEST:
        raise InvalidInput(
            _(
                "%(path)s is larger than %(most)s bytes: too large for a letter.",
                path=path,
                most=count(_LARGEST),
            )
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidInput(
            _("%(path)s, line %(line)s: not UTF-8; save the file as UTF-8.", path=path, line=line)
        ) from None


def _clean(text: str, where: object) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := _UNWANTED.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise InvalidInput(
            _(
                "%(path)s, line %(line)s: %(sign)s may not stand in a letter.",
                path=where,
                line=line,
                sign=repr(found[0]),
            )
        )
    return text
