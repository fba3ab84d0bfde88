"""`digest sources`: how each source is doing."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import click

from digest.cli.frame import App, at_option, json_option, pass_app
from digest.cli.output import print_json, print_table

if TYPE_CHECKING:
    from digest.model import Position

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@click.command()
@at_option
@json_option
@pass_app
def sources(app: App, at: dt.datetime | None, as_json: bool) -> None:
    """Each source: last success, what it said, how far it has read."""
    from digest.wiring import open_store, sources_of

    settings = app.settings()
    now = at or dt.datetime.now(dt.UTC)
    with open_store(settings) as store:
        records = {record.name: record for record in store.sources.records()}
        names = [source.name for source in sources_of(settings, store)]
    rows = []
    for name in names:
        record = records.get(name)
        rows.append(
            {
                "name": name,
                "status": record.status if record else "never read",
                "error": record.error if record else None,
                "checked_at": record.checked_at if record else None,
                "succeeded_at": record.succeeded_at if record else None,
                "seen": record.seen if record else 0,
                "new": record.new if record else 0,
                "read_to": reach(record.position) if record else {},
            }
        )
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo("No source is configured: add a [[sources]] to the configuration file.")
        return
    print_table(
        ("source", "status", "last success", "read to", "entries", "new", "what it said"),
        [
            (
                row["name"],
                row["status"],
                _ago(row["succeeded_at"], now),  # type: ignore[arg-type]
                _days(row["read_to"]),  # type: ignore[arg-type]
                row["seen"],
                row["new"],
                row["error"] or "",
            )
            for row in rows
        ],
    )


def reach(position: Position) -> dict[str, str]:
    """How far a source has been read, as a person may read it: a day for each of its channels, or one under
    `read`. The other marks are the source's own (see `digest.sources`)."""
    marks = dict(position.marks)
    if "read" in marks:
        return {"read": marks["read"]}
    return {name: value for name, value in marks.items() if _DAY.fullmatch(value) and ":" not in name}


def _days(reached: dict[str, str]) -> str:
    if len(set(reached.values())) == 1:
        return next(iter(reached.values()))
    return ", ".join(f"{name} {day}" for name, day in reached.items()) or "nowhere"


def _ago(then: dt.datetime | None, now: dt.datetime) -> str:
    if then is None:
        return "never"
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 0:
        return f"{then:%Y-%m-%d %H:%M} UTC"
    for size, word in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            count = minutes // size
            return f"{count} {word}{'s' if count > 1 else ''} ago"
    return "just now"
