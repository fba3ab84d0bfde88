"""`digest demo`: three sample mornings, to look at before anything is set up."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from digest.cli.frame import json_option
from digest.cli.output import print_json
from digest.cli.stages import stages


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default="demo")
@json_option
def demo(folder: Path, as_json: bool) -> None:
    """Three sample mornings for six sample readers, into FOLDER (default: demo).

    Papers and readers are samples that come with the program. No account, no network; again and again.
    """
    from digest.demo.mornings import demonstrate

    with stages() as progress:
        shown = demonstrate(folder, progress=progress)
    if as_json:
        print_json(
            {"index": shown.index, "papers": shown.papers, "mails": [str(mail) for mail in shown.mails]}
        )
        return
    click.echo(f"{len(shown.mails)} mails out of {shown.papers} sample papers are in {folder / 'outbox'}.")
    click.echo(f"Open {shown.index.resolve().as_uri()}")
    click.echo(f"And the web side: digest --config {shlex.quote(str(folder / 'digest.toml'))} web")
