"""Copies of the whole database, and going back to one without sending anything twice."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url
from sqlmodel import Session

from outreach import migrations
from outreach.campaigns import progress
from outreach.campaigns.tables import Campaign, CampaignState
from outreach.db import Clock, Database
from outreach.delivery.states import move_where, of_a_plan
from outreach.delivery.tables import State
from outreach.errors import InvalidInput, Misconfigured, NotAllowed

WHY_PAUSED = (
    "The database was restored from a backup. What left after that backup was made stands as "
    "unsent here: compare with the carrier before you resume."
)

# Those of the database's extensions stay with their extension.
_FUNCTIONS = """
SELECT CAST(oid AS regprocedure) FROM pg_proc
WHERE pronamespace = CAST(current_schema() AS regnamespace)
AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
"""

WHY_WITHDRAWN = "it may have left before the database was restored from a backup"


def backup(database: Database, file: Path) -> None:
    """Write the whole database to ``file`` while it is in use; an existing file is not touched."""
    if file.exists():
        raise NotAllowed(f"{file} exists already; choose another name.")
    draft = file.with_name(file.name + ".part")
    if database.is_sqlite:
        _copy_sqlite(_sqlite_path(database.url), draft)
    else:
        _postgres(database.url, "pg_dump", "--format=custom", f"--file={draft}")
    draft.rename(file)


def restore(url: str, file: Path, *, replace: bool, clock: Clock) -> list[str]:
    """Put the database at ``url`` back to ``file``; the slugs of the campaigns now held.

    Every campaign that could send is held: the backup does not know what left after it was made.
    """
    if not file.exists():
        raise InvalidInput(f"There is no file {file}.")
    if make_url(url).get_backend_name() == "sqlite":
        _restore_sqlite(Path(_sqlite_path(url)), file, replace)
    else:
        _check_dump(file)
        _restore_postgres(url, file, replace)
    return _hold_everything(url, clock)


def _hold_everything(url: str, clock: Clock) -> list[str]:
    """What waits may have left already: campaigns stop, and other mail is withdrawn."""
    with closing(Database(url)) as database:
        migrations.upgrade(database)
        with database.transaction() as session:
            move_where(session, ~of_a_plan(), State.cancelled, now=clock(), reason=WHY_WITHDRAWN)
            return [each.slug for each in progress.every(session) if _hold(session, each, clock)]


def _hold(session: Session, campaign: Campaign, clock: Clock) -> bool:
    match campaign.state:
        case CampaignState.running:
            progress.pause(session, campaign, now=clock(), reason=WHY_PAUSED)
        case CampaignState.planned:  # it may have been approved, and have sent, since
            progress.discard_plan(session, campaign)
            campaign.state, campaign.reason = CampaignState.loaded, WHY_PAUSED
        case _:
            return False
    return True


def _restore_sqlite(path: Path, file: Path, replace: bool) -> None:
    if path.exists() and not replace:
        raise NotAllowed(f"{path} exists. To put the backup in its place, add --replace.")
    if not _is_sound(file):
        raise InvalidInput(f"{file} is no sound backup of Outreach. Nothing was changed.")
    if path.exists():
        _copy_sqlite(str(path), path.with_name(path.name + ".before-restore"))
    draft = path.with_name(path.name + ".part")
    _copy_sqlite(str(file), draft)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    draft.replace(path)


def _restore_postgres(url: str, file: Path, replace: bool) -> None:
    """In one transaction, with all tables that stand there: an upgrade may have added some."""
    with TemporaryDirectory() as folder:
        script = Path(folder, "restore.sql")
        _postgres(None, "pg_restore", "--no-owner", f"--file={script}", str(file))
        drop = [f"--command={_dropping(url)}"] if replace else []
        how = ("--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1")
        _postgres(url, "psql", *how, *drop, f"--file={script}")


def _dropping(url: str) -> str:
    """SQL that drops all tables, and the functions of their triggers, which a dump brings again."""
    with closing(Database(url)) as database, database.engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        functions = connection.scalars(text(_FUNCTIONS)).all()
    drops = [f'DROP TABLE "{table}" CASCADE' for table in tables]
    drops += [f"DROP FUNCTION {function}" for function in functions]
    return "; ".join(drops or ["SELECT 1"])


def _check_dump(file: Path) -> None:
    if " alembic_version " not in _postgres(None, "pg_restore", "--list", str(file)):
        raise InvalidInput(f"{file} is no backup of Outreach. Nothing was changed.")


def _is_sound(file: Path) -> bool:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
        try:
            ours = copy.execute("SELECT count(*) FROM alembic_version, delivery").fetchone()
            return bool(ours) and copy.execute("PRAGMA quick_check").fetchone() == ("ok",)
        except sqlite3.DatabaseError:
            return False


def _copy_sqlite(source: str, target: Path) -> None:
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)


def _sqlite_path(url: str) -> str:
    path = make_url(url).database
    if not path:
        raise Misconfigured("A database in memory cannot be kept; set OUTREACH_DATABASE_URL.")
    return path


def _postgres(url: str | None, program: str, *arguments: str) -> str:
    """What one of Postgres's own programs prints, run on the database ``url`` if there is one.

    The password does not show in the list of processes.
    """
    if shutil.which(program) is None:
        raise Misconfigured(f"{program} is missing; install it: apt-get install postgresql-client")
    environment, where = dict(os.environ), []
    if url:
        address = make_url(url).set(drivername="postgresql")
        where = [f"--dbname={address._replace(password=None).render_as_string()}"]
        environment["PGPASSWORD"] = str(address.password or environment.get("PGPASSWORD", ""))
    done = subprocess.run(
        [program, *where, *arguments], capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        raise InvalidInput(f"{program} failed: {done.stderr.strip()}")
    return done.stdout
