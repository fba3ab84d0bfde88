"""How a reader stands: `digest subscribers pause, resume, remove, erase`, and the words for it."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Any

import click

from digest.cli.frame import App, Moment, pass_app
from digest.cli.members import no_such_reader
from digest.cli.output import note
from digest.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from digest.config import Settings
    from digest.model import Subscriber, SuppressionCause
    from digest.store import Store
    from digest.store.members import Membership, Status

COMMAND = "the operator's command"

_CONSENT: list[Callable[[Any], Any]] = [
    click.option("--agreed-at", type=Moment(), metavar="TIME", help="When the person agreed."),
    click.option("--agreed-where", default="", metavar="WORDS", help="Where or how the person agreed."),
]


def consent_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: `--agreed-at` and `--agreed-where`, the evidence of consent."""
    for option in reversed(_CONSENT):
        command = option(command)
    return command


def standing(member: Membership, causes: Sequence[SuppressionCause]) -> str:
    """A status for people to read, such as "active, suppressed (bounce)"."""
    # Who has left is always suppressed for it.
    others = [cause for cause in causes if (member.status, cause) != ("left", "unsubscribe")]
    return f"{member.status}, suppressed ({', '.join(others)})" if others else member.status


@click.command()
@click.argument("email")
@pass_app
def pause(app: App, email: str) -> None:
    """No mail for this reader until `resume`."""
    _set(app, email, "paused", "paused; `digest subscribers resume` ends it")


@click.command()
@click.argument("email")
@consent_options
@pass_app
def resume(app: App, email: str, agreed_at: dt.datetime | None, agreed_where: str) -> None:
    """Mail again. One who has left comes back only with new consent (--agreed-at, --agreed-where).

    Somebody who was erased, or is on an imported list of those who left, comes back in the same way, as a
    new reader whose preferences are the defaults.
    """
    from digest.store.members import Admission
    from digest.wiring import open_store

    settings = app.settings()
    with open_store(settings) as store:
        member = _find(store, email)
        causes = store.suppressions.causes([email])[email] if email.isprintable() else []
        if member is None and not causes:
            raise no_such_reader(email)
        has_left = "unsubscribe" in causes or (member is not None and member.status == "left")
        if has_left and not (agreed_at and agreed_where):
            raise UsageError(
                f"{email}: has left, and comes back with new consent only: "
                "say --agreed-at TIME and --agreed-where WORDS"
            )
        if member is None:
            others = [cause for cause in causes if cause != "unsubscribe"]
            if others:
                raise UsageError(
                    f"{email}: is suppressed ({', '.join(others)}) and gets no mail; if that is mended: "
                    f"digest suppressions remove {email}"
                )
            reader = _anew(settings, email)
            store.suppressions.lift(email, cause="unsubscribe")
        else:
            store.subscribers.set_status(email, "active")
            reader = member.subscriber
        if member is None or agreed_at:
            store.subscribers.add(
                Admission(subscriber=reader, agreed_at=agreed_at, agreed_where=agreed_where)
            )
    click.echo(f"{email}: gets mail again")


@click.command()
@click.argument("email")
@pass_app
def remove(app: App, email: str) -> None:
    """No mail for this reader ever again, whatever file or import names them."""
    _set(app, email, "left", "removed; stays out although a file may name them")


@click.command()
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_app
def erase(app: App, email: str, yes: bool) -> None:
    """Forget a person: address, preferences, consent, editions, deliveries and their history.

    What stays is a keyed hash of the address, so that no file or import brings them back by mistake. It
    cannot be read backwards. Mails in the outbox, logs and backups are yours to delete.
    """
    from digest.wiring import open_store

    settings = app.settings()
    with open_store(settings) as store:
        member = _find(store, email)
        if member is None and not _is_listed(store, email):
            raise no_such_reader(email)
        address = member.subscriber.email if member else email
        if not yes:
            if not sys.stdin.isatty():
                raise UsageError(f"{address}: erasing cannot be undone; say --yes where nobody can be asked")
            click.confirm(f"Forget {address} and all that was sent to them, for good?", abort=True)
        store.subscribers.erase(address, at=dt.datetime.now(dt.UTC))
    click.echo(f"{address}: erased; a keyed hash of the address stays, so that nobody mails them again")
    if _is_named(settings, address):
        note(f"{address}: {settings.path} still names them; they get no mail, but take them out of it")


def _set(app: App, email: str, status: Status, words: str) -> None:
    from digest.wiring import open_store

    with open_store(app.settings()) as store:
        if _find(store, email) is None:
            raise no_such_reader(email)
        store.subscribers.set_status(email, status, at=dt.datetime.now(dt.UTC), evidence=COMMAND)
    click.echo(f"{email}: {words}")


def _find(store: Store, email: str) -> Membership | None:
    """The membership of what somebody typed; what cannot be printed is nobody's address."""
    return store.subscribers.find(email) if email.isprintable() else None


def _is_named(settings: Settings, email: str) -> bool:
    from digest.config import address_key

    return any(address_key(one.email) == address_key(email) for one in settings.subscribers)


def _is_listed(store: Store, email: str) -> bool:
    """Whether the list of suppressed addresses holds an address, of which no reader is left."""
    return email.isprintable() and any(one.email for one in store.suppressions.of(email))


def _anew(settings: Settings, email: str) -> Subscriber:
    from digest.config import SubscriberSettings
    from digest.config.flags import checked

    return checked(SubscriberSettings, email=email, topics=[]).to_model(settings.digest)
