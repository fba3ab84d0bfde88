"""`digest suppressions`: the addresses that get no mail, and why, whoever names them.

Never lifts what a person said themselves: for that there is `digest subscribers
resume`, which asks for their new consent.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.files import read_text, write_private
from digest.cli.frame import App, finish, json_option, pass_app
from digest.cli.output import note, print_json, print_table
from digest.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.model import SuppressionCause
    from digest.store import Store
    from digest.store.suppressions import Suppression

COMMAND = "the operator's command"
ERASED = "(erased)"


class Cause(click.ParamType["SuppressionCause"]):
    """A cause by its name."""

    name = "cause"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> SuppressionCause:
        """The cause; a usage error that names the known ones."""
        from digest.config.suppressions import parse_cause

        try:
            return parse_cause(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.group()
def suppressions() -> None:
    """List, add, lift, import and export addresses that get no mail.

    The causes: bounce (the mailbox does not exist), complaint (a mail was called spam), unsubscribe (the
    person left), operator (you say so). An address may have several, each of which is enough.
    """


@suppressions.command("list")
@click.option("--cause", type=Cause(), help="Only this: bounce, complaint, unsubscribe, operator.")
@json_option
@pass_app
def list_(app: App, cause: SuppressionCause | None, as_json: bool) -> None:
    """All of them, oldest first. Of an erased person there is no address, but it stays suppressed."""
    with _store(app) as store:
        found = store.suppressions.everyone(cause=cause)
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo(f"No address is suppressed{f' for {cause}' if cause else ''}.")
        return
    print_table(
        ("address", "cause", "since", "evidence"),
        [(one.email or ERASED, one.cause, f"{one.at:%Y-%m-%d %H:%M}Z", one.evidence) for one in found],
    )


@suppressions.command()
@click.argument("address")
@click.option("--cause", type=Cause(), default="operator", show_default=True, help="Why.")
@click.option("--evidence", default=COMMAND, show_default=True, metavar="WORDS", help="How you know.")
@pass_app
def add(app: App, address: str, cause: SuppressionCause, evidence: str) -> None:
    """No mail to this address, reader or not. With `--cause unsubscribe` its reader has left."""
    from digest.config.values import parse_optional_line
    from digest.store.suppressions import Suppression
    from digest.wiring import open_store

    try:
        words = str(parse_optional_line(evidence))
    except ValueError as error:
        raise UsageError(f"--evidence: {error}") from error
    one = Suppression(email=_address(address), cause=cause, at=dt.datetime.now(dt.UTC), evidence=words)
    with open_store(app.settings()) as store:
        is_new = _suppress(store, [one])
    click.echo(f"{one.email}: {'gets no mail' if is_new else 'was suppressed already'} ({cause})")


@suppressions.command()
@click.argument("address")
@click.option("--cause", type=Cause(), help="Lift this one only.")
@pass_app
def remove(app: App, address: str, cause: SuppressionCause | None) -> None:
    """Lift a suppression: this cause, or all but unsubscribe.

    A person who left is not brought back here: that takes their new consent, with `digest subscribers
    resume`.
    """
    email = _address(address)
    with _store(app) as store:
        before = {one.cause: one for one in store.suppressions.of(email)}
        left = before.get("unsubscribe")
        lifted = [one for one in before if one != "unsubscribe" and cause in (None, one)]
        for one in lifted:
            store.suppressions.lift(email, cause=one)
        remaining = store.suppressions.of(email)
    if left is not None and not lifted and cause in (None, "unsubscribe"):
        raise UsageError(f"{email}: {_stays(email, left)}")
    if not lifted:
        others = ", ".join(before)
        raise UsageError(
            f"{email}: is not suppressed for {cause}, but for {others}"
            if cause and others
            else f"{email}: is not suppressed; `digest suppressions list` shows who is"
        )
    click.echo(f"{email}: lifted ({', '.join(lifted)})")
    if not remaining:
        return
    still = ", ".join(one.cause for one in remaining)
    note(
        f"{email}: still gets no mail ({still}){f'; {_stays(email, left)}' if left and cause is None else ''}"
    )
    finish(0 if cause else 1)


@suppressions.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option(
    "--cause", type=Cause(), default="operator", show_default=True, help="Where a row does not say why."
)
@json_option
@pass_app
def import_(app: App, file: Path, cause: SuppressionCause, as_json: bool) -> None:
    """Suppress the addresses of a file: a CSV with the columns email, cause, at, evidence, or one a line.

    Rows with a fault are named and left out; the others are taken in. - reads standard input.
    """
    from digest.config.suppressions import parse
    from digest.store.suppressions import Suppression
    from digest.wiring import open_store

    parsed = parse(read_text(file))
    now = dt.datetime.now(dt.UTC)
    rows = [
        Suppression(
            email=row.email,
            cause=row.cause or cause,
            at=row.at or now,
            evidence=f"imported from {_name(file)}" if row.evidence is None else row.evidence,
        )
        for row in parsed.rows
    ]
    with open_store(app.settings()) as store:
        added = _suppress(store, rows)
    if as_json:
        print_json({"added": added, "known": len(rows) - added, "faults": parsed.faults})
    else:
        for fault in parsed.faults:
            note(f"{file}: {fault}")
        left_out = len({fault.partition(":")[0] for fault in parsed.faults})
        click.echo(f"{added} added, {len(rows) - added} known already, {left_out} left out")
    finish(1 if parsed.faults else 0)


@suppressions.command()
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write there (mode 0600).")
@pass_app
def export(app: App, out: Path | None) -> None:
    """All addresses as CSV, as `import` takes it.

    Erased persons are not in it: of them this database has only a hash under its own key, which says
    nothing to another installation. A copy of the database (SQLite's backup) does hold them.
    """
    from digest.config import suppressions as csv

    with _store(app) as store:
        found = store.suppressions.everyone()
    named = [one for one in found if one.email]
    text = csv.format(
        csv.Row(number=number, email=one.email, cause=one.cause, at=one.at, evidence=one.evidence)
        for number, one in enumerate(named, start=2)
    )
    if out is None:
        click.echo(text, nl=False)
    else:
        write_private(out, text)
        note(f"{len(named)} suppressions written to {out}")
    erased = len(found) - len(named)
    if erased:
        note(
            f"left out, for they were erased and only a hash under this database's own key is kept: {erased}"
        )


def _store(app: App) -> Store:
    from digest.store import Store

    return Store.open(app.settings().store.url)


def _suppress(store: Store, rows: Sequence[Suppression]) -> int:
    """Suppress these, and let the readers among them who left be those who left; how many are new."""
    from digest.config import address_key

    added = store.suppressions.add(rows)
    gone = {address_key(one.email): one for one in rows if one.cause == "unsubscribe"}
    for member in store.subscribers.everyone() if gone else ():
        one = gone.get(address_key(member.subscriber.email))
        if one is not None and member.status != "left":
            store.subscribers.set_status(one.email, "left", at=one.at, evidence=one.evidence)
    return added


def _address(text: str) -> str:
    from digest.config import parse_address

    try:
        return parse_address(text)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _stays(email: str, left: Suppression) -> str:
    return (
        f"has left ({left.at:%Y-%m-%d}) and comes back with new consent only: "
        f"digest subscribers resume {email} --agreed-at TIME --agreed-where WORDS"
    )


def _name(file: Path) -> str:
    return "standard input" if str(file) == "-" else file.name
