"""What an operator counts."""

from __future__ import annotations

import dataclasses
import datetime as dt


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """So many of something (`name`) on a day."""

    day: dt.date
    name: str
    count: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of the mails that left: how many bounced, and how many were complained of."""

    sent: int
    bounced: int
    complained: int

    @property
    def bounce_rate(self) -> float:
        """The share that bounced, 0 to 1; 0 where none left."""
        return self.bounced / self.sent if self.sent else 0.0

    @property
    def complaint_rate(self) -> float:
        """The share that was complained of, 0 to 1; 0 where none left."""
        return self.complained / self.sent if self.sent else 0.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Deliveries that wait for a person: how many, and the oldest (id, slot, provider, since when)."""

    count: int
    oldest: tuple[tuple[str, str, str, dt.datetime], ...]
