"""`digest db`: the database as a thing that can be lost."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.frame import App, Moment, json_option, pass_app
from digest.cli.output import note, print_json

if TYPE_CHECKING:
    from digest.config import Settings
    from digest.pipeline.restored import Taken
    from digest.store.restores import Restore

FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def db() -> None:
    """Back the database up while it is used, and put a backup back."""


@db.command()
@click.argument("file", type=FILE)
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
@json_option
@pass_app
def backup(app: App, file: Path, force: bool, as_json: bool) -> None:
    """Copy the database to FILE as it stands, also while a run is under way.

    The copy is one file, was read from end to end, and may be read by its owner alone: it holds addresses.
    It does not hold the configuration, whose secret signs the links in mails.
    """
    from digest.store.backups import back_up

    begun = time.monotonic()
    made = back_up(app.settings().store.url, file, force=force, clock=_clock)
    seconds = round(time.monotonic() - begun, 2)
    if as_json:
        print_json({"file": made.path, "bytes": made.size, "taken_at": made.taken_at, "seconds": seconds})
    else:
        click.echo(
            f"{made.path}: {_size(made.size)}, sound, as of {_time(made.taken_at)}; took {seconds:g} s"
        )


@db.command()
@click.argument("file", type=FILE)
@click.option("--force", is_flag=True, help="Also in place of a sound database; what was there is kept.")
@click.option(
    "--until",
    type=Moment(),
    metavar="TIME",
    help="Take all that was due by then (ISO 8601 with offset) as sent: nobody gets it twice.",
)
@json_option
@pass_app
def restore(app: App, file: Path, force: bool, until: dt.datetime | None, as_json: bool) -> None:
    """Put the backup FILE in place of the database, which is kept beside it under a dated name.

    What was sent since the backup is not known to it, and is sent again by the next run, under the same
    Message-IDs; with --until nothing is sent twice. The sources are then asked at once for what they have
    announced since.
    """
    from digest.store.restores import restoring

    settings = app.settings()
    taken: Taken | None = None
    with restoring(settings.store.url, file, force=force, now=_clock()) as going:
        if until is not None and going.backup.taken_at is not None and until < going.backup.taken_at:
            note(f"--until {_time(until)} is before the backup was taken ({_time(going.backup.taken_at)})")
        suppressed, taken = _made_ready(settings, going, until=until)
        kept = going.finish()
    failed = {name: one.error for name, one in (taken.sources if taken else {}).items() if one.error}
    if as_json:
        print_json(
            {
                "file": file,
                "taken_at": going.backup.taken_at,
                "kept": kept,
                "suppressed_since": suppressed,
                "taken_as_sent": taken.count if taken else 0,
                "sources_failed": failed,
            }
        )
        return
    click.echo(f"{going.path}: as of {_time(going.backup.taken_at)}, from {file}")
    if kept is not None:
        click.echo(f"What was there is kept as {kept}")
    if suppressed is None:
        note("Who has left since the backup is not known: suppress them, or they are mailed again.")
    elif suppressed:
        click.echo(f"{suppressed} addresses that were suppressed since stay so")
    if taken is not None and until is not None:
        click.echo(f"{taken.count} deliveries due by {_time(until)} are taken as sent")
    else:
        note("What was sent since the backup is sent again by the next run; --until TIME prevents that.")
    for name, error in failed.items():
        note(f"{name}: {error}; what it announced since the backup may come to readers again")


def _made_ready(
    settings: Settings, going: Restore, *, until: dt.datetime | None
) -> tuple[int | None, Taken | None]:
    """Bring the copy up to date before it is anybody's: its tables, who left or moved, and what was sent."""
    from digest.pipeline.restored import take_as_sent
    from digest.store import Store
    from digest.wiring import open_works

    with Store.open(going.url) as store:
        suppressed = going.take_over(store.database)
    if until is None:
        return suppressed, None
    there = settings.model_copy(update={"store": settings.store.model_copy(update={"url": going.url})})
    with open_works(there) as works:
        return suppressed, take_as_sent(works, until=until)


def _clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _time(moment: dt.datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "a time that it does not say"


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"
