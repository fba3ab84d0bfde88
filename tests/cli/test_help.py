"""`digest --help` answers at once, and says exactly what click would say."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from digest.cli.commands import COMMANDS, front_page
from digest.cli.group import cli

DIGEST = str(Path(sys.executable).with_name("digest"))


def test_the_front_page_is_clicks_own() -> None:
    result = CliRunner().invoke(cli, ["--help"], prog_name="digest")
    assert result.exit_code == 0
    assert result.output == front_page()


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_prints_the_front_page(flag: str) -> None:
    done = subprocess.run([DIGEST, flag], capture_output=True, text=True, check=True)
    assert done.stdout == front_page()
    assert done.stderr == ""


@pytest.mark.parametrize("columns", ["60", "200"])
def test_help_fits_the_terminal_as_clicks_does(columns: str) -> None:
    environ = {**os.environ, "COLUMNS": columns}
    ours = subprocess.run([DIGEST, "--help"], capture_output=True, text=True, check=True, env=environ)
    theirs = subprocess.run(
        [DIGEST, "--config", "x", "--help"], capture_output=True, text=True, check=True, env=environ
    )
    assert ours.stdout == theirs.stdout
    assert max(map(len, ours.stdout.splitlines())) <= int(columns)


def test_help_imports_no_command_and_nothing_heavy() -> None:
    code = (
        "import sys; sys.stdout = open('/dev/null', 'w'); from digest.__main__ import main; main(['--help']);"
        "print(*sorted(name for name in sys.modules if '.' not in name or name.startswith('digest')),"
        "file=sys.__stdout__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {name for name in loaded if name.startswith("digest")} == {
        "digest", "digest.__main__", "digest.cli", "digest.cli.commands",
    }  # fmt: skip
    assert not loaded & {
        "click",
        "rich",
        "pydantic",
        "sqlalchemy",
        "numpy",
        "sklearn",
        "typing",
        "dataclasses",
    }


def test_help_costs_at_most_four_times_starting_python() -> None:
    def cost(command: list[str]) -> float:
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start

    ours, python = [], []
    for _ in range(9):  # in turn, so that a busy moment of the machine meets both
        ours.append(cost([DIGEST, "--help"]))
        python.append(cost([sys.executable, "-c", "pass"]))
    assert min(ours) <= 4 * min(python)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_is_there_and_documented(name: str) -> None:
    command = getattr(importlib.import_module(f"digest.cli.{name}"), name)
    assert isinstance(command, click.Command)
    assert command.name == name
    assert command.help
    assert CliRunner().invoke(cli, [name, "--help"], prog_name="digest").exit_code == 0


def test_every_option_of_every_command_is_explained() -> None:
    silent = []
    for name in COMMANDS:
        command = getattr(importlib.import_module(f"digest.cli.{name}"), name)
        for each in [command, *getattr(command, "commands", {}).values()]:
            assert each.help, each.name
            silent += [
                f"{name} {each.name} {option.name}"
                for option in each.params
                if isinstance(option, click.Option) and not option.help
            ]
    assert not silent


def test_a_command_that_does_not_exist_is_a_usage_error_with_the_nearest_one() -> None:
    done = subprocess.run([DIGEST, "colect"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Did you mean 'collect'?" in done.stderr
    assert done.stdout == ""


def test_version_is_told() -> None:
    from digest import __version__

    done = subprocess.run([DIGEST, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"digest {__version__}\n"
