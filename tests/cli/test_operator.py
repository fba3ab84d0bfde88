"""What a run tells its operator, and that no run fails for it."""

from __future__ import annotations

import email
import email.policy
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import AT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Said

DEAF = "http://127.0.0.1:9/s3cr3t-token"


def told(folder: Path) -> list[Any]:
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted((folder / "outbox").glob("operator-*.eml"))
    ]


def become(folder: Path, state: str) -> None:
    """The one delivery's fate, as another provider would have left it."""
    connection = sqlite3.connect(folder / "digest.db")
    connection.execute("UPDATE deliveries SET state = ?, provider = 'smtp'", (state,))
    connection.commit()
    connection.close()


@pytest.fixture
def uncertain(digest: Callable[..., Said], folder: Path) -> Path:
    """A folder with an operator, and a delivery of which nobody knows."""
    assert digest("run", "--at", AT).code == 0
    become(folder, "uncertain")
    with (folder / "digest.toml").open("a") as file:
        file.write(f'\n[operator]\nnotify = "ops@example.org"\nping_url = "{DEAF}"\n')
    return folder


def test_runs_tell_it_once_and_once_when_it_is_settled(digest: Callable[..., Said], uncertain: Path) -> None:
    for _ in range(3):
        said = digest("run", "--at", AT)
        assert said.code == 0
    (mail,) = told(uncertain)
    assert mail["To"] == "ops@example.org"
    assert mail["Subject"] == "Paper Digest: 1 delivery is uncertain"
    become(uncertain, "accepted")
    digest("run", "--at", AT)
    digest("run", "--at", AT)
    assert {str(mail["Subject"]) for mail in told(uncertain)} == {
        "Paper Digest: 1 delivery is uncertain",
        "Paper Digest: mended: 1 delivery is uncertain",
    }


def test_a_watchdog_that_is_down_is_a_note_and_changes_no_exit_code(
    digest: Callable[..., Said], uncertain: Path
) -> None:
    said = digest("run", "--at", AT, "--json")
    assert said.code == 0
    assert said.json["due"] == 0
    assert "operator.ping_url: the watchdog could not be reached" in said.err
    assert "s3cr3t" not in said.out + said.err


@pytest.mark.parametrize("words", [("--dry-run",), ("--subscriber", "ada@example.org")])
def test_a_run_that_is_no_morning_tells_nobody(
    digest: Callable[..., Said], uncertain: Path, words: tuple[str, ...]
) -> None:
    said = digest("run", "--at", AT, *words)
    assert "operator" not in said.err
    assert told(uncertain) == []


def test_check_says_whether_anybody_is_told(digest: Callable[..., Said], folder: Path) -> None:
    assert "operator.notify is not set" in digest("check").out
    with (folder / "digest.toml").open("a") as file:
        file.write('\n[operator]\nnotify = "ops@example.org"\n')
    assert "operator.notify is told of troubles" in digest("check").out
