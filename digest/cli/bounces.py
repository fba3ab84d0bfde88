"""`digest bounces read`: delivery reports, complaints and requests to leave that came by mail."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.frame import App, finish, json_option, pass_app
from digest.cli.output import note, one_line, print_json
from digest.errors import DigestError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.config import Settings
    from digest.pipeline.returns import Absorb, Readings
    from digest.returns.folders import Folder
    from digest.returns.whose import Ours

TRY_AGAIN = 75  # EX_TEMPFAIL: a mail server that pipes a mail to us keeps it, and tries again
SHOWN = 50
PASSWORD = "DIGEST_IMAP_PASSWORD"  # noqa: S105 - the variable's name
KINDS = {
    "report": ("delivery report", "delivery reports"),
    "complaint": ("complaint", "complaints"),
    "departure": ("request to leave", "requests to leave"),
    "automatic": ("automatic answer", "automatic answers"),
    "foreign": ("report about no mail of ours", "reports about no mail of ours"),
    "unknown": ("letter for a person", "letters for a person"),
}


@click.group()
def bounces() -> None:
    """Read delivery reports and requests to leave that came by mail."""


@bounces.command()
@click.argument("source", metavar="SOURCE")
@click.option(
    "--password-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"Holds the IMAP password.  [or env var: {PASSWORD}]",
)
@click.option("--mark-all", is_flag=True, help="Mark also those as seen that a person should read.")
@click.option("--dry-run", is_flag=True, help="Say what would follow; change and mark nothing.")
@json_option
@pass_app
def read(
    app: App, source: str, password_file: Path | None, mark_all: bool, dry_run: bool, as_json: bool
) -> None:
    """Take in what came back: a Maildir, an mbox file, imaps://user@host/folder, or - for one mail.

    Mails that are dealt with are marked as seen once the database has what they say; those that a person
    should read stay unread. With -, a mail server can pipe each mail here: while something fails, the exit
    code is 75, which asks it to try again.
    """
    from digest.pipeline.returns import take_in

    try:
        settings = app.settings()
        with (
            _opened(source, password_file=password_file, writing=not dry_run) as folder,
            _absorbing(settings, dry_run=dry_run) as absorb,
        ):
            readings = take_in(folder, _ours(settings), absorb=absorb, mark_all=mark_all)
    except DigestError as error:
        if source != "-":
            raise
        note(str(error))
        finish(TRY_AGAIN)
    if as_json:
        _print_json(readings)
    else:
        _print(readings, dry_run=dry_run)


@contextlib.contextmanager
def _opened(source: str, *, password_file: Path | None, writing: bool) -> Iterator[Folder]:
    from digest.returns.folders import OneMail, open_folder
    from digest.returns.mime import BYTES_LIMIT

    if source == "-":
        raw = sys.stdin.buffer.read(BYTES_LIMIT)
        while sys.stdin.buffer.read(1 << 16):  # a mail server that cannot write all of it calls that an error
            pass
        yield OneMail(raw, arrived=dt.datetime.now(dt.UTC).replace(microsecond=0))
        return
    with open_folder(source, password=_password(password_file), writing=writing) as folder:
        yield folder


def _password(path: Path | None) -> str | None:
    if path is None:
        return os.environ.get(PASSWORD)
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"--password-file {path}: cannot be read: {why}") from error


def _ours(settings: Settings) -> Ours:
    from digest.mail.addresses import domain_of
    from digest.returns.whose import Ours
    from digest.wiring import signer_of, site_of

    site, signer = site_of(settings).checked(), signer_of(settings)
    return Ours(
        return_path=site.return_path,
        domain=domain_of(site.sender_address),
        read_token=lambda token: signer.read("unsubscribe", token),
    )


@contextlib.contextmanager
def _absorbing(settings: Settings, *, dry_run: bool) -> Iterator[Absorb]:
    from digest.pipeline.returns import into, nothing_follows
    from digest.wiring import delivery_of, open_store

    if dry_run:
        yield nothing_follows
        return
    with open_store(settings) as store:
        yield into(
            store,
            soft_bounces=delivery_of(settings).soft_bounces,
            clock=lambda: dt.datetime.now(dt.UTC),
        )


def _print_json(readings: Readings) -> None:
    print_json(
        {
            "read": len(readings.reports),
            "kinds": {kind: readings.count(kind) for kind in KINDS},
            **dataclasses.asdict(readings.consequences),
            "for_a_person": [
                {"mail": key, "kind": report.kind, "words": report.sentence}
                for key, report in readings.reports
                if report.needs_person
            ],
        }
    )


def _print(readings: Readings, *, dry_run: bool) -> None:
    kinds = [_counted(readings.count(kind), *words) for kind, words in KINDS.items() if readings.count(kind)]
    read = _counted(len(readings.reports), "mail read", "mails read")
    click.echo(": ".join(filter(None, [read, ", ".join(kinds)])))
    if dry_run:
        for key, report in readings.reports[:SHOWN]:
            click.echo(f"{one_line(key)}: {one_line(report.sentence)}")
        click.echo("Nothing was changed, and no mail was marked.")
        return
    followed = readings.consequences
    words = (
        _counted(followed.new, "new event", "new events"),
        _counted(followed.moved, "delivery moved", "deliveries moved"),
        _counted(followed.suppressed, "address suppressed", "addresses suppressed"),
        _counted(followed.left, "reader left", "readers left"),
    )
    click.echo(", ".join(words))
    if followed.foreign:
        events = _counted(followed.foreign, "event of a delivery", "events of deliveries")
        note(f"{events} that this database does not have")
    person = [(key, report) for key, report in readings.reports if report.needs_person]
    for key, report in person[:SHOWN]:
        note(f"{one_line(key)}: {one_line(report.sentence)}")
    if len(person) > SHOWN:
        note(f"and {len(person) - SHOWN} more; --json names all of them")


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
