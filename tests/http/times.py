"""Time that only a test moves."""

from __future__ import annotations


class Time:
    """A clock, and a sleep that moves it and takes no time. `slept` holds every sleep."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds
