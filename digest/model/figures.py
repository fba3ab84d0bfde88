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
class Held:
    """Deliveries that wait for a person: how many, and the oldest (id, slot, provider, since when)."""

    count: int
    oldest: tuple[tuple[str, str, str, dt.datetime], ...]
