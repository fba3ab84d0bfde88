"""What a domain answered in, whether to leave it alone out. Reads no clock, stores nothing.

A circuit breaker. Closed: mail flows. Open: the domain refused us as a whole (421, 5.7.x), and more mail
would make it worse. Probe: the pause is over, and one delivery at a time may find out (Nygard, "Release It!",
calls it half-open).
"""

from __future__ import annotations

import dataclasses
from typing import Literal

FIRST_PAUSE_S = 300.0
LONGEST_PAUSE_S = 7200.0
SHORTEST_PAUSE_S = 60.0  # for a server that names its own time, and names none to speak of

Gate = Literal["closed", "open", "probe"]


@dataclasses.dataclass(frozen=True, slots=True)
class Breaker:
    """What is stored of one domain: so many pauses in a row, the last until `open_until` (seconds)."""

    failures: int = 0
    open_until: float = 0.0


def tripped(breaker: Breaker, *, now: float, wait_s: float | None) -> Breaker:
    """The breaker after an answer that concerned the whole domain. `wait_s`: as long as the answer asked for.

    Pauses are 5 minutes, 10, 20, … up to 2 hours; a time that the answer named counts in their place, between
    1 minute and 2 hours. An answer to a delivery that was on its way when the domain paused starts no new
    pause: eight in flight are one failure, not eight.

    >>> first = tripped(Breaker(), now=1000.0, wait_s=None)
    >>> first
    Breaker(failures=1, open_until=1300.0)
    >>> tripped(first, now=1001.0, wait_s=None) == first
    True
    >>> tripped(first, now=1300.0, wait_s=None)
    Breaker(failures=2, open_until=1900.0)
    """
    named_s = None if wait_s is None else min(LONGEST_PAUSE_S, max(SHORTEST_PAUSE_S, wait_s))
    if gate(breaker, now) == "open":
        until = breaker.open_until if named_s is None else max(breaker.open_until, now + named_s)
        return dataclasses.replace(breaker, open_until=until)
    failures = max(breaker.failures, 0)
    # The exponent is bounded first: a float ends at 2 ** 1023, a domain that is gone may fail more often.
    doubled_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(failures, 16))
    return Breaker(failures=failures + 1, open_until=now + (doubled_s if named_s is None else named_s))


def mended(breaker: Breaker) -> Breaker:  # noqa: ARG001 - whatever was before
    """The breaker after the domain took a mail: closed, and the next pause is the shortest again."""
    return Breaker()


def gate(breaker: Breaker, now: float) -> Gate:
    """Whether mail to the domain may leave at `now`.

    >>> once = Breaker(failures=1, open_until=1300.0)
    >>> gate(Breaker(), 1000.0), gate(once, 1299.0), gate(once, 1300.0)
    ('closed', 'open', 'probe')
    """
    # No pause is that far ahead unless the clock was set back: then the domain is asked, not locked out.
    if now < breaker.open_until <= now + 2 * LONGEST_PAUSE_S:
        return "open"
    return "probe" if breaker.failures > 0 else "closed"
