"""`digest subscribers`: who gets mail. Those whom the configuration file names are managed there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from digest.cli.files import read_text, write_private
from digest.cli.frame import App, finish, json_option, pass_app
from digest.cli.members import agreed, cadence, no_such_reader, since_words, to_json
from digest.cli.output import note, print_json, print_table
from digest.cli.standing import consent_options, erase, pause, remove, resume, standing
from digest.errors import UsageError

if TYPE_CHECKING:
    import datetime as dt

    from digest.model import SuppressionCause
    from digest.store.members import Membership

_ORIGINS = {"file": "the configuration file", "command": "digest subscribers", "web": "the web side"}
_LEFT_OUT = {"left": "has left", "suppressed": "is suppressed"}


@click.group()
def subscribers() -> None:
    """Add, list, import, export, pause, remove and erase readers."""


@subscribers.command()
@click.argument("email")
@click.option("--name", default="", help="How the mail greets them.")
@click.option("--timezone", default="UTC", show_default=True, metavar="ZONE", help="Such as Europe/Berlin.")
@click.option("--send-at", default="07:00", show_default=True, metavar="HH:MM", help="Local to the zone.")
@click.option("--cadence", default="daily", show_default=True, help="daily, weekdays, weekly:mon, monthly:1")
@click.option("--max-papers", type=click.IntRange(1, 1000), help="At most so many papers a mail.")
@click.option("--trending/--no-trending", default=None, help="What the community reads, as well.")
@click.option("--outside/--no-outside", default=None, help="And one paper from outside their topics.")
@click.option(
    "--topic", "topics", multiple=True, metavar='"NAME: WORDS, …"', help="A topic; may be given again."
)
@consent_options
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
        print_json([to_json(member, causes) for member, causes in members])
        return
    print_table(
        ("address", "name", "status", "cadence", "at", "zone", "topics"),
        [
            (
                member.subscriber.email,
                member.subscriber.name,
                standing(member, causes),
                cadence(member.subscriber),
                f"{member.subscriber.send_at:%H:%M}",
                member.subscriber.timezone,
                ", ".join(topic.name for topic in member.subscriber.topics) or "trending",
            )
            for member, causes in members
        ],
    )


@subscribers.command()
@click.argument("email")
@json_option
@pass_app
def show(app: App, email: str, as_json: bool) -> None:
    """One reader: preferences, topics, consent."""
    from digest.config.topics import format_topics

    found = next((one for one in _members(app) if _same(one[0].subscriber.email, email)), None)
    if found is None:
        raise no_such_reader(email)
    member, causes = found
    if as_json:
        print_json(to_json(member, causes))
        return
    reader = member.subscriber
    rows = [
        ("address", reader.email),
        ("name", reader.name or "–"),
        (
            "status",
            standing(member, causes) + since_words(member),
        ),
        ("from", _ORIGINS[member.origin]),
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
    parsed = parse(read_text(file), settings.digest)
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
    from digest.config import csv

    rows = [
        csv.Row(
            number=number,
            subscriber=member.subscriber,
            agreed_at=member.agreed_at,
            agreed_where=member.agreed_where,
        )
        for number, (member, _) in enumerate(_members(app), start=2)
        if member.status in ("active", "paused")
    ]
    text = csv.format(rows)
    if out is None:
        click.echo(text, nl=False)
        return
    write_private(out, text)
    note(f"{len(rows)} readers written to {out}")


for _command in (pause, resume, remove, erase):
    subscribers.add_command(_command)


def _members(app: App) -> list[tuple[Membership, list[SuppressionCause]]]:
    """Everybody, and for what their address is suppressed."""
    from digest.wiring import open_store

    with open_store(app.settings()) as store:
        members = store.subscribers.everyone()
        causes = store.suppressions.causes([member.subscriber.email for member in members])
    return [(member, causes[member.subscriber.email]) for member in members]


def _is_said(option: str) -> bool:
    """Whether an option of this command was given, and is no default."""
    return click.get_current_context().get_parameter_source(option) is ParameterSource.COMMANDLINE


def _same(one: str, other: str) -> bool:
    from digest.config import address_key

    return address_key(one) == address_key(other)
