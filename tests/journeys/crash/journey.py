"""Journeys through one campaign each: kills, a mail server in trouble, and outages."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

from outreach.db import utcnow
from tests.journeys.crash import campaign
from tests.journeys.crash.account import Account, MailLog, OutboxLog
from tests.journeys.crash.outages import Outage
from tests.journeys.crash.processes import (
    MailServer,
    Outreach,
    Workers,
    mail_server,
    wait_for,
    workers,
)
from tests.journeys.crash.trouble import Trouble, troubled

GROUP = 32  # copies that a worker has in hand over SMTP
_START_UP = 1.5  # seconds in which a kill may hit a worker that has not begun
_LATER = (11, 13, 40, 42, 120, 122, 400, 402, 1_300, 1_302, 2_800, 2_802, 6_000)  # minutes


@dataclass
class Journey:
    """A campaign that is due, and what it takes to send it."""

    url: str
    log: MailLog | OutboxLog
    outreach: Outreach
    copies: int
    kills: int = 0
    hits: int = 0  # kills of a worker that had sent something
    outages: int = 0
    workers: int = 1
    troubles: Sequence[Trouble] = ()
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0

    @property
    def server(self) -> MailServer:
        assert self.outreach.server is not None
        return self.outreach.server

    @property
    def mails(self) -> MailLog:
        assert isinstance(self.log, MailLog)
        return self.log

    def nothing_is_due(self) -> bool:
        return campaign.due(self.url) == 0

    def kill_over_and_over(
        self, running: Workers, kills: int, between: int, random: Random
    ) -> None:
        """At start-up, amid a group and between groups, until the campaign is through."""
        while self.kills < kills and not self.nothing_is_due():
            if random.random() < 0.25:
                time.sleep(random.uniform(0, _START_UP))
                victim = random.randrange(len(running))
            else:
                victim = self._one_that_sends(running, random.randint(1, between), random)
                time.sleep(random.uniform(0, 0.1))
            self.hits += self.mails.accepted_from(running[victim].name) > 0
            running.kill(victim)
            self.kills += 1

    def _one_that_sends(self, running: Workers, mails: int, random: Random) -> int:
        """A worker that has sent so many since it began."""

        def senders() -> list[int]:
            names = [worker.name for worker in running]
            return [i for i, name in enumerate(names) if self.mails.accepted_from(name) >= mails]

        wait_for(lambda: senders() or self.nothing_is_due(), f"{mails} mails of a worker")
        return random.choice(senders() or range(len(running)))

    def suffer(self, outage: Outage, seconds: float, after: float) -> None:
        """Let something break for a while when this share of the copies has gone."""
        self.outages += 1
        wait_for(lambda: len(self.log.accepted()) >= after * self.copies, "mails before the outage")
        with outage():
            time.sleep(seconds)
        assert not self._is_settled(), "the outage came too late to hurt"

    def settle(self) -> None:
        """Let time go by until no copy waits and no lease is open."""
        now = utcnow()
        for minutes in _LATER:
            if self._is_settled():
                break
            self.outreach.tick(now + timedelta(minutes=minutes))
        self.seconds = time.monotonic() - self.began

    def _is_settled(self) -> bool:
        return all(copy.state not in ("queued", "sending") for copy in campaign.copies(self.url))

    def account(self) -> Account:
        return Account.of(campaign.copies(self.url), self.log)

    @property
    def doubt_at_most(self) -> int:
        """A kill hits one worker's group; an outage may hit that of each."""
        return GROUP * (self.kills + self.outages * self.workers)

    @property
    def refused(self) -> Mapping[str, str]:
        """By recipient, the code of the answer that was for good."""
        each = {
            copy.recipient: troubled(copy.recipient, self.troubles)
            for copy in campaign.copies(self.url)
        }
        return {
            address: trouble.answer[:3] for address, trouble in each.items() if trouble.is_final
        }

    def complaints(self) -> list[str]:
        found = self.account().complaints(doubt_at_most=self.doubt_at_most, refused=self.refused)
        if self.hits < self.kills / 2:  # then it has shown little
            found.append(f"only {self.hits} of {self.kills} kills hit a worker that had sent")
        return found


@contextmanager
def a_journey(
    url: str, folder: Path, *, pace: float = 0.0, troubles: Sequence[Trouble] = ()
) -> Iterator[Journey]:
    """Over SMTP; the server takes a mail every ``pace`` seconds."""
    folder.mkdir()
    log = MailLog(folder / "mail.log")
    with mail_server(log, pace, troubles) as server:
        outreach = Outreach(folder, url, server)
        yield Journey(url, log, outreach, len(campaign.copies(url)), troubles=troubles)


def a_journey_to_the_outbox(url: str, folder: Path) -> Journey:
    folder.mkdir(exist_ok=True)
    log = OutboxLog(folder / "var" / "outbox")
    return Journey(url, log, Outreach(folder, url, None), len(campaign.copies(url)))


def killed(
    journey: Journey, workers_at_once: int, kills: int, between: int, random: Random
) -> None:
    """A kill when a worker has sent 1 to ``between`` mails, or at its start-up."""
    with workers(journey.outreach, workers_at_once) as running:
        journey.kill_over_and_over(running, kills, between, random)
        wait_for(journey.nothing_is_due, "the rest of the campaign")
        running.stop()
    journey.settle()


def in_trouble(journey: Journey, workers_at_once: int) -> None:
    """Nobody is killed: what is in doubt, the server has left so."""
    with workers(journey.outreach, workers_at_once) as running:
        wait_for(journey.nothing_is_due, "every mail to be tried")
        running.stop()
    journey.settle()


def interrupted(
    journey: Journey,
    outages: Callable[[Workers], Sequence[Outage]],
    workers_at_once: int,
    seconds: float,
    *,
    by_itself: bool,
) -> None:
    """One outage after the other; ``by_itself`` waits until the workers have gone on."""
    with workers(journey.outreach, workers_at_once) as running:
        made, journey.workers = outages(running), workers_at_once
        for number, outage in enumerate(made):
            journey.suffer(outage, seconds, after=0.8 * (number + 0.5) / len(made))
        if by_itself:
            wait_for(journey.nothing_is_due, "the workers to go on by themselves")
        running.stop()
    journey.settle()


def put_off(journey: Journey, outage_of: Callable[[Workers], Outage]) -> None:
    """Broken from the beginning until every copy was tried."""
    with workers(journey.outreach, 1) as running:
        journey.outages += 1
        with outage_of(running)():
            wait_for(journey.nothing_is_due, "every copy to be put off")
        assert not journey.log.accepted(), "the outage did not hurt"
        running.stop()
    journey.settle()
