"""What the README tells a newcomer to type is what the program takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from digest.cli.group import cli
from digest.config import csv, load

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
SECRET = "0123456789abcdef0123456789abcdef"


def blocks(language: str) -> list[str]:
    return re.findall(rf"(?s)```{language}\n(.*?)```", README)


def calls() -> list[list[str]]:
    """Every `digest …` of its shell blocks and sentences, as words."""
    lines = [line for block in blocks("sh") for line in block.replace("\\\n", " ").splitlines()]
    prose = re.sub(r"(?s)```.*?```", "", README)
    lines += [" ".join(span.split()) for span in re.findall(r"`(digest [^`…]*)`", prose)]
    return [shlex.split(line, comments=True) for line in lines if line.startswith("digest ")]


def test_its_configuration_loads(tmp_path: Path) -> None:
    reader, mail = blocks("toml")
    path = tmp_path / "digest.toml"
    path.write_text(mail.replace("[site]", f'[site]\nsecret = "{SECRET}"') + reader, encoding="utf-8")
    path.chmod(0o600)
    settings = load(path, {"DIGEST_MAIL__SMTP__PASSWORD": "abcd efgh ijkl mnop"})
    assert settings.warnings == ()
    assert (settings.mail.provider, settings.mail.smtp.port) == ("smtp", 587)
    assert [topic.name for topic in settings.readers()[0].topics] == ["3D"]


def test_its_spreadsheet_is_taken() -> None:
    (sheet,) = blocks("csv")
    parsed = csv.parse(sheet)
    assert parsed.faults == ()
    assert [topic.name for topic in parsed.rows[0].subscriber.topics] == ["3D", "Agents"]


@pytest.mark.parametrize("words", calls(), ids=" ".join)
def test_its_commands_are_ours(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "readers.csv").touch()
    command: click.Command = cli
    rest = words[1:]
    context = click.Context(cli)
    while isinstance(command, click.Group) and rest:
        found = command.get_command(context, rest.pop(0))
        assert found is not None
        command = found
    command.make_context(words[-1], rest)  # raises a usage error for what it does not take


def test_its_pictures_are_there_and_small() -> None:
    pictures = re.findall(r'(?:src|srcset)="([^"]+)"', README)
    assert len(pictures) == 2
    for picture in pictures:
        assert 1_000 < (Path(__file__).parents[1] / picture).stat().st_size < 150_000
