"""A rate, what is stored of it and an instant in; permitted or how long to wait out. Also the days of a
warm-up. Reads no clock, stores nothing, never sleeps.

Rates are the generic cell rate algorithm (GCRA, "virtual scheduling": ITU-T I.371; ATM Forum, Traffic
Management Specification 4.0): all that need be stored is one instant, `free_at`, at which everything
permitted so far would have been spread out evenly. So one conditional UPDATE of one number takes a permit.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

NO_CAP = 2**31 - 1  # what every database can hold as an integer, and no day's mail will reach
# Epoch seconds as floats are 0.24 µs apart and sums of them drift, datetimes are cut to 1 µs: who waited as
# long as they were told is not sent off again for that. It adds up to nothing: permits stay evenly spread.
_EARLY_S = 1e-4
_LATE_S = 60.0  # a clock that goes back by no more than this is waited for


@dataclasses.dataclass(frozen=True, slots=True)
class Rate:
    """`count` in every `per_s` seconds, of which `burst` may come at once.

    Raises ValueError unless `count` and `per_s` are positive and finite, `burst` is at least 1, and it comes
    to at most 10,000 a second.
    """

    count: float
    per_s: float
    burst: int = 1

    def __post_init__(self) -> None:
        if not (0 < self.count < math.inf and 0 < self.per_s < math.inf and self.burst >= 1):
            raise ValueError(f"{self} permits nothing, ever: give a positive count, time and burst")
        if self.interval_s < _EARLY_S:
            raise ValueError(f"{self} is more than a clock can tell apart: give at most 10,000 a second")

    @property
    def interval_s(self) -> float:
        """What one permit lasts: seconds from one to the next when they come evenly."""
        return self.per_s / self.count


def take(free_at: float, rate: Rate, now: float) -> tuple[float, float]:
    """One permit at `now`, if there is one: `(new_free_at, wait_s)`. Times are seconds on one clock;
    `free_at` is what was stored, 0.0 at the beginning.

    wait_s == 0: permitted, and new_free_at is to be stored before the permit is used. wait_s > 0: refused,
    new_free_at is `free_at`, and after `wait_s` there is a permit unless somebody else took it.
    Over any T seconds at most `T / rate.interval_s + rate.burst` are permitted.

    A clock that went back by up to a minute is waited for, and the rate holds. A `free_at` farther ahead than
    that was never written by this clock under this rate (the clock was set back, the rate was raised): one is
    permitted, and the rate holds from then on, without a burst at first. Nothing waits longer than
    `rate.interval_s` and a minute.

    >>> two_a_second = Rate(2, 1.0, burst=2)
    >>> free_at, wait_s = take(0.0, two_a_second, 100.0)
    >>> free_at, wait_s = take(free_at, two_a_second, 100.0)
    >>> free_at, wait_s
    (101.0, 0.0)
    >>> take(free_at, two_a_second, 100.25)
    (101.0, 0.25)
    """
    interval_s = rate.interval_s
    full = now + rate.burst * interval_s
    if not free_at <= full + _LATE_S:  # so put that NaN, out of a damaged row, does not lock for ever either
        return full, 0.0
    wait_s = free_at - (rate.burst - 1) * interval_s - now
    if wait_s > _EARLY_S:
        return free_at, wait_s
    return max(free_at, now) + interval_s, 0.0


def warmup_cap(day: int, first_day: int, growth: float, full: int | None) -> int:
    """How many mails a new sender may send on its `day`-th day of sending (0-based).

    `first_day` on the first, `growth` times as many each day after, until `full`; without, until NO_CAP.

    Never less than on an earlier day. A `day` before the first counts as the first. Raises ValueError unless
    `first_day` and `full` are at least 1 and `growth` is a number of at least 1.

    >>> [warmup_cap(day, 50, 1.5, 400) for day in range(7)]
    [50, 75, 112, 168, 253, 379, 400]
    """
    ceiling = NO_CAP if full is None else full
    if first_day < 1 or ceiling < 1 or not growth >= 1:
        raise ValueError(
            f"a warm-up from {first_day} to {full} mails by {growth} a day would never get there:"
            " give numbers of at least 1"
        )
    day = max(day, 0)
    # Compared as logarithms: 1.5 ** 10000 is past every float.
    if first_day >= ceiling or (day and day * math.log(growth) >= math.log(ceiling / first_day)):
        return ceiling
    # 100 × 1.15 is 114.99999999999999 in binary, and 115 to whoever wrote it.
    return min(math.floor(first_day * growth**day * (1 + 1e-12)), ceiling)


def shunned_s(now: dt.datetime, minutes: Collection[int]) -> float:
    """How many seconds to wait until the minute of the hour at `now` is none of `minutes`; 0.0: none.

    >>> shunned_s(dt.datetime(2026, 4, 21, 7, 0, 15, tzinfo=dt.UTC), {0, 30})
    45.0
    """
    minute = now.replace(second=0, microsecond=0)
    ahead = 0
    while (minute + dt.timedelta(minutes=ahead)).minute in minutes and ahead < 60:
        ahead += 1
    return max(0.0, (minute + dt.timedelta(minutes=ahead) - now).total_seconds()) if ahead else 0.0


def next_midnight(now: dt.datetime) -> dt.datetime:
    """The first instant of the next UTC day, which is when a daily cap begins anew; later than `now` always.

    Raises ValueError for a naive `now`.

    >>> next_midnight(dt.datetime(2026, 3, 29, 23, 59, 59, tzinfo=dt.UTC)).isoformat()
    '2026-03-30T00:00:00+00:00'
    """
    if now.utcoffset() is None:
        raise ValueError(f"cannot tell which UTC day {now} is in: it says no zone; give an aware datetime")
    day = now.astimezone(dt.UTC).date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(), dt.UTC)
