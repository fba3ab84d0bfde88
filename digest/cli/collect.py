"""`digest collect`: sources → library, and nothing else."""

from __future__ import annotations

import dataclasses
import datetime as dt

import click

from digest.cli.frame import App, at_option, finish, json_option, pass_app
from digest.cli.output import note, print_json
from digest.cli.stages import stages
from digest.errors import UsageError


@click.command()
@click.option("--source", "name", metavar="NAME", help="Only this source.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Read again from this day on, whatever was read before.",
)
@at_option
@json_option
@pass_app
def collect(
    app: App,
    name: str | None,
    since: dt.datetime | None,
    at: dt.datetime | None,
    as_json: bool,
) -> None:
    """Pull listings into papers. Ends with 1 only where a source failed."""
    from digest import pipeline
    from digest.wiring import open_works

    now = at or dt.datetime.now(dt.UTC)
    if since is not None and since.date() > now.date():
        raise UsageError(f"--since {since:%Y-%m-%d}: is in the future")
    with stages() as progress, open_works(app.settings(), progress=progress) as works:
        chosen = [source for source in works.sources if name in (None, source.name)]
        if not chosen:
            known = ", ".join(source.name for source in works.sources) or "none is configured"
            raise UsageError(f"--source {name}: no such source; known: {known}")
        readings = pipeline.collect(works, chosen, now=now, since=None if since is None else since.date())
    if as_json:
        print_json({"at": now, "sources": {one: dataclasses.asdict(it) for one, it in readings.items()}})
    else:
        for one, reading in readings.items():
            click.echo(f"{one}: {reading.status}, {reading.new} new of {reading.seen} read")
            if reading.error:
                note(f"{one}: {reading.error}")
    finish(1 if any(reading.status == "failed" for reading in readings.values()) else 0)
