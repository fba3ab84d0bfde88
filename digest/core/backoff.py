"""How often a delivery was tried in, how long to wait out. Reads no clock, throws no dice."""

from __future__ import annotations

BACKOFF_S = (300, 900, 1800, 3600, 7200)  # before the second attempt, the third, …; the last one repeats
_SPREAD = 0.2


def backoff_s(attempts: int, jitter: float) -> float:
    """Seconds until a delivery that was tried `attempts` times before the failure at hand is tried again.

    `jitter` in [0, 1), drawn anew each time, spreads the table's value evenly by ±20 %, so that what failed
    together does not come back together. The steps are so far apart that a later one is longer whatever was
    drawn. Any numbers will do: outside their range they count as its ends.

    >>> [backoff_s(attempts, 0.5) for attempts in range(7)]
    [300.0, 900.0, 1800.0, 3600.0, 7200.0, 7200.0, 7200.0]
    >>> backoff_s(0, 0.0), backoff_s(0, 1.0)
    (240.0, 360.0)
    """
    step_s = BACKOFF_S[min(max(attempts, 0), len(BACKOFF_S) - 1)]
    return step_s * (1 + _SPREAD * (2 * min(max(0.0, jitter), 1.0) - 1))
