"""Commands that keep running: the web app, the worker, both; and a single pass."""

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import click

from outreach.cli.parts import with_outreach
from outreach.cli.printing import facts, json_option, note
from outreach.config import load_settings
from outreach.db import Clock
from outreach.errors import OutreachError
from outreach.web import serving
from outreach.wiring import Outreach, build
from outreach.worker import clock as ticking
from outreach.worker.stages import single_pass

host_option = click.option("--host", default="127.0.0.1", show_default=True)
port_option = click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))


@click.command()
@host_option
@port_option
def web(host: str, port: int) -> None:
    """Serve the web app."""
    settings = load_settings()
    build(settings).close()  # what is wrong is said here, once, and not by every process
    note(f"Serving on http://{host}:{port}; stop it with Ctrl-C.")
    serving.serve(settings, host, port)


@click.command(name="worker")
@click.option("--drain", is_flag=True, help="Do what is due, and exit.")
@json_option
@with_outreach
def work(outreach: Outreach, drain: bool, as_json: bool) -> None:
    """Send what is due, read what came in, follow up, make reports; again and again."""
    if drain:
        _one_pass(outreach, outreach.clock, as_json)
    else:
        note(f"Working every {ticking.INTERVAL.seconds} seconds; stop it with Ctrl-C.")
        ticking.run(outreach)


@click.command()
@click.option("--at", "moment", help="As if it were this moment (ISO 8601; UTC unless it says).")
@json_option
@with_outreach
def tick(outreach: Outreach, moment: str | None, as_json: bool) -> None:
    """Do one pass over everything that is due, and print what was done."""
    at = outreach.clock() if moment is None else _moment(moment)
    _one_pass(outreach, lambda: at, as_json)


def _one_pass(outreach: Outreach, clock: Clock, as_json: bool) -> None:
    done = single_pass(outreach, clock)
    facts(done.as_facts(), as_json=as_json)
    if done.failed:
        raise OutreachError(f"A part of the pass could not be done: {'; '.join(done.failed)}")


@click.command()
@host_option
@port_option
def run(host: str, port: int) -> None:
    """Serve the web app and run the worker beside it."""
    _stop_on_sigterm()
    build(load_settings()).close()
    program = [sys.executable, "-m", "outreach"]
    sys.exit(
        _run_together(
            subprocess.Popen([*program, "web", "--host", host, "--port", str(port)]),
            subprocess.Popen([*program, "worker"]),
        )
    )


def _run_together(*processes: subprocess.Popen[bytes]) -> int:
    """Wait until one of them ends or Ctrl-C comes, then end them all; the exit code."""
    try:
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
        code = next(process.returncode for process in processes if process.returncode is not None)
        note("The web app or the worker ended; stopping the other.")
    except KeyboardInterrupt:
        code = 0
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait()
    return code or 0


def _stop_on_sigterm() -> None:
    """A container is stopped by SIGTERM; treat it as Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is no moment; write it as 2026-12-01T09:00", param_hint="--at"
        ) from None
    if not 2000 <= moment.year < 3000:
        raise click.BadParameter(f"the year {moment.year} cannot be right", param_hint="--at")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
