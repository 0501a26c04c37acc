"""A worker in a process of its own: python -m tests.delivery.drain_once DATABASE FOLDER NAME."""

import sys
from pathlib import Path

import outreach.campaigns.tables
import outreach.contacts.tables  # noqa: F401
from outreach.db import Database
from outreach.delivery.carriers.outbox import Outbox
from outreach.delivery.sending import drain
from tests.delivery.making import MORNING, a_composer

if __name__ == "__main__":
    url, folder, worker = sys.argv[1:]
    database, carrier = Database(url), Outbox(Path(folder))
    tally = drain(database, carrier, a_composer(), worker=worker, clock=lambda: MORNING)
    database.close()
    print(tally.sent)
