"""The schedule file of a campaign: what may stand in it, what it means, and its JSON Schema."""

import tomllib
from datetime import time
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from outreach.campaigns import mistakes
from outreach.campaigns.fields import (
    Address,
    ClockTime,
    FileName,
    Language,
    Line,
    Name,
    Text,
    Waiting,
    WallClock,
    Zone,
    distinct,
)
from outreach.campaigns.mistakes import Mistake
from outreach.campaigns.rates import Pace
from outreach.campaigns.tables import Campaign
from outreach.campaigns.timing import RECIPIENT, Window
from outreach.errors import InvalidInput
from outreach.texts import gettext as _
from outreach.texts import mark

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_OFFICE_HOURS = (time(7), time(19))

StopKind = Literal["reply", "unsubscribe", "bounce"]


class _Table(BaseModel):
    # TOML has types of its own: a number in quotes is a mistake and not a number.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Sender(_Table):
    """Who the letters are from."""

    name: Text = Field(description=mark('the name that recipients see, as in "The organizers"'))
    address: Address = Field(description=mark('the address in From, as in "letters@example.org"'))
    postal: Line = Field("", description=mark("the sender's postal address, in one line"))
    place: Line = Field("", description=mark('the place before the date on paper, as in "Geneva"'))


class Stop(_Table):
    """What ends the reminders."""

    on: Annotated[list[StopKind], distinct] = Field(
        ["reply", "unsubscribe", "bounce"],
        description=mark('a list of "reply", "unsubscribe" and "bounce"'),
    )
    scope: Literal["contact", "mission"] = Field(
        "mission",
        description=mark(
            'for whom they end: "mission" or "contact"; a bounce ends those of its address'
        ),
    )


class CampaignTable(_Table):
    """What is sent, to whom and from when on."""

    name: Text = Field(description=mark("the campaign's name, for organizers and reports"))
    letter: Name = Field(description=mark("the name of a folder in templates/letters"))
    lists: Annotated[list[Name], distinct] = Field(
        min_length=1, description=mark("one or more names of contact lists")
    )
    sender: Sender = Field(
        description=mark("{ name = ..., address = ..., postal = ..., place = ... }")
    )
    enclosures: Annotated[list[FileName], distinct] = Field(
        [],
        max_length=10,
        description=mark("a list of files in the folder enclosures/ of the letter, for every copy"),
    )
    start: WallClock = Field(
        description=mark(
            "date and wall-clock time in the recipient's zone, as in 2026-12-01T09:00:00"
        ),
    )
    stop: Stop = Field(default_factory=Stop, description=mark('{ on = [...], scope = "mission" }'))
    opens: Literal["person", "count", "off"] = Field(
        "count",
        description=mark(
            '"person" (who opened), "count" (totals only) or "off" (letters hold no image)'
        ),
    )
    fallback_language: Language = Field(
        "en",
        description=mark('the language for contacts who have not said what they read, "" for none'),
    )


class WindowTable(_Table):
    """When mail may go."""

    days: Annotated[list[Literal[DAYS]], distinct] = Field(  # type: ignore[valid-type]
        list(DAYS[:5]), min_length=1, description=mark('a list of "mon", "tue", ... "sun"')
    )
    opens: ClockTime = Field(
        "09:00",
        alias="from",
        validate_default=True,
        description=mark('a time of day, as in "09:00"'),
    )
    closes: ClockTime = Field(
        "17:00",
        alias="until",
        validate_default=True,
        description=mark('a time of day, as in "16:30"'),
    )
    zone: Zone = Field(
        RECIPIENT, description=mark('"recipient", or an IANA name, as in "Europe/Zurich"')
    )
    holidays: Literal["skip", "send"] = Field(
        "skip",
        description=mark(
            '"skip" or "send", on public holidays and weekends of the recipient\'s country'
        ),
    )

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> "WindowTable":
        if self.opens >= self.closes:
            raise ValueError(_('"from" must be earlier than "until", on the same day'))
        return self

    @property
    def window(self) -> Window:
        days = frozenset(DAYS.index(day) for day in self.days)
        return Window(days, self.opens, self.closes, self.zone, self.holidays == "skip")


class PaceTable(_Table):
    """How fast mail may go."""

    per_hour: int = Field(
        120, ge=1, le=1_000_000, description=mark("how many copies may go in an hour, 1 or more")
    )
    per_domain_per_hour: int = Field(
        10,
        ge=1,
        le=1_000_000,
        description=mark(
            "how many copies may go in an hour to one domain, those of other campaigns "
            "included, 1 or more"
        ),
    )
    per_sender_per_hour: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description=mark(
            "how many copies may go in an hour from the sender's address, all campaigns "
            "and other mail together, 1 or more"
        ),
    )
    ramp_up: int = Field(
        200,
        ge=0,
        le=1_000_000,
        description=mark(
            "how many copies a sender address that has never sent may send on its first "
            "day; twice as many on each day after; 0 for no limit"
        ),
    )
    latest_after: Waiting = Field(
        "48h",
        validate_default=True,
        description=mark('how late a copy may go before it is skipped and shown, as in "48h"'),
    )
    pause_after_refusals: int = Field(
        10,
        ge=0,
        le=1_000_000,
        description=mark("how many refusals in a row pause the campaign, 0 for never"),
    )

    def pace(self, seed: str) -> Pace:
        """``seed``, the campaign's slug, decides how the gaps differ."""
        return Pace(
            self.per_hour, self.per_domain_per_hour, self.per_sender_per_hour, self.ramp_up, seed
        )


class StepTable(_Table):
    """One mail to each contact."""

    letter: Name = Field(description=mark("the name of a step in the letter's folder"))
    after: Waiting | None = Field(
        None,
        description=mark(
            'how long after the step before, as in "48h", "3 days" or "7 working days"'
        ),
    )
    pdf: bool = Field(
        False,
        description=mark(
            "true or false: whether each copy also goes with itself as PDF, dated the day "
            "for which it is planned"
        ),
    )


class Schedule(_Table):
    """A schedule file."""

    campaign: CampaignTable = Field(description=mark("the table [campaign]"))
    window: WindowTable = Field(default_factory=WindowTable, description=mark("the table [window]"))
    pace: PaceTable = Field(default_factory=PaceTable, description=mark("the table [pace]"))
    steps: list[StepTable] = Field(
        min_length=1,
        max_length=4,
        description=mark(
            "a table [[steps]] for the letter and for each of at most three reminders"
        ),
    )

    @field_validator("steps")
    @classmethod
    def _follow_each_other(cls, steps: list[StepTable]) -> list[StepTable]:
        if steps[0].after:
            raise ValueError(_('the first step goes at campaign.start and has no "after"'))
        for number, step in enumerate(steps[1:], 2):
            if not step.after:
                said = _('step %(number)s needs "after", as in "7 working days"', number=number)
                raise ValueError(said)
        return steps

    @property
    def steps_with_pdf(self) -> list[int]:
        """Their numbers, from 1."""
        return [number for number, step in enumerate(self.steps, 1) if step.pdf]

    def warnings(self) -> list[str]:
        """What is allowed, but worth a second look before approval."""
        opens, closes = self.window.opens, self.window.closes
        checks = [
            (
                not self.campaign.sender.postal,
                mark(
                    "campaign.sender.postal is missing: a letter should say where its sender can "
                    "be reached by post."
                ),
            ),
            (
                not set(self.window.days) <= set(DAYS[:5]),
                mark("window.days holds a day that is a weekend in most countries."),
            ),
            (
                opens < _OFFICE_HOURS[0] or closes > _OFFICE_HOURS[1],
                mark("window.from and window.until reach beyond office hours."),
            ),
            (
                self.campaign.opens == "person",
                mark(
                    'campaign.opens = "person" keeps who loaded the image: some countries ask for '
                    "consent to that."
                ),
            ),
        ]
        return [warning for holds, warning in checks if holds]


def read(path: Path) -> str:
    """The text of a schedule file; InvalidInput where it is not UTF-8."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(_("%(path)s is not UTF-8; save it as UTF-8.", path=path)) from None


def parse(text: str, filename: str) -> Schedule:
    """Reads a schedule file; InvalidInput lists every mistake with its line and key."""
    schedule, wrong = check(text)
    if schedule:
        return schedule
    problems = [mistake.told_of(filename) for mistake in wrong]
    if not wrong[0].key:
        raise InvalidInput(problems[0])
    raise InvalidInput(_("%(file)s cannot be used:", file=filename), problems)


def check(text: str) -> tuple[Schedule | None, list[Mistake]]:
    """The schedule, or what is wrong; a mistake without a key says that it is no TOML at all."""
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return None, [mistakes.syntax_mistake(error)]
    try:
        return Schedule.model_validate(tables), []
    except ValidationError as error:
        return None, mistakes.model_mistakes(error, Schedule, text)


def schedule_of(campaign: Campaign) -> Schedule:
    """A stored campaign's schedule. It was valid when it was loaded."""
    return _parsed(campaign.source, f"{campaign.slug}.toml")


_parsed = lru_cache(maxsize=64)(parse)


def json_schema() -> dict[str, Any]:
    """For editors, which then complete and check schedule files (JSON Schema, draft 2020-12)."""
    schema = Schedule.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
