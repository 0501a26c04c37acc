"""Gives a command the application's parts, and puts them away afterwards."""

import functools
from collections.abc import Callable
from contextlib import closing
from typing import Any, Concatenate, ParamSpec, TypeVar

import click

from outreach.config import load_settings
from outreach.wiring import Outreach, build

ROW_ID = click.IntRange(1, 2**31 - 1)  # what a column of ids holds

P = ParamSpec("P")
T = TypeVar("T")


def with_outreach(command: Callable[Concatenate[Outreach, P], T]) -> Callable[P, T]:
    """The command's first argument becomes the parts that the settings say."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> T:
        with closing(build(load_settings())) as outreach:
            return command(outreach, *args, **kwargs)

    return run
