"""`digest init`: a few answers in, a commented `digest.toml` on disk out. Never overwrites a file."""

from __future__ import annotations

import contextlib
import os
import secrets
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digest.cli.frame import App, pass_app
from digest.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.config.starter import Answers

_ZONEINFO = "zoneinfo/"
_ALSO_UTC = ("Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu")


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option("--email", metavar="ADDRESS", help="The first reader's address; without it, a terminal asks.")
@click.option("--name", default="", help="The reader's name.")
@click.option("--timezone", metavar="ZONE", help="Such as Europe/Berlin.  [default: this machine's]")
@click.option("--send-at", metavar="HH:MM", default="07:00", show_default=True, help="When, local time.")
@click.option(
    "--category",
    "categories",
    metavar="NAME",
    multiple=True,
    help="An arXiv category such as cs.CL; several with commas, or the option again.",
)
@click.option(
    "--topic",
    "topics",
    metavar='"NAME: WORDS, …"',
    multiple=True,
    help='A heading and its keywords, "Vision: nerf, gaussian splatting"; again for another.',
)
@click.option(
    "--huggingface/--no-huggingface", default=True, show_default=True, help="Hugging Face's daily papers."
)
@pass_app
def init(
    app: App,
    folder: Path | None,
    *,
    email: str | None,
    name: str,
    timezone: str | None,
    send_at: str,
    categories: tuple[str, ...],
    topics: tuple[str, ...],
    huggingface: bool,
) -> None:
    """Write a digest.toml to start from, into DIR or here.

    On a terminal it asks for address, categories and topics, unless --email is given; otherwise the
    options say it all. With neither categories nor topics, mails hold what is trending.
    """
    path = folder / "digest.toml" if folder else app.config_path
    if path.exists() or path.is_symlink():
        raise UsageError(_already(path))
    zone = timezone or local_timezone()
    if email is None:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise UsageError(
                "init: there is no terminal to ask on; give at least --email ADDRESS, and --category and "
                '--topic "NAME: WORDS" for more than what is trending'
            )
        email, categories, topics = _ask(categories, topics)
    answers = _checked(
        email=email,
        name=name,
        timezone=zone,
        send_at=send_at,
        categories=categories,
        topics=topics,
        huggingface=huggingface,
    )
    _write(path, answers)
    _say_what_next(path, answers)


def local_timezone(etc: Path = Path("/etc")) -> str:
    """The IANA name of this machine's zone, from TZ, /etc/localtime or /etc/timezone; UTC if none says."""
    from digest.config.times import parse_timezone

    candidates = [os.environ.get("TZ", "").removeprefix(":")]
    localtime = etc / "localtime"
    if localtime.is_symlink():
        candidates.append(str(localtime.readlink()).partition(_ZONEINFO)[2])
    with contextlib.suppress(OSError, UnicodeDecodeError):
        candidates.append((etc / "timezone").read_text(encoding="utf-8").strip())
    for candidate in filter(None, candidates):
        try:
            zone = str(parse_timezone(candidate))
        except ValueError:
            continue
        return "UTC" if zone in _ALSO_UTC else zone  # mails name the zone: by its usual name
    return "UTC"


def _ask(
    categories: tuple[str, ...], topics: tuple[str, ...]
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    from digest.config.addresses import parse_address
    from digest.config.papers import parse_categories
    from digest.config.topics import parse_topics

    email = click.prompt("Your mail address", value_proc=_asking(parse_address))
    if not categories:
        click.echo("arXiv categories to read, such as cs.CL, cs.LG. Enter for none: Hugging Face alone.")
        answer = click.prompt(
            "Categories",
            default="",
            show_default=False,
            value_proc=_asking(lambda text: parse_categories(_words((text,)))),
        )
        categories = tuple(answer or ())
    if not topics:
        click.echo('Topics, one a line, "Vision: nerf, gaussian splatting". Enter when done.')
        while answer := click.prompt(
            "Topic",
            default="",
            show_default=False,
            value_proc=_asking(lambda text: parse_topics(text) and text),
        ):
            topics = (*topics, answer)
    return email, categories, topics


def _asking(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """The same, with a fault after which click asks again."""

    def ask(text: str) -> Any:
        try:
            return parse(text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error

    return ask


def _words(values: tuple[str, ...]) -> list[str]:
    return [word.strip() for value in values for word in value.split(",") if word.strip()]


def _checked(
    *,
    email: str,
    name: str,
    timezone: str,
    send_at: str,
    categories: tuple[str, ...],
    topics: tuple[str, ...],
    huggingface: bool,
) -> Answers:
    """The answers, every fault of them told at once under the option's name."""
    from digest.config.addresses import parse_address
    from digest.config.papers import parse_categories
    from digest.config.starter import Answers
    from digest.config.times import parse_send_at, parse_timezone
    from digest.config.topics import parse_topics
    from digest.config.values import parse_optional_line

    faults: list[str] = []

    def checked(option: str, parse: Callable[[Any], Any], value: object) -> Any:
        try:
            return parse(value)
        except ValueError as error:
            faults.extend(f"{option}: {line}" for line in str(error).split("\n"))
            return None

    address = checked("--email", parse_address, email)
    line = checked("--name", parse_optional_line, name)
    zone = checked("--timezone", parse_timezone, timezone)
    checked("--send-at", parse_send_at, send_at)
    names = checked("--category", parse_categories, _words(categories))
    tables = [table for topic in topics for table in checked("--topic", parse_topics, topic) or ()]
    if not huggingface and not names and not faults:
        faults.append("--no-huggingface: then nothing is read; give a --category")
    if faults:
        raise ConfigError(faults)
    return Answers(
        email=address,
        name=line,
        timezone=zone,
        send_at=send_at.strip(),
        categories=names,
        topics=tuple(tables),
        huggingface=huggingface,
    )


def _write(path: Path, answers: Answers) -> None:
    from digest.config.load import parse
    from digest.config.starter import starter

    text = starter(answers, secrets.token_urlsafe(36))
    parse(text, path=path, environ={})  # what cannot be read again is not written
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
        except OSError:
            path.unlink()  # half a file would be refused, and never be overwritten
            raise
    except FileExistsError as error:
        raise UsageError(_already(path)) from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error


def _already(path: Path) -> str:
    return f"{path}: is there already, and init never overwrites; name another folder, or move the file away"


def _say_what_next(path: Path, answers: Answers) -> None:
    config = "" if path == Path("digest.toml") else f" --config {shlex.quote(str(path))}"
    said = f"{_program()}{config}"
    click.echo(f"Wrote {path} (time zone {answers.timezone}). Mails go into the folder outbox beside it.")
    click.echo("Next, to read the sources, look at the mail, and send it:")
    click.echo(f"  {said} collect")
    click.echo(f"  {said} preview {shlex.quote(answers.email)} --open")
    click.echo(f"  {said} run")


def _program() -> str:
    """How this program is called: by its name where a shell finds it, by its path otherwise."""
    here = Path(sys.argv[0])
    if here.name != "digest" or not here.is_file():
        return "digest"
    found = shutil.which("digest")
    return "digest" if found and Path(found).samefile(here) else shlex.quote(str(here.absolute()))
