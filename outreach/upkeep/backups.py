"""Copies of the whole database, and going back to one without sending anything twice."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

from outreach import migrations
from outreach.campaigns import progress
from outreach.db import Clock, Database
from outreach.errors import InvalidInput, Misconfigured, NotAllowed

WHY_PAUSED = (
    "The database was restored from a backup. What left after that backup was made stands as "
    "unsent here: compare with the carrier before you resume."
)


def backup(database: Database, file: Path) -> None:
    """Write the whole database to ``file`` while it is in use; an existing file is not touched."""
    if file.exists():
        raise NotAllowed(f"{file} exists already; choose another name.")
    draft = file.with_name(file.name + ".part")
    if database.is_sqlite:
        _copy_sqlite(_sqlite_path(database.url), draft)
    else:
        _postgres("pg_dump", "--format=custom", f"--file={draft}", _dsn(database.url))
    draft.rename(file)


def restore(url: str, file: Path, *, replace: bool, clock: Clock) -> list[str]:
    """Put the database at ``url`` back to ``file``; the slugs of the campaigns now paused.

    Every running campaign is paused, for the backup does not know what left after it was made.
    """
    if not file.exists():
        raise InvalidInput(f"There is no file {file}.")
    if make_url(url).get_backend_name() == "sqlite":
        _restore_sqlite(Path(_sqlite_path(url)), file, replace)
    else:
        clean = ("--clean", "--if-exists") if replace else ()
        _postgres(
            "pg_restore",
            "--no-owner",
            "--single-transaction",
            *clean,
            f"--dbname={_dsn(url)}",
            str(file),
        )
    return _pause_running(url, clock)


def _pause_running(url: str, clock: Clock) -> list[str]:
    with closing(Database(url)) as database:
        migrations.upgrade(database)
        with database.transaction() as session:
            running = progress.running(session)
            for campaign in running:
                progress.pause(session, campaign, now=clock(), reason=WHY_PAUSED)
            return [campaign.slug for campaign in running]


def _restore_sqlite(path: Path, file: Path, replace: bool) -> None:
    if path.exists() and not replace:
        raise NotAllowed(f"{path} exists. To put the backup in its place, add --replace.")
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
        try:
            sound = copy.execute("PRAGMA quick_check").fetchone() == ("ok",)
        except sqlite3.DatabaseError:
            sound = False
    if not sound:
        raise InvalidInput(f"{file} is no sound SQLite backup. Nothing was changed.")
    draft = path.with_name(path.name + ".part")
    _copy_sqlite(str(file), draft)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    draft.replace(path)


def _copy_sqlite(source: str, target: Path) -> None:
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)


def _sqlite_path(url: str) -> str:
    path = make_url(url).database
    if not path:
        raise Misconfigured("A database in memory cannot be kept; set OUTREACH_DATABASE_URL.")
    return path


def _postgres(program: str, *arguments: str) -> None:
    if shutil.which(program) is None:
        raise Misconfigured(f"{program} is missing; install it: apt-get install postgresql-client")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise InvalidInput(f"{program} failed: {done.stderr.strip()}")


def _dsn(url: str) -> str:
    """The address as Postgres's own programs take it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
