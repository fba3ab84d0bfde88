"""Ctrl-C and SIGTERM during a run: at once where nothing is in the air, after the flight where something is.

A flight that is broken off leaves up to a window of deliveries uncertain, and they want a person; the few
seconds that it takes to land cost nobody anything. Who asks twice is taken at their word.
"""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING

from digest.cli.output import note

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopping:
    """Whether somebody asked for the end. `step` is told where the run is (`pipeline.Works.step`)."""

    def __init__(self) -> None:
        self._delivering = False
        self._asked = False

    def is_stopping(self) -> bool:
        """Whether the run shall end after the flight at hand."""
        return self._asked

    def step(self, label: str) -> None:
        """The run has come to that step."""
        if label == "run.composed":
            self._delivering = True
        elif label == "run.delivered":
            self._delivering = False

    def on_signal(self, number: int, _frame: FrameType | None) -> None:
        """Take note, or break off. Raises KeyboardInterrupt."""
        if not self._delivering or self._asked:
            raise KeyboardInterrupt
        self._asked = True
        note(f"{signal.Signals(number).name}: ending after the mails in flight; again to break off")


@contextlib.contextmanager
def stopping() -> Iterator[Stopping]:
    """Listen for the two signals while the block runs."""
    one = Stopping()
    # What whoever started us wants ignored (nohup, a shell's background job) stays ignored.
    heard = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, one.on_signal) for number in heard}
    try:
        yield one
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
