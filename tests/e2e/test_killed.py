"""`digest run` over 40 readers, killed 25 times at random: 40 mails of 40, or each missing one named."""

from __future__ import annotations

import collections
import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.crash import ledger
from tests.crash.ends import Trap, kill
from tests.crash.outbox_end import OutboxEnd
from tests.crash.smtp_end import SmtpEnd
from tests.e2e.outside import feed, item

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crash.ends import End
    from tests.e2e.home import Home
    from tests.e2e.outside import Outside

AT = "2026-04-21T12:00:00+00:00"
READERS, KILLS, WINDOW = 40, 25, 2
SUBSCRIBERS = "".join(
    f"""
[[subscribers]]
email = "reader{number}@example.org"
[[subscribers.topics]]
name = "Telescopes"
keywords = ["telescope"]
"""
    for number in range(READERS)
)


def killed(home: Home, outside: Outside, chance: random.Random, *, trapped: tuple[End, str] | None) -> bool:
    """Whether a run was killed before its end: where an end has set a trap, in the middle of a mail; of the
    others one in four at any moment, the rest after they began to read their sources."""
    asked = len(outside.asked)
    process = subprocess.Popen(
        [sys.executable, "-m", "digest", "--config", "digest.toml", "run", "--at", AT, "--json"],
        cwd=home.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        if trapped is not None:
            end, phase = trapped
            end.arm(Trap(phase=phase, nth=1), process.pid)
            process.wait(60)
            end.disarm()
        elif chance.random() < 0.75:
            while process.poll() is None and len(outside.asked) == asked:
                time.sleep(0.002)
        if trapped is None:
            time.sleep(chance.uniform(0.0, 0.8))
        if process.poll() is None:
            kill(process.pid)
    finally:
        process.kill()
    return process.wait(30) == -9


@pytest.mark.slow
@pytest.mark.parametrize("provider", ["smtp", "outbox"])
def test_a_run_killed_25_times_sends_all_or_names_the_missing(
    home: Home, outside: Outside, tmp_path: Path, provider: str
) -> None:
    # A server that takes its time over each mail, so that most of a run's is spent sending.
    end: End = (
        SmtpEnd(tmp_path / "smtp", pause_s=0.1)
        if provider == "smtp"
        else OutboxEnd(tmp_path / "taken", outbox=tmp_path / "outbox", emptied=False)
    )
    try:
        outside.announce(feed(item(1)))
        home.configure(end.settings, f"[delivery]\nwindow = {WINDOW}\n", outside.sources(), SUBSCRIBERS)
        chance = random.Random(25)
        kills = runs = 0
        phase = "dot" if provider == "smtp" else "temporary"
        while kills < KILLS:
            # A run has few moments in which a mail is in the air: of every five runs one is killed in it,
            # as long as there are mails to send.
            kills += killed(home, outside, chance, trapped=(end, phase) if runs % 5 == 0 else None)
            runs += 1
            end.settle()
        report = home.run(AT)
        end.settle()
        uncertain = home.digest("deliveries", "list", "--state", "uncertain", "--limit", "0", "--json").json
    finally:
        end.close()
    assert (report["waiting"], report["failed"], report["rejected"], report["expired"]) == (0, 0, 0, 0)
    taken = collections.Counter(one.envelope for one in end.taken)
    everybody = {f"reader{number}@example.org" for number in range(READERS)}
    assert set(taken) <= everybody
    assert set(taken.values()) <= {1}
    assert everybody - set(taken) <= {one["email"] for one in uncertain}
    assert len(uncertain) <= KILLS * WINDOW
    stories = [row.history for row in ledger.read(home.folder / "digest.db").values()]
    caught = [story for story in stories if any(state == "uncertain" for _, state, _ in story)]
    assert 0 < len(caught) <= KILLS * WINDOW  # some kills did hit what was in flight
