"""Serves the web app with gunicorn: two processes with threads, each with parts of its own."""

import gc
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from outreach.config import Settings
from outreach.web.app import create_app
from outreach.wiring import build

PROCESSES = 2
THREADS = 4


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until told to stop."""
    _Server(settings, host, port).run()


class _Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, told by values instead of by its own command line and files."""

    def __init__(self, settings: Settings, host: str, port: int) -> None:
        self._settings = settings
        self._bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        super().__init__()

    def load_config(self) -> None:
        values: dict[str, Any] = {
            "bind": self._bind,
            "workers": PROCESSES,
            "threads": THREADS,
            "worker_class": "gthread",
            "timeout": 60,
            "proc_name": "outreach web",
            "loglevel": "warning",
        }
        for name, value in values.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Called in each process after the fork, for a connection must not be shared."""
        app = create_app(build(self._settings))
        settle()
        return app


def settle() -> None:
    """What stays as long as the process is looked through for garbage no more.

    To look took up to 180 ms, in the midst of somebody's page.
    """
    gc.collect()
    gc.freeze()
