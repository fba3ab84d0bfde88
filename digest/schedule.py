"""The metronome: APScheduler ticks, the database decides.

A tick that comes late, twice, or in two processes at once does no harm: what is due follows from the
ledger. So ticks may be coarse, and a missed one is simply the next one's work.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import signal
import threading
from typing import TYPE_CHECKING

import structlog

from digest.errors import DigestError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

log = structlog.get_logger()

TICK_S = 120
JITTER_S = 20
SPREAD_S = 600  # a reader's mail leaves within this time after its hour
FIRST_S = 61  # and never in its first minute
SHUNNED_MINUTES = frozenset({0, 30})  # when everybody else sends: nothing leaves then, whatever it waited for
COLLECT_EVERY_S = 1800  # arXiv changes once a day, a community's list by the hour


def spread(subscriber_id: int) -> dt.timedelta:
    """How long after its hour a reader's slot waits: always the same for one reader, even over all."""
    share = int.from_bytes(hashlib.blake2b(str(subscriber_id).encode(), digest_size=4).digest()) / 2**32
    return dt.timedelta(seconds=FIRST_S + share * (SPREAD_S - FIRST_S))


def collects(now: dt.datetime, last: dt.datetime | None) -> bool:
    """Whether a tick at `now` looks at the sources, which were last looked at at `last`."""
    return last is None or now - last >= dt.timedelta(seconds=COLLECT_EVERY_S)


class Metronome:
    """Calls `tick` every TICK_S seconds, one at a time, until SIGTERM or SIGINT; a tick that is under way
    then ends by itself, and sooner if it asks `is_stopping`."""

    def __init__(
        self, tick: Callable[[], None], *, every_s: float = TICK_S, jitter_s: int = JITTER_S
    ) -> None:
        self._tick = tick
        self._every_s = every_s
        self._jitter_s = jitter_s
        self._stop = threading.Event()

    def is_stopping(self) -> bool:
        """Whether somebody asked for the end."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask for the end."""
        self._stop.set()

    def run(self) -> None:
        """Tick until asked to stop. The first tick is now."""
        from apscheduler.executors.pool import ThreadPoolExecutor
        from apscheduler.schedulers.background import BackgroundScheduler
        from apscheduler.triggers.interval import IntervalTrigger

        # That a tick is left out because the last one is still running is as it should be.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        scheduler = BackgroundScheduler(executors={"default": ThreadPoolExecutor(1)}, timezone=dt.UTC)
        scheduler.add_job(
            self._guarded,
            IntervalTrigger(seconds=self._every_s, jitter=self._jitter_s, timezone=dt.UTC),
            next_run_time=dt.datetime.now(dt.UTC),
            # One at a time; ticks that were missed while one ran or the machine slept are one tick, and
            # no tick is ever too late (the default drops a tick that is a second late, in silence).
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
        before = {
            number: signal.signal(number, self._on_signal) for number in (signal.SIGTERM, signal.SIGINT)
        }
        scheduler.start()
        try:
            while not self._stop.wait(1.0):
                pass
        finally:
            scheduler.shutdown(wait=True)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        log.info("schedule.stopping", signal=signal.Signals(number).name)
        self._stop.set()

    def _guarded(self) -> None:
        if self._stop.is_set():
            return
        try:
            self._tick()
        except DigestError as error:
            log.error("tick.failed", reason=str(error))  # noqa: TRY400
        except Exception:
            # The border of the job: a defect of ours costs one tick, not the schedule.
            log.exception("tick.crashed")
