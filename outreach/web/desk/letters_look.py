"""A page of a letter as it stands beside the editor: checked, and as one reader would get it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from unicodedata import east_asian_width
from zoneinfo import ZoneInfo

from sqlmodel import Session

from outreach.campaigns.letters_out import campaigns_of
from outreach.campaigns.previewing import Reader, as_mail, as_paper, stand_in
from outreach.campaigns.proofreading import Proof, Tried, dead_links, mistakes
from outreach.campaigns.schedule import CampaignTable, schedule_of
from outreach.campaigns.tables import CampaignState
from outreach.delivery.composing import Outgoing
from outreach.delivery.suppression import suppressed
from outreach.errors import InvalidInput, OutreachError
from outreach.letters import shelf
from outreach.letters.enclosures import load_enclosures, size
from outreach.letters.source import LetterSource
from outreach.letters.tables import Enclosure
from outreach.texts import gettext as _
from outreach.web.desk import letters_readers
from outreach.web.desk.letters_readers import Asked, Choice
from outreach.wiring import Outreach

_LONGEST_SUBJECT = 78  # characters; most lists of mail cut off more
_CLIPPED = 102_000  # bytes of HTML, beyond which Gmail shows the beginning only
_WIDTHS = {"desktop": 600, "phone": 375}  # px
_LINE, _SIGN, _AROUND = 30, 8.5, 240  # px: of a line, of a letter, and around all of them


@dataclass(frozen=True)
class Look:
    """``refusal`` says why there is no mail to show; ``heights`` are those of its frames, in px."""

    mistakes: Sequence[str] = ()
    links: Sequence[str] = ()
    warnings: Sequence[str] = ()
    is_reviewed: bool = True
    tried: Tried | None = None
    against: str | None = None
    choices: Sequence[Choice] = ()
    to: str = ""
    refusal: str = ""
    mail: Outgoing | None = None
    size: int = 0
    enclosed: Sequence[str] = ()
    heights: dict[str, int] = field(default_factory=dict)

    @property
    def wrong(self) -> int:
        """How many things hold back a plan, or somebody's copy."""
        return len(self.mistakes) + len(self.tried.lacks if self.tried else ())


@dataclass(frozen=True)
class Made:
    """A page filled in for one reader, with the campaign whose letter it is or might be."""

    proof: Proof
    reader: Reader
    campaign: CampaignTable

    def mail(self, outreach: Outreach, enclosures: Sequence[Enclosure] = ()) -> Outgoing:
        return as_mail(
            self.proof.compile(self.reader),
            self.reader.contact,
            self.campaign.sender,
            composer=outreach.composer,
            tokens=outreach.tokens,
            now=outreach.clock(),
            enclosures=enclosures,
        )

    def whole_mail(self, outreach: Outreach) -> Outgoing:
        """With its paper where the schedule says so, and the files that go with every copy."""
        templates, names = outreach.settings.templates, self.campaign.enclosures
        files = load_enclosures(templates, self.campaign.letter, names) if names else []
        return self.mail(outreach, [self.paper(outreach), *files] if self.proof.has_pdf else files)

    def paper(self, outreach: Outreach) -> Enclosure:
        day = outreach.clock().astimezone(ZoneInfo(outreach.settings.timezone)).date()
        compiled = self.proof.compile(self.reader, for_paper=True)
        return as_paper(compiled, self.campaign.sender, day)


def look(session: Session, source: LetterSource, asked: Asked, outreach: Outreach) -> Look:
    if found := mistakes(source):
        return Look(mistakes=found, refusal=_("It is shown once these mistakes are mended."))
    try:
        proof, campaign = _proof(session, source, outreach)
    except OutreachError as problem:  # with the footer, or the forms of address
        return Look(mistakes=[str(problem)], refusal=_("It is shown once this is mended."))
    states = outreach.states
    tried = _tried(session, proof, asked, outreach)
    one = _reader(session, asked, tried, source, outreach)
    address = one.contact.address
    seen = Look(
        links=dead_links(source),
        is_reviewed=bool(source.reviewed_by),
        tried=tried,
        against=proof.against(one, suppressed(session, [address]).get(address)),
        choices=letters_readers.choices(tried.readers, one, source.language, states),
        to=letters_readers.value_of(one),
        enclosed=[_("the letter itself as PDF")] * proof.has_pdf + campaign.enclosures,
    )
    try:
        mail = Made(proof, one, campaign).mail(outreach)
    except InvalidInput as problem:
        return replace(seen, refusal=_("They would not get it: %(problem)s.", problem=problem))
    return replace(
        seen,
        mail=mail,
        size=len(mail.mime()),
        warnings=list(_warnings(mail)),
        heights={name: _height(mail.copy.text, width) for name, width in _WIDTHS.items()},
    )


def make(session: Session, source: LetterSource, asked: Asked, outreach: Outreach) -> Made:
    """The page for the reader that was asked for; InvalidInput says why it cannot be made."""
    proof, campaign = _proof(session, source, outreach)
    tried = Tried(0, (), ()) if asked.to else _tried(session, proof, asked, outreach)
    one = _reader(session, asked, tried, source, outreach)
    return Made(proof, one, campaign)


def _proof(
    session: Session, source: LetterSource, outreach: Outreach
) -> tuple[Proof, CampaignTable]:
    """With the sender of the latest campaign that the letter goes out in, if there is one."""
    going = (
        schedule_of(each)
        for each in campaigns_of(session, source.slug)
        if each.state is not CampaignState.cancelled
    )
    schedule = next(going, None) or stand_in(source.slug, source.step)
    templates = outreach.settings.templates
    languages = {*shelf.languages(session, templates, source.slug, source.step), source.language}
    return Proof(source, languages, schedule, templates, outreach.states), schedule.campaign


def _tried(session: Session, proof: Proof, asked: Asked, outreach: Outreach) -> Tried:
    readers = letters_readers.found(session, asked, outreach.states)
    return proof.try_on(readers, suppressed(session, [each.contact.address for each in readers]))


def _reader(
    session: Session, asked: Asked, tried: Tried, source: LetterSource, outreach: Outreach
) -> Reader:
    return letters_readers.chosen(
        session, asked, tried.readers, source.language, outreach.states, outreach.clock()
    )


def _warnings(mail: Outgoing) -> Iterator[str]:
    subject = mail.copy.subject
    if len(subject) > _LONGEST_SUBJECT:
        yield _(
            "The subject has %(length)s characters; most lists of mail show %(most)s at most.",
            length=len(subject),
            most=_LONGEST_SUBJECT,
        )
    html = len(mail.copy.html.encode())
    if html > _CLIPPED:
        yield _(
            "The letter has %(size)s: Gmail shows the first %(most)s only.",
            size=size(html),
            most=size(_CLIPPED),
        )


def _height(text: str, width: int) -> int:
    """About what a page of that width needs, rather more: a sandboxed frame cannot say it."""
    across = (width - 48) / _SIGN
    return _AROUND + _LINE * sum(max(1, ceil(_breadth(line) / across)) for line in text.split("\n"))


def _breadth(line: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in line)
