"""What commands are made of: the settings at hand, `--at`, `--json`, and an exit code.

    @click.command()
    @at_option
    @json_option
    @pass_app
    def sources(app: App, at: dt.datetime | None, as_json: bool) -> None: ...

A command raises DigestError for what goes wrong (`__main__` tells it) and calls `finish(1)` to end with
another code than 0. Imports click and the errors, and nothing that is slow.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from digest.config import Settings


@dataclasses.dataclass(kw_only=True)
class App:
    """What the options before the command said. `settings()` reads the file when it is first asked."""

    config_path: Path = Path("digest.toml")
    _settings: Settings | None = dataclasses.field(default=None, repr=False)

    def settings(self) -> Settings:
        """The settings; their warnings go to standard error, once. Raises ConfigError."""
        if self._settings is None:
            from digest.config import load

            self._settings = load(self.config_path, os.environ)
            for warning in self._settings.warnings:
                click.echo(f"warning: {warning}", err=True)
        return self._settings


pass_app = click.make_pass_decorator(App, ensure=True)
"""Decorator: the command's first argument is the App."""


# arXiv's own year, and one that leaves room for windows and slots: beyond them nothing is announced, and a
# slip of a digit would have a source asked for each day until then.
_YEARS = range(1991, 2100)


class Moment(click.ParamType[dt.datetime]):
    """A point in time, ISO 8601 with an offset; in UTC when it arrives."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        """The moment; a usage error where there is no offset, for nobody could say when it is."""
        try:
            moment = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
            if moment.tzinfo is None:
                is_day = len(str(value)) == len("2026-04-21")
                whole = moment.isoformat(timespec="minutes") if is_day else value
                self.fail(f'{value!r} has no offset; write "{whole}Z" for UTC, or "+02:00"', param, ctx)
            if moment.year not in _YEARS:
                self.fail(f"{value!r} is not between {_YEARS[0]} and {_YEARS[-1]}", param, ctx)
            return moment.astimezone(dt.UTC)
        except (ValueError, OverflowError):
            self.fail(f'{value!r} is not a time such as "2026-04-21T07:00:00+02:00"', param, ctx)


at_option = click.option(
    "--at",
    type=Moment(),
    metavar="TIME",
    help="Act as at this time (ISO 8601 with offset): it moves slots, windows and sources.",
)
"""`--at TIME` → `at: dt.datetime | None`, aware and in UTC."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else.")
"""`--json` → `as_json: bool`."""


def finish(code: int) -> NoReturn:
    """End the command with an exit code: 0 done, 1 something failed, 2 usage or configuration."""
    raise click.exceptions.Exit(code)
