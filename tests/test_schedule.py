"""The metronome ticks; it decides nothing."""

from __future__ import annotations

import datetime as dt
import os
import signal
import threading
import time

from digest.errors import StoreError
from digest.schedule import COLLECT_EVERY_S, FIRST_S, SPREAD_S, Metronome, collects, spread

NOW = dt.datetime(2026, 4, 21, 7, tzinfo=dt.UTC)


def ticks(tick: object, *, until_s: float, every_s: float = 0.05) -> None:
    """Run a metronome in this, the main thread, and end it by a signal as systemd would."""
    metronome = Metronome(tick, every_s=every_s, jitter_s=0)  # type: ignore[arg-type]
    threading.Timer(until_s, os.kill, (os.getpid(), signal.SIGTERM)).start()
    metronome.run()
    assert metronome.is_stopping()


def test_it_ticks_at_once_and_again_until_sigterm() -> None:
    seen: list[float] = []
    ticks(lambda: seen.append(time.monotonic()), until_s=0.6)
    assert len(seen) >= 3


def test_a_tick_under_way_is_finished_after_sigterm() -> None:
    done: list[bool] = []

    def slow() -> None:
        time.sleep(0.8)
        done.append(True)

    ticks(slow, until_s=0.2, every_s=60)
    assert done == [True]


def test_ticks_never_overlap() -> None:
    inside, most = [0], [0]

    def slow() -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        time.sleep(0.2)
        inside[0] -= 1

    ticks(slow, until_s=0.9)
    assert most == [1]


def test_a_tick_that_fails_costs_one_tick() -> None:
    seen: list[int] = []

    def failing() -> None:
        seen.append(1)
        raise StoreError("busy") if len(seen) % 2 else RuntimeError("a defect")

    ticks(failing, until_s=0.6)
    assert len(seen) >= 3


def test_the_old_signal_handler_is_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    ticks(lambda: None, until_s=0.1)
    assert signal.getsignal(signal.SIGTERM) is before


def test_mail_is_spread_over_minutes_and_never_at_the_full_hour() -> None:
    delays = [spread(reader).total_seconds() for reader in range(2000)]
    assert min(delays) >= FIRST_S > 60
    assert max(delays) <= SPREAD_S
    halves = [delay < (FIRST_S + SPREAD_S) / 2 for delay in delays]
    assert 900 < sum(halves) < 1100
    assert spread(7) == spread(7)


def test_sources_are_read_twice_an_hour() -> None:
    assert collects(NOW, None)
    assert not collects(NOW + dt.timedelta(seconds=COLLECT_EVERY_S - 1), NOW)
    assert collects(NOW + dt.timedelta(seconds=COLLECT_EVERY_S), NOW)
