"""Runs the demo on this machine: real app, real worker, made-up missions; nothing leaves it."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzeug.serving import make_server

from outreach.config import load_settings, shipped
from outreach.demo import outcome, story
from outreach.demo.doors import Doors, Provider
from outreach.demo.recipients import Recipients
from outreach.inbox import receiving
from outreach.web.app import create_app
from outreach.wiring import Outreach, build
from outreach.worker.stages import fulfil_wishes, load_contacts, tick

HOST = "127.0.0.1"
USUAL_PORT = 8000
PAUSE = 2.0  # seconds between passes, once the story is over


@dataclass(frozen=True)
class Finished:
    """The story is over; the app is still served at ``url``, in the story's own time."""

    figures: dict[str, Any]
    url: str


@contextmanager
def demo(folder: Path, tell: story.Telling) -> Iterator[Finished]:
    """Live through the story in ``folder``, which is emptied first if it holds a demo.

    The app is served until the block ends.
    """
    began = time.monotonic()
    story.prepare_folder(folder)
    clock = story.FastClock(story.BEGIN)
    provider = Provider()
    with closing(_build(folder, provider, clock)) as outreach, _served(outreach):
        _live(outreach, provider, clock, tell)
        clock.let_go()
        figures = outcome.summary(outreach, time.monotonic() - began)
        with _working(outreach, clock):
            yield Finished(figures, outreach.settings.public_url)


def _build(folder: Path, provider: Provider, clock: story.FastClock) -> Outreach:
    """Whatever the environment says: a database of its own, and a carrier that reaches nobody."""
    settings = load_settings(
        var_dir=folder,
        database_url="",
        secret_key="",
        public_url=f"http://{HOST}:{_free_port()}",
        carrier="outbox",
        sendgrid_events_key=provider.public_key,
        sendgrid_inbound_key=provider.public_key,
        reply_address="inbox@in.example.org",
        timezone="Europe/Zurich",
        templates_dir=shipped("templates"),
        schedules_dir=shipped("schedules"),
        states_file=None,
    )
    return build(settings, clock)


@contextmanager
def _served(outreach: Outreach) -> Iterator[None]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each image is no help
    port = int(outreach.settings.public_url.rpartition(":")[2])
    with closing(_Server(outreach, port)):
        yield


class _Server:
    """The web app in threads of this process, so that it sees the story's clock."""

    def __init__(self, outreach: Outreach, port: int) -> None:
        self._server = make_server(HOST, port, create_app(outreach, demo=True), threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def _working(outreach: Outreach, clock: story.FastClock) -> Iterator[None]:
    """Whoever looks around may plan and send: a worker goes on until the block ends."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(PAUSE):
            load_contacts(outreach, over.is_set)
            fulfil_wishes(outreach)
            tick(outreach, clock, over.is_set)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _live(
    outreach: Outreach, provider: Provider, clock: story.FastClock, tell: story.Telling
) -> None:
    def ingest(mail: bytes) -> None:
        with outreach.database.transaction() as session:
            receiving.store(session, mail, door="file", now=clock())

    story.set_up(outreach, clock, tell)
    tell(f"{story.WEEKS} weeks in fast time, in which the missions read and answer, or do not:")
    with closing(Doors(outreach.settings.public_url, provider, ingest)) as doors:
        recipients = Recipients(outreach.settings.var_dir / "outbox", doors)
        story.live_through(outreach, recipients, clock, tell)


def _free_port() -> int:
    """The usual port, or another where that is taken."""
    for port in (USUAL_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no port is free")
