"""The click group whose commands are imported when they are called."""

from __future__ import annotations

import difflib
import importlib
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from digest import __version__
from digest.cli.commands import COMMANDS, SUMMARY
from digest.cli.frame import App

if TYPE_CHECKING:
    from collections.abc import Sequence


class LazyGroup(click.Group):
    """Knows its commands by the table alone."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names, in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, imported now; None where the table has no such name."""
        if cmd_name not in COMMANDS:
            return None
        return cast("click.Command", getattr(importlib.import_module(f"digest.cli.{cmd_name}"), cmd_name))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name where there is no such command."""
        near = difflib.get_close_matches(args[0], COMMANDS, n=1) if args[0] not in COMMANDS else []
        if near and not args[0].startswith("-"):
            ctx.fail(f"No such command {args[0]!r}. Did you mean {near[0]!r}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The table, without an import."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, help=SUMMARY, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    "config_path",
    metavar="PATH",
    type=click.Path(path_type=Path),
    default="digest.toml",
    envvar="DIGEST_CONFIG",
    show_envvar=True,
    show_default=True,
    help="The configuration file.",
)
@click.version_option(__version__, prog_name="digest", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, config_path: Path) -> None:
    """Hand the configuration's path to the command; it reads the file when it needs it."""
    ctx.obj = App(config_path=config_path)


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line; its exit code. DigestError and its kin pass through."""
    try:
        result = cli.main(args=list(arguments), prog_name="digest", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from error
        click.echo("Aborted.", err=True)
        return 1
    return result if isinstance(result, int) else 0
