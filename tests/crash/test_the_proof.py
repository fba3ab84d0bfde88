"""The proof proved: it holds as the program is, and fails where `sending` is committed behind the send."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest

from tests.crash.scenario import PROVIDERS, ROOT
from tests.crash.shots import steps

SMALL = tuple(shlex.split("--databases 1 --days 1 --readers 60 --kills 6 --workers 1 --seed 7"))


def proof(*words: str) -> subprocess.CompletedProcess[str]:
    """What `make crash` runs, with other words."""
    return subprocess.run(
        [sys.executable, "-m", "tests.crash", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )


def test_every_labelled_step_is_known_to_the_proof() -> None:
    for provider in PROVIDERS:
        assert {"run.begun", "deliver.claimed", "deliver.sent", "deliver.landed"} <= set(steps(provider))
    assert "takeover.recalled" in steps("outbox")


@pytest.mark.slow
def test_a_small_part_of_the_proof_holds() -> None:
    ended = proof(*SMALL, "--providers", "smtp", "sendgrid")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    sentence = ended.stdout.splitlines()[-1]
    assert " over 120 deliveries: 0 lost, 0 doubled, 0 misdirected, " in sentence
    assert sentence.endswith("make crash SEED=7")


@pytest.mark.slow
def test_a_commit_behind_the_send_is_found_by_doubled_mails() -> None:
    ended = proof(*SMALL, "--providers", "smtp", "--kills", "12", "--sabotage")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    sentence = ended.stdout.splitlines()[-1]
    doubled = re.search(r" (\d+) doubled", sentence)
    assert doubled, sentence
    assert int(doubled[1]) >= 1
    assert re.search(
        r"doubled: taken [2-9] times by its Message-ID: [0-9a-f]+ \(reader\d+@example\.org", ended.stdout
    )


@pytest.mark.slow
def test_too_few_kills_are_no_proof() -> None:
    ended = proof(*SMALL, "--providers", "outbox", "--kills", "2", "--whole")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "200 over 2000 are promised" in ended.stdout
