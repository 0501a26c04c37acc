"""What the figures were measured on, in a line."""

import os
import platform
import sqlite3
import subprocess
from pathlib import Path

from tests.postgres import postgres_programs


def machine() -> dict[str, str]:
    return {
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{_memory_gib():.0f} GiB",
        "system": platform.freedesktop_os_release()["PRETTY_NAME"],
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "Postgres": _postgres(),
    }


def in_a_line(facts: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items())


def _memory_gib() -> float:
    first = Path("/proc/meminfo").read_text().splitlines()[0]
    return int(first.split()[1]) / 1024**2


def _postgres() -> str:
    programs = postgres_programs()
    if programs is None:
        return "not installed"
    told = subprocess.run([programs / "postgres", "-V"], capture_output=True, text=True, check=True)
    return told.stdout.split()[2]
