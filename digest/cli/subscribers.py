"""`digest subscribers`: who gets mail. Those whom the configuration file names are managed there."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from digest.cli.frame import App, Moment, finish, json_option, pass_app
from digest.cli.members import agreed, cadence, to_json
from digest.cli.output import note, print_json, print_table
from digest.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.store.members import Membership, Status

_LEFT_OUT = {"left": "has left", "suppressed": "is suppressed"}

consent_options: list[Callable[[Any], Any]] = [
    click.option("--agreed-at", type=Moment(), metavar="TIME", help="When the person agreed."),
    click.option("--agreed-where", default="", metavar="WORDS", help="Where or how the person agreed."),
]


def _consent(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(consent_options):
        command = option(command)
    return command


@click.group()
def subscribers() -> None:
    """Add, list, import, export, pause and remove readers."""


@subscribers.command()
@click.argument("email")
@click.option("--name", default="", help="How the mail greets them.")
@click.option("--timezone", default="UTC", show_default=True, metavar="ZONE", help="Such as Europe/Berlin.")
@click.option("--send-at", default="07:00", show_default=True, metavar="HH:MM", help="Local to the zone.")
@click.option("--cadence", default="daily", show_default=True, help="daily, weekdays, weekly:mon, monthly:1")
@click.option("--max-papers", type=click.IntRange(1, 1000), help="At most so many papers a mail.")
@click.option("--trending/--no-trending", default=None, help="What the community reads, as well.")
@click.option(
    "--topic", "topics", multiple=True, metavar='"NAME: WORDS, …"', help="A topic; may be given again."
)
@_consent
@json_option
@pass_app
def add(
    app: App,
    /,
    email: str,
    topics: tuple[str, ...],
    agreed_at: dt.datetime | None,
    agreed_where: str,
    as_json: bool,
    **preferences: object,
) -> None:
    """Add a reader, or bring one's preferences up to date: what is not said stays as it was."""
    from digest.config import SubscriberSettings
    from digest.config.flags import checked
    from digest.config.topics import parse_topics
    from digest.store.members import Admission
    from digest.wiring import open_store

    try:
        parsed = [topic for line in topics for topic in parse_topics(line)]
    except ValueError as error:
        raise UsageError(f"--topic: {error}") from error
    given = {name: value for name, value in preferences.items() if value is not None}
    settings = app.settings()
    reader = checked(SubscriberSettings, email=email, topics=parsed, **given).to_model(settings.digest)
    with open_store(settings) as store:
        said = frozenset(name for name in (*given, "topics") if _is_said(name))
        is_new = store.subscribers.add(
            Admission(subscriber=reader, said=said, agreed_at=agreed_at, agreed_where=agreed_where)
        )
    if any(_same(reader.email, one.email) for one in settings.subscribers):
        note(f"{reader.email}: {settings.path} names this reader, and what it says holds at the next run")
    if as_json:
        print_json({"email": reader.email, "added": is_new})
    else:
        click.echo(f"{reader.email}: {'added' if is_new else 'brought up to date'}")


@subscribers.command("list")
@json_option
@pass_app
def list_(app: App, as_json: bool) -> None:
    """All readers, also those who paused or left."""
    members = _members(app)
    if as_json:
        print_json([to_json(member) for member in members])
        return
    print_table(
        ("address", "name", "status", "cadence", "at", "zone", "topics"),
        [
            (
                member.subscriber.email,
                member.subscriber.name,
                member.status,
                cadence(member.subscriber),
                f"{member.subscriber.send_at:%H:%M}",
                member.subscriber.timezone,
                ", ".join(topic.name for topic in member.subscriber.topics) or "trending",
            )
            for member in members
        ],
    )


@subscribers.command()
@click.argument("email")
@json_option
@pass_app
def show(app: App, email: str, as_json: bool) -> None:
    """One reader: preferences, topics, consent."""
    from digest.config.topics import format_topics

    member = next((one for one in _members(app) if _same(one.subscriber.email, email)), None)
    if member is None:
        raise UsageError(f"{email}: no such subscriber; `digest subscribers list` shows all of them")
    if as_json:
        print_json(to_json(member))
        return
    reader = member.subscriber
    rows = [
        ("address", reader.email),
        ("name", reader.name or "–"),
        ("status", member.status + (f" since {member.left_at:%Y-%m-%d}" if member.left_at else "")),
        ("from", "the configuration file" if member.origin == "file" else "digest subscribers"),
        ("mail", f"{cadence(reader)} at {reader.send_at:%H:%M} {reader.timezone}"),
        ("papers", f"at most {reader.max_papers}{', with trending ones' if reader.trending else ''}"),
        ("agreed", agreed(member)),
        *(("topic", format_topics([topic])) for topic in reader.topics),
    ]
    for word, value in rows:
        click.echo(f"{word:<9}{value}")


@subscribers.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@json_option
@pass_app
def import_(app: App, file: Path, as_json: bool) -> None:
    """Add or update the readers of a CSV file.

    Columns: email, name, timezone, send_at, cadence, topics, agreed_at, agreed_where. Rows with a fault
    are named and left out; the others are taken in, in one transaction.
    """
    from digest.config.csv import parse
    from digest.store.members import Admission
    from digest.wiring import open_store

    settings = app.settings()
    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: byte {error.start} is not UTF-8; save it as CSV UTF-8") from error
    parsed = parse(text, settings.digest)
    faults = list(parsed.faults)
    with open_store(settings) as store:
        done = store.subscribers.add_all(
            [
                Admission(
                    subscriber=row.subscriber,
                    said=row.said,
                    agreed_at=row.agreed_at,
                    agreed_where=row.agreed_where,
                )
                for row in parsed.rows
            ]
        )
    faults += [
        f"row {row.number}: {row.subscriber.email} {_LEFT_OUT[became]} and is not added again"
        for row, became in zip(parsed.rows, done, strict=True)
        if became in _LEFT_OUT
    ]
    added, updated = done.count("added"), done.count("updated")
    left_out = len({fault.partition(":")[0] for fault in faults})  # a row may have several faults
    if as_json:
        print_json({"added": added, "updated": updated, "faults": faults})
    else:
        for fault in faults:
            note(f"{file}: {fault}")
        click.echo(f"{added} added, {updated} brought up to date, {left_out} left out")
    finish(1 if faults else 0)


@subscribers.command()
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write there (mode 0600).")
@pass_app
def export(app: App, out: Path | None) -> None:
    """Active and paused readers as CSV, as `import` takes it."""
    import os

    from digest.config import csv

    rows = [
        csv.Row(
            number=number,
            subscriber=member.subscriber,
            agreed_at=member.agreed_at,
            agreed_where=member.agreed_where,
        )
        for number, member in enumerate(_members(app), start=2)
        if member.status in ("active", "paused")
    ]
    text = csv.format(rows)
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123
            file.write(text)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written: {error.strerror}; name another file") from error
    note(f"{len(rows)} readers written to {out}")


@subscribers.command()
@click.argument("email")
@pass_app
def pause(app: App, email: str) -> None:
    """No mail for this reader until `resume`."""
    _set(app, email, "paused", "paused; `digest subscribers resume` ends it")


@subscribers.command()
@click.argument("email")
@_consent
@pass_app
def resume(app: App, email: str, agreed_at: dt.datetime | None, agreed_where: str) -> None:
    """Mail again. One who has left comes back only with new consent (--agreed-at, --agreed-where)."""
    from digest.store.members import Admission
    from digest.wiring import open_store

    with open_store(app.settings()) as store:
        member = store.subscribers.find(email)
        if member is not None and member.status == "left" and not (agreed_at and agreed_where):
            raise UsageError(
                f"{email}: has left, and comes back with new consent only: "
                "say --agreed-at TIME and --agreed-where WORDS"
            )
        store.subscribers.set_status(email, "active")
        if member is not None and agreed_at:
            store.subscribers.add(
                Admission(subscriber=member.subscriber, agreed_at=agreed_at, agreed_where=agreed_where)
            )
    click.echo(f"{email}: gets mail again")


@subscribers.command()
@click.argument("email")
@pass_app
def remove(app: App, email: str) -> None:
    """No mail for this reader ever again, whatever file or import names them."""
    _set(app, email, "left", "removed; stays out although a file may name them")


def _set(app: App, email: str, status: Status, words: str) -> None:
    from digest.wiring import open_store

    with open_store(app.settings()) as store:
        store.subscribers.set_status(email, status, at=dt.datetime.now(dt.UTC))
    click.echo(f"{email}: {words}")


def _members(app: App) -> list[Membership]:
    from digest.wiring import open_store

    with open_store(app.settings()) as store:
        return store.subscribers.everyone()


def _is_said(option: str) -> bool:
    """Whether an option of this command was given, and is no default."""
    return click.get_current_context().get_parameter_source(option) is ParameterSource.COMMANDLINE


def _same(one: str, other: str) -> bool:
    from digest.config import address_key

    return address_key(one) == address_key(other)
