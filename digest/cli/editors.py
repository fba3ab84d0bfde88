"""`digest editors`: the people who may choose for the community's list, each by a link of their own."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from digest.cli.frame import App, json_option, pass_app
from digest.cli.output import print_json, print_table
from digest.errors import UsageError

if TYPE_CHECKING:
    from digest.store import Store

NAME_LIMIT = 60


@click.group()
def editors() -> None:
    """Add, list and end editors, and print their links.

    An editor submits papers to the community's list, picks them, pins a sentence to them or hides them there,
    on a page that their link opens. Whoever has the link is the editor: hand it over in private.
    """


@editors.command()
@click.argument("name")
@pass_app
def add(app: App, name: str) -> None:
    """Take an editor in, under the name that readers will see.

    One who was ended and is taken in again gets a new link; the old one stays dead.
    """
    with _store(app) as store:
        editor = store.editors.add(_name(name), at=dt.datetime.now(dt.UTC))
    click.echo(f"{editor.name}: is an editor now; `digest editors link` prints the link")


@editors.command("list")
@json_option
@pass_app
def list_(app: App, as_json: bool) -> None:
    """All editors, also those who ended. Prints no link."""
    with _store(app) as store:
        found = store.editors.everyone()
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("Nobody is an editor yet: digest editors add NAME")
        return
    print_table(
        ("name", "since", "ended"),
        [
            (one.name, f"{one.since:%Y-%m-%d}", f"{one.ended_at:%Y-%m-%d}" if one.ended_at else "")
            for one in found
        ],
    )


@editors.command()
@click.argument("name")
@pass_app
def link(app: App, name: str) -> None:
    """Print the link of an editor's page: always the same one, until the editor is ended."""
    from digest.wiring import signer_of, site_of

    settings = app.settings()
    with _store(app) as store:
        editor = store.editors.named(_name(name))
    site = site_of(settings).checked()
    if not site.url:
        raise UsageError(
            "site.url: is not set, so there is no address that a link could lead to; "
            'set it to where `digest web` can be reached, such as "https://digest.example.org"'
        )
    click.echo(f"{site.url.rstrip('/')}/editor/{signer_of(settings).token('editor', editor.id)}")


@editors.command()
@click.argument("name")
@pass_app
def end(app: App, name: str) -> None:
    """End an editor's part: the link opens nothing more. What they chose stays, under their name."""
    with _store(app) as store:
        editor = store.editors.end(_name(name), at=dt.datetime.now(dt.UTC))
    click.echo(f"{editor.name}: is no editor any more; what they chose stays")


def _store(app: App) -> Store:
    from digest.store import Store

    return Store.open(app.settings().store.url)


def _name(text: str) -> str:
    """A name of one line, as it will stand on pages and in mails."""
    from digest.mail.words import clean

    name = clean(text)
    if not name or len(name) > NAME_LIMIT:
        raise UsageError(f"NAME: {name[:NAME_LIMIT]!r} is not a name of 1 to {NAME_LIMIT} characters")
    return name
