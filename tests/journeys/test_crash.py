"""Nothing twice, nothing lost, and doubt only where doubt is; ``make crash`` is the long run."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.journeys.crash import journey as way
from tests.journeys.crash.account import Account, Copy, MailLog
from tests.journeys.crash.journey import Journey, a_journey, a_journey_to_the_outbox
from tests.journeys.crash.outages import (
    Outage,
    database_locked,
    database_restarted,
    no_file_grows,
    server_away,
)
from tests.journeys.crash.places import DurableCluster, Place, SqliteFolder
from tests.journeys.crash.trouble import CUTS, REFUSALS, among_fine, stalls
from tests.postgres import postgres_programs

SEED = 20261123


@pytest.fixture(scope="module")
def durable_cluster() -> Iterator[DurableCluster]:
    if postgres_programs() is None:
        pytest.skip("Postgres is missing: apt-get install postgresql")
    with (
        tempfile.TemporaryDirectory(prefix="crash-") as folder,
        DurableCluster(Path(folder)) as cluster,
    ):
        yield cluster


@pytest.fixture(scope="module")
def sqlite_folder(tmp_path_factory: pytest.TempPathFactory) -> SqliteFolder:
    return SqliteFolder(tmp_path_factory.mktemp("crash"))


@pytest.fixture(
    params=["sqlite_folder", pytest.param("durable_cluster", marks=pytest.mark.postgres)]
)
def place(request: pytest.FixtureRequest) -> Place:
    place: Place = request.getfixturevalue(request.param)
    return place


@pytest.mark.parametrize(("workers", "kills"), [(1, 3), (3, 5)])
def test_killed_workers_send_nothing_twice_and_lose_nothing(
    place: Place, tmp_path: Path, workers: int, kills: int
) -> None:
    with a_journey(place.campaign(400), tmp_path / "way", pace=0.004 * workers) as journey:
        way.killed(journey, workers, kills, between=60 // workers, random=Random(SEED))
        assert journey.complaints() == []
        assert journey.account().unknown, "no kill came amid a group"


def test_a_server_in_trouble_is_believed_in_what_it_says(place: Place, tmp_path: Path) -> None:
    """It cuts, refuses for now and for good, and stalls; only what it cut off is in doubt."""
    troubles = among_fine(CUTS + REFUSALS + stalls(0.5), 3)
    with a_journey(place.campaign(128), tmp_path / "way", troubles=troubles) as journey:
        way.in_trouble(journey, 1)
        assert journey.complaints() == []
        assert 4 <= len(journey.account().unknown) <= len(journey.account().in_doubt) == 6
        assert sum(copy.state == "failed" for copy in journey.account().copies) == 8


def interrupted(journey: Journey, *outages: Outage, seconds: float = 0.5) -> list[str]:
    way.interrupted(journey, lambda _: outages, 1, seconds, by_itself=False)
    return journey.complaints()


@pytest.mark.postgres
def test_a_server_that_goes_away_gets_the_rest_when_it_is_back(
    durable_cluster: DurableCluster, tmp_path: Path
) -> None:
    with a_journey(durable_cluster.campaign(200), tmp_path / "way", pace=0.005) as journey:
        assert interrupted(journey, server_away(journey.server)) == []


def test_a_locked_database_holds_the_campaign_up_and_no_more(
    sqlite_folder: SqliteFolder, tmp_path: Path
) -> None:
    """For longer than a writer waits, which is five seconds."""
    with a_journey(sqlite_folder.campaign(200), tmp_path / "way", pace=0.005) as journey:
        assert interrupted(journey, database_locked(journey.url), seconds=7) == []


@pytest.mark.postgres
def test_a_restarted_database_holds_the_campaign_up_and_no_more(
    durable_cluster: DurableCluster, tmp_path: Path
) -> None:
    restarted = database_restarted(durable_cluster, "immediate")
    with a_journey(durable_cluster.campaign(200), tmp_path / "way", pace=0.005) as journey:
        assert interrupted(journey, restarted) == []


def test_a_full_disk_holds_the_campaign_up_and_no_more(
    sqlite_folder: SqliteFolder, tmp_path: Path
) -> None:
    with a_journey(sqlite_folder.campaign(200), tmp_path / "way", pace=0.005) as journey:
        way.interrupted(journey, lambda all_: [no_file_grows(all_)], 1, 1.0, by_itself=False)
        assert journey.complaints() == []


@pytest.mark.postgres
def test_an_outbox_that_cannot_be_written_gets_the_rest_later(
    durable_cluster: DurableCluster, tmp_path: Path
) -> None:
    journey = a_journey_to_the_outbox(durable_cluster.campaign(200), tmp_path)
    way.put_off(journey, no_file_grows)
    assert journey.complaints() == []
    assert not journey.account().unknown


def a_copy(number: int, state: str, reason: str = "") -> Copy:
    return Copy(f"<{number}@example.org>", state, reason, f"person{number}@ch.example")


def an_account(tmp_path: Path, *lines: str, copies: list[Copy]) -> Account:
    log = MailLog(tmp_path / "mail.log")
    log.path.write_text("".join(f"{line} worker-1\n" for line in lines))
    return Account.of(copies, log)


def test_the_account_tells_what_is_wrong(tmp_path: Path) -> None:
    account = an_account(
        tmp_path,
        *("accepted <1@example.org>", "accepted <1@example.org>", "accepted <2@example.org>"),
        *("accepted <6@example.org>", "accepted <9@example.org>"),
        copies=[
            a_copy(1, "sent"),
            a_copy(2, "queued"),
            a_copy(3, "sent"),
            a_copy(4, "sending"),
            a_copy(5, "unknown"),
            a_copy(6, "failed", "550 nobody"),
            a_copy(7, "failed", "a guess"),
        ],
    )
    refused = {"person6@ch.example": "550", "person7@ch.example": "554"}
    assert account.complaints(doubt_at_most=0, refused=refused) == [
        "1 accepted twice",
        "2 lost: 1 sent, 1 sending",
        "2 accepted, yet 1 queued, 1 failed",
        "1 accepted that were never ours",
        "1 not as refused: 1 failed",
        "1 unknown without a reason, where 0 may be",
    ]


def test_the_account_has_nothing_against_a_campaign_that_went_well(tmp_path: Path) -> None:
    account = an_account(
        tmp_path,
        *("accepted <1@example.org>", "doubt <2@example.org>", "accepted <2@example.org>"),
        copies=[a_copy(1, "sent"), a_copy(2, "unknown"), a_copy(3, "failed", "550 nobody")],
    )
    assert account.complaints(doubt_at_most=0, refused={"person3@ch.example": "550"}) == []
