"""Errors become sentences and exit codes in one place; options mean the same in every command."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import pty
import signal
import subprocess
import sys
import threading
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from digest.cli.frame import App, at_option, finish, json_option, pass_app
from digest.cli.output import one_line, print_json, print_table, progress
from digest.model import Topic

DIGEST = str(Path(sys.executable).with_name("digest"))
SECRET = "0123456789abcdef0123456789abcdef"


@click.command()
@at_option
@json_option
@pass_app
def sample(app: App, at: dt.datetime | None, as_json: bool) -> None:
    """Say what came in."""
    print_json({"config": app.config_path, "at": at, "as_json": as_json})
    finish(1)


def said(*arguments: str) -> dict[str, object]:
    result = CliRunner().invoke(sample, arguments, obj=App(config_path=Path("x.toml")))
    assert result.exit_code == 1
    return json.loads(result.stdout)


def test_at_is_moved_to_utc() -> None:
    assert said("--at", "2026-04-21T07:00:00+02:00", "--json") == {
        "config": "x.toml",
        "at": "2026-04-21T05:00:00+00:00",
        "as_json": True,
    }
    assert said() == {"config": "x.toml", "at": None, "as_json": False}
    assert said("--at", "2026-04-21T05:00Z")["at"] == "2026-04-21T05:00:00+00:00"


@pytest.mark.parametrize(
    ("time", "told"),
    [("2026-04-21T07:00", 'write "2026-04-21T07:00Z"'), ("2026-04-21", 'write "2026-04-21T00:00Z"'),
     ("noon", "is not a time such as"),
     ("0001-01-01T00:00Z", "is not between 1991 and 2099"),
     ("9999-12-31T23:59:59-12:00", "is not between 1991 and 2099")],
)  # fmt: skip
def test_at_that_is_no_moment_of_ours_is_a_usage_error(time: str, told: str) -> None:
    result = CliRunner().invoke(sample, ["--at", time], obj=App())
    assert result.exit_code == 2
    assert told in result.stderr


def test_settings_faults_are_sentences_on_standard_error_and_exit_2(tmp_path: Path) -> None:
    path = tmp_path / "digest.toml"
    path.write_text('[site]\nsecret = "short"\n[mail]\nprovider = "sendgird"\n')
    done = subprocess.run(
        [DIGEST, "--config", str(path), "sources"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        f"{path}: site.secret: expected at least 32 characters, got 5",
        f'{path}: mail.provider: unknown "sendgird"; known: outbox, smtp, sendgrid, null',
    ]


def test_configuration_is_found_by_variable(tmp_path: Path) -> None:
    environ = {**os.environ, "DIGEST_CONFIG": str(tmp_path / "elsewhere.toml")}
    done = subprocess.run([DIGEST, "sources"], capture_output=True, text=True, check=False, env=environ)
    assert done.returncode == 2
    assert done.stderr.startswith(f"{tmp_path}/elsewhere.toml: there is no such file")


def test_warnings_of_the_settings_are_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "digest.toml"
    path.write_text(f'[site]\nsecret = "{SECRET}"\n')
    path.chmod(0o600)
    app = App(config_path=path)
    assert app.settings() is app.settings()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("warning: ") == 1


def interrupt(running: subprocess.Popen[bytes]) -> None:
    for _ in range(5):
        running.send_signal(signal.SIGINT)
        try:
            running.wait(timeout=4)
        except subprocess.TimeoutExpired:
            continue
        return
    running.kill()  # what is read from it ends, and the test fails


def test_interrupt_ends_with_130_and_no_traceback(tmp_path: Path) -> None:
    controller, terminal = pty.openpty()
    running = subprocess.Popen(
        [DIGEST, "init", str(tmp_path / "x")],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        # A test run that was put into the background hands its children a SIGINT that is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    os.close(terminal)
    shown = b""
    while b"address" not in shown:
        shown += os.read(controller, 1024)
    # A signal between the prompt and the reading of the answer waits for the answer; a person presses again.
    again = threading.Thread(target=interrupt, args=(running,))
    again.start()
    shown += rest_of(controller)
    assert running.wait(timeout=20) == 130
    again.join()
    assert b"Traceback" not in shown
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("arguments", [["--help"], ["init", "--help"]])
def test_a_reader_that_has_enough_is_no_error_to_tell(arguments: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([DIGEST, *arguments], stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert done.stderr == ""


def test_json_holds_dates_paths_and_dataclasses(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"day": dt.date(2026, 4, 21), "path": Path("a"), "topic": Topic(name="é"), "set": {2, 1}})
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    said = json.loads(out)
    assert (said["day"], said["path"], said["topic"]["name"], said["set"]) == ("2026-04-21", "a", "é", [1, 2])
    with pytest.raises(TypeError, match="cannot be printed as JSON"):
        print_json(object())


def test_a_table_in_a_pipe_is_tabs_and_whole(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(
        ["name", "said"], [["arxiv", "x" * 300], ["feed", "two\nlines\tand \x1b[2J\u202e"], ["hf", None]]
    )
    assert capsys.readouterr().out.split("\n") == [
        "name\tsaid", f"arxiv\t{'x' * 300}", "feed\ttwo lines and  [2J ", "hf\t", "",
    ]  # fmt: skip


def test_a_table_on_a_terminal_is_aligned_and_takes_markup_as_text() -> None:
    code = (
        "from digest.cli.output import *; print_table(['name', 'said'], [['arxiv', '[red]x'], ['hf', 'y']])"
    )
    shown = on_a_terminal([sys.executable, "-c", code])
    assert "arxiv  [red]x" in shown
    assert "hf     y" in shown


def test_progress_is_silent_in_a_pipe_and_seen_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Reading", total=2) as advance:
        advance(1)
    assert capsys.readouterr() == ("", "")
    code = (
        "from digest.cli.output import progress\n"
        "with progress('Reading', total=2) as advance: advance(1)\n"
        "with progress('Counting') as advance: advance(1)\n"
    )
    assert "Reading" in on_a_terminal([sys.executable, "-c", code])


def on_a_terminal(command: list[str]) -> str:
    """What a process shows on a terminal of its own, without colours."""
    controller, terminal = pty.openpty()
    environ = {**os.environ, "TERM": "xterm", "NO_COLOR": "1", "COLUMNS": "80"}
    running = subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, env=environ)
    os.close(terminal)
    shown = rest_of(controller)
    assert running.wait(timeout=20) == 0
    return click.unstyle(shown.decode())


def rest_of(controller: int) -> bytes:
    """Everything that is still written to a terminal, until the last one lets go of it."""
    shown = b""
    with contextlib.suppress(OSError), open(controller, "rb", buffering=0) as file:
        while piece := file.read(4096):  # Linux ends it with EIO
            shown += piece
    return shown


def test_one_line_holds_nothing_that_moves_a_cursor() -> None:
    assert one_line("a\r\nb\x1b[31m\u200bc") == "a  b [31m c"
    assert one_line(None) == ""
