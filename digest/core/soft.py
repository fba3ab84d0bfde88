"""A count in, a count that is not believed without end out."""

from __future__ import annotations

import math


def soft(count: float, usual: float) -> float:
    """`count` up to `usual` (above 0), from there on usual × (1 + ln(count ÷ usual)): more is always more, a
    forged million is not much, and there is neither a jump nor a kink. At least 0.

    >>> soft(84, 200), round(soft(1_000, 200)), round(soft(1_000_000, 200))
    (84, 522, 1903)
    """
    count = max(0, count)
    return count if count <= usual else usual * (1 + math.log(count / usual))
