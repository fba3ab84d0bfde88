"""One deadline over many steps. A clock is passed in; nothing here sleeps."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Deadline:
    """So many seconds from now, for everything together. Waiting one's turn is given back by `extend`."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    def remaining(self) -> float:
        """Seconds left; 0 or less when it has passed."""
        return self._end - self._clock()

    def extend(self, seconds: float) -> None:
        """Seconds that were not the request's own do not count."""
        self._end += seconds
