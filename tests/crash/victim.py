"""A run that kills itself: CONFIG AT LABEL NTH [--late]. At the NTH step of that label it is gone.

With --late the commit of `sending` comes behind the send: the fault that the proof must find. A label that
no run comes by ("none") kills nobody.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from digest import pipeline
from digest.config import load
from digest.pipeline.alarms import after_run
from digest.store.flights import Claim, Flights, Landing
from digest.wiring import open_works, operator_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class LateFlights(Flights):
    """Claims nothing before it lands."""

    _flight: Sequence[tuple[str, str]] = ()
    _terms: dict[str, Any]

    def claim(self, flight: Sequence[tuple[str, str]], **terms: Any) -> Claim:
        self._flight, self._terms = flight, terms
        return Claim(taken=tuple(delivery_id for delivery_id, _ in flight))

    def land(self, landings: Sequence[Landing], **terms: Any) -> None:
        super().claim(self._flight, **self._terms)
        super().land(landings, **terms)


def killer(label: str, nth: int) -> Callable[[str], None]:
    """A step that ends the process, as `kill -9` does."""
    left = nth

    def step(at: str) -> None:
        nonlocal left
        left -= at == label
        if at == label and left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def main(config: str, at: str, label: str, nth: str, *flags: str) -> int:
    """One run; 0 if it came to its end."""
    settings, now = load(config), dt.datetime.fromisoformat(at)
    with open_works(settings, step=killer(label, int(nth))) as works:
        if "--late" in flags:
            works.store.flights = LateFlights(works.store.database)
        report = pipeline.run(works, now=now)
        after_run(works, report, operator_of(settings), now=now)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
