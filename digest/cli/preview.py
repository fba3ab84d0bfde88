"""`digest preview`: the mail that a reader would get, and nothing changed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email
import email.policy
import webbrowser
from pathlib import Path

import click

from digest.cli.frame import App, at_option, pass_app
from digest.cli.output import note
from digest.errors import UsageError


@click.command()
@click.argument("address")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write there, not to the screen."
)
@click.option("--text", is_flag=True, help="The text part instead of the HTML.")
@click.option("--open", "open_it", is_flag=True, help="Show it in the browser.")
@click.option("--again", is_flag=True, help="Also what they were sent before, of the last days.")
@at_option
@pass_app
def preview(
    app: App,
    address: str,
    out: Path | None,
    text: bool,
    open_it: bool,
    again: bool,
    at: dt.datetime | None,
) -> None:
    """The mail that this reader would get now, out of the papers in the library.

    Nothing is sent or remembered. `digest collect` first, if the library is empty.
    """
    from digest.pipeline.preview import preview as compose_preview
    from digest.wiring import open_works

    with open_works(app.settings(), scratch=True) as works:
        member = works.store.subscribers.find(address)
        if member is None:
            raise UsageError(f"{address}: no such subscriber; `digest subscribers list` shows all of them")
        if works.store.papers.count() == 0:
            note("The library is empty: `digest collect` reads the sources.")
        reader = member.subscriber
        if again:
            reader = dataclasses.replace(reader, id=0)  # a stranger, to whom all of the window is news
        elif works.store.editions.cut_offs([reader.id]):
            note("This is what came since their last mail; --again shows what they were sent as well.")
        message = compose_preview(works, reader, now=at or dt.datetime.now(dt.UTC))
    parsed = email.message_from_bytes(message.raw, policy=email.policy.default)
    body = parsed.get_body(("plain" if text else "html",))
    words = body.get_content() if body is not None else ""
    target = out
    if target is None and open_it:
        target = app.settings().path.parent / f"preview.{'txt' if text else 'html'}"
    note(f"Subject: {parsed['Subject']}")
    if target is None:
        click.echo(words, nl=False)
        return
    try:
        target.write_text(words, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{target}: cannot be written: {error.strerror}; name another file") from error
    note(f"Written to {target}")
    if open_it:
        webbrowser.open(target.resolve().as_uri())
