"""The made-up missions: they read the very mails that left, and answer through the real doors.

What a mission does follows from its address, so every run of the demo tells the same story.
"""

import heapq
import itertools
import re
import tomllib
import zlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from outreach.demo import mailroom
from outreach.demo.doors import Doors
from outreach.demo.mailroom import Received

CLIENTS = ("Outlook", "Gmail", "Apple Mail", "Thunderbird", "Phone")
PERSON = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"
MACHINES = (
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "Mozilla/5.0",
)

Action = Callable[[], None]
Habit = Callable[["Recipients", Received, datetime], None]


class Recipients:
    """Everybody the letters went to: ``read`` takes in new mail, ``act`` does what is due."""

    def __init__(self, outbox: Path, doors: Doors) -> None:
        self._outbox = outbox / "new"
        self._doors = doors
        self._seen: set[Path] = set()
        self._plans: list[tuple[datetime, int, Action]] = []
        self._order = itertools.count()
        self._phrases = _load_phrases()

    @property
    def next_at(self) -> datetime | None:
        """When somebody does something next."""
        return self._plans[0][0] if self._plans else None

    def read(self, now: datetime) -> None:
        """Open the mail that has come since the last time and decide what to do about it."""
        new = sorted(set(self._outbox.glob("*.eml")) - self._seen)
        self._seen.update(new)
        letters = [Received.read(path.read_bytes()) for path in new]
        for letter in letters:
            self._consider(letter, now)
        self._report([each for each in letters if each.is_letter or each.is_answer], now)

    def act(self, now: datetime) -> None:
        """Do what was decided for this moment or earlier."""
        while self._plans and self._plans[0][0] <= now:
            heapq.heappop(self._plans)[2]()

    def _consider(self, letter: Received, now: datetime) -> None:
        if habit := _habit(letter):
            habit(self, letter, now)

    def _report(self, letters: Sequence[Received], now: datetime) -> None:
        """A minute later the provider tells which mail servers took theirs."""
        at = now + timedelta(minutes=1)
        keys = [letter.key for letter in letters if _habit(letter) not in NOT_TAKEN]
        if keys:
            self.plan(at, lambda: self._doors.tell_of_deliveries(keys, at.timestamp()))

    def plan(self, at: datetime, action: Action) -> None:
        heapq.heappush(self._plans, (at, next(self._order), action))

    def load_image(self, letter: Received, at: datetime, agent: str) -> None:
        found = re.search(r'src="([^"]+/o/[^"]+\.gif)"', letter.part("html"))
        if found:
            self.plan(at, lambda: self._doors.load_image(found[1], agent))

    def unsubscribe(self, letter: Received, at: datetime) -> None:
        found = re.search(r"<(https?://[^>]+)>", str(letter.mail["List-Unsubscribe"]))
        assert found
        self.plan(at, lambda: self._doors.one_click(found[1]))

    def send(self, at: datetime, mail: bytes) -> None:
        self.plan(at, lambda: self._doors.deliver(mail))

    def phrase(self, letter: Received, name: str) -> Any:
        return self._phrases.get(letter.language, self._phrases["en"])[name]


def _answers(people: Recipients, letter: Received, now: datetime, sender: str = "") -> None:
    luck = _luck(letter)
    at = now + timedelta(days=luck % 4, hours=2 + luck % 5, minutes=luck % 60)
    texts = people.phrase(letter, "reply")
    text = texts[luck % len(texts)]
    people.load_image(letter, at - timedelta(minutes=9), PERSON)
    client = CLIENTS[luck % len(CLIENTS)]
    mail = mailroom.reply(letter, text, at, sender=sender, client=client)
    people.send(at, mail)


def _answers_once_more(people: Recipients, letter: Received, now: datetime) -> None:
    at = now + timedelta(hours=26, minutes=_luck(letter) % 60)
    text = people.phrase(letter, "once_more")
    client = CLIENTS[_luck(letter) % len(CLIENTS)]
    people.send(at, mailroom.reply(letter, text, at, client=client))


def _colleague_answers(people: Recipients, letter: Received, now: datetime) -> None:
    _answers(people, letter, now, sender=f"legal.section@{letter.address.rpartition('@')[2]}")


def _answers_from_a_private_account(people: Recipients, letter: Received, now: datetime) -> None:
    at = now + timedelta(days=2, hours=3)
    text = people.phrase(letter, "reply")[0]
    mail = mailroom.from_a_stranger(letter, text, at, "a.reader@example.net")
    people.send(at, mail)


def _is_away(people: Recipients, letter: Received, now: datetime) -> None:
    back = mailroom.long_date((now + timedelta(days=16)).date(), letter.language)
    text = people.phrase(letter, "away").format(date=back)
    subject = people.phrase(letter, "away_subject")
    at = now + timedelta(minutes=1)
    mail = mailroom.out_of_office(letter, subject, text, at, marked=_luck(letter) % 2 == 0)
    people.send(at, mail)


def _confirms_automatically(people: Recipients, letter: Received, now: datetime) -> None:
    at = now + timedelta(minutes=2)
    text = people.phrase(letter, "receipt").format(number=f"2026/{_luck(letter):04}")
    mail = mailroom.receipt(letter, people.phrase(letter, "receipt_subject"), text, at)
    people.send(at, mail)


def _does_not_exist(people: Recipients, letter: Received, now: datetime) -> None:
    at = now + timedelta(minutes=1)
    mail = mailroom.returned(
        letter, at, status="5.1.1", action="failed", said="550 5.1.1 User unknown"
    )
    people.send(at, mail)


def _is_slow(people: Recipients, letter: Received, now: datetime) -> None:
    at = now + timedelta(hours=4)
    mail = mailroom.returned(
        letter, at, status="4.4.1", action="delayed", said="450 4.4.1 No answer from host yet"
    )
    people.send(at, mail)


def _unsubscribes(people: Recipients, letter: Received, now: datetime) -> None:
    people.unsubscribe(letter, now + timedelta(hours=1))


def _unsubscribes_by_mail(people: Recipients, letter: Received, now: datetime) -> None:
    at = now + timedelta(hours=2)
    people.send(at, mailroom.wants_no_more(letter, at))


def _asks_for_no_more(people: Recipients, letter: Received, now: datetime) -> None:
    at = now + timedelta(hours=5)
    mail = mailroom.reply(letter, people.phrase(letter, "opt_out"), at, client="Outlook")
    people.send(at, mail)


def _looks(people: Recipients, letter: Received, now: datetime) -> None:
    people.load_image(letter, now + timedelta(hours=1 + _luck(letter) % 30), PERSON)


def _has_a_scanner(people: Recipients, letter: Received, now: datetime) -> None:
    agent = MACHINES[_luck(letter) % len(MACHINES)]
    people.load_image(letter, now + timedelta(seconds=4), agent)


# In a hundred letters, so many get each of these; the rest hear nothing and say nothing.
LETTER_HABITS: tuple[tuple[int, Habit], ...] = (
    (12, _answers),
    (15, _colleague_answers),
    (16, _answers_from_a_private_account),
    (21, _is_away),
    (24, _confirms_automatically),
    (27, _does_not_exist),
    (28, _is_slow),
    (30, _unsubscribes),
    (31, _unsubscribes_by_mail),
    (32, _asks_for_no_more),
    (55, _looks),
    (70, _has_a_scanner),
)
REMINDER_HABITS: tuple[tuple[int, Habit], ...] = (
    (10, _answers),
    (12, _unsubscribes),
    (40, _looks),
    (50, _has_a_scanner),
)
ANSWER_HABITS: tuple[tuple[int, Habit], ...] = ((40, _answers_once_more),)


NOT_TAKEN = (_does_not_exist, _is_slow)


def _habit(letter: Received) -> Habit | None:
    luck = _luck(letter)
    return next((habit for below, habit in _habits(letter) if luck < below), None)


def _habits(letter: Received) -> tuple[tuple[int, Habit], ...]:
    """None for a mail to the organizers, such as a report."""
    if letter.is_answer:
        return ANSWER_HABITS
    if not letter.is_letter:
        return ()
    return REMINDER_HABITS if letter.is_reminder else LETTER_HABITS


def _luck(letter: Received) -> int:
    """From 0 to 99, the same for the same address and subject."""
    return zlib.crc32(f"{letter.address} {letter.is_reminder}".encode()) % 100


def _load_phrases() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("replies.toml").read_text("utf-8"))
