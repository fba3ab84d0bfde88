"""The outbox under `kill -9`: what is told afterwards, against what a reader of the folder has seen."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from digest.mailers.outbox import OutboxMailer
from tests.mailers.messages import message
from tests.mailers.outbox_victim import WINDOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

# A child that is killed right before the n-th time that it touches a name in the folder.
STEPPED = """
import os, signal, sys
from pathlib import Path
from digest.mailers.outbox import OutboxMailer
from tests.mailers.messages import message

folder, left = Path(sys.argv[1]), int(sys.argv[2])
mailer = OutboxMailer(folder)
batch = [message(1), message(2)]

def count(event, arguments):
    global left
    if event in ("open", "os.rename", "os.mkdir") and str(folder) in str(arguments[0]):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(count)
for _ in mailer.send(batch):
    pass
"""


class Reader:
    """Somebody's program on the folder: looks at every mail as soon as it is there, takes every other one."""

    def __init__(self, folder: Path) -> None:
        self.seen: set[str] = set()
        self.taken: set[str] = set()
        self.broken: set[str] = set()
        self._folder = folder
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        while not self._done.wait(0.001):
            self._look()

    def _look(self) -> None:
        for path in self._folder.glob("*.eml"):
            if path.stem in self.seen:
                continue
            number = int(path.stem.rpartition("-")[2])
            if path.read_bytes() != message(number).raw:
                self.broken.add(path.stem)
            self.seen.add(path.stem)
            if number % 2:
                path.unlink()
                self.taken.add(path.stem)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "outbox"
    made.mkdir()
    return made


@pytest.fixture
def run(request: pytest.FixtureRequest) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts this interpreter on something; nothing outlives the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, *arguments], stdout=subprocess.PIPE, text=True, cwd=request.config.rootpath
        )
        started.append(child)
        return child

    yield start
    for child in started:
        child.kill()
        child.wait()
        if child.stdout is not None:
            child.stdout.close()


def told(folder: Path, delivery_ids: Sequence[str]) -> dict[str, str]:
    answer = OutboxMailer(folder).recall(delivery_ids)
    return {delivery_id: outcome.kind for delivery_id, outcome in answer.items()}


def test_kill_at_each_step_of_a_mail_is_told_as_it_was(
    folder: Path, run: Callable[..., subprocess.Popen[str]]
) -> None:
    answers: list[tuple[str, str]] = []
    for step in range(30):
        inner = folder / str(step)
        child = run("-c", STEPPED, str(inner), str(step))
        child.communicate()
        answer = told(inner, ["delivery-1", "delivery-2"])
        for number in (1, 2):
            file = inner / f"delivery-{number}.eml"
            assert (answer.get(f"delivery-{number}") == "accepted") == file.exists()
            assert not file.exists() or file.read_bytes() == message(number).raw
        answers.append((answer.get("delivery-1", "unknown"), answer.get("delivery-2", "unknown")))
        if child.returncode == 0:
            break
        assert child.returncode == -signal.SIGKILL
    in_turn = list(dict.fromkeys(answers))
    assert in_turn == [
        ("unknown", "unknown"),  # nothing was noted yet
        ("retry", "retry"),
        ("unknown", "retry"),  # begun, and not there yet: looks like one that was taken away
        ("accepted", "retry"),
        ("accepted", "unknown"),
        ("accepted", "accepted"),
    ]


def test_random_kills_lose_nothing_and_double_nothing(
    folder: Path, run: Callable[..., subprocess.Popen[str]]
) -> None:
    moments = random.Random(20261121)
    kinds: list[str] = []
    with Reader(folder) as reader:
        for turn in range(12):
            child = run("-m", "tests.mailers.outbox_victim", str(folder), str(turn))
            assert child.stdout is not None
            assert child.stdout.readline() == "0\n"
            threading.Event().wait(moments.uniform(0.0, 0.12))
            os.kill(child.pid, signal.SIGKILL)
            rest = child.stdout.read().split("\n")
            assert child.wait() == -signal.SIGKILL
            batches = [0, *(int(line) for line in rest[:-1])]
            ids = [f"{turn}-{number}" for number in range(batches[-1] + 2 * WINDOW)]
            answer = told(folder, ids)
            retried = {delivery_id for delivery_id, kind in answer.items() if kind == "retry"}
            assert len(retried) <= WINDOW
            assert not any((folder / f"{delivery_id}.eml").exists() for delivery_id in retried)
            assert not retried & reader.seen
            assert all(answer[path.stem] == "accepted" for path in folder.glob(f"{turn}-[0-9]*[02468].eml"))
            kinds += answer.values()
    assert reader.broken == set()
    assert {"accepted", "retry"} <= set(kinds)
    assert reader.taken
    assert not {delivery_id for delivery_id in reader.taken if delivery_id in told(folder, [delivery_id])}
