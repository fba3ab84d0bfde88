"""A cadence, a zone, an hour and an instant in; the slot that is due at that instant out. Reads no clock.

What a zone may do to a slot:

- Clocks go forward over `send_at`: the slot is due at the first instant after the gap.
- Clocks go back over `send_at`: the slot is due the first time that hour comes, and not again.
- A whole day is skipped (Pacific/Apia had no 30 December 2011): that day has no daily slot; a weekly or
  monthly slot that stood on it is due at the first instant after the gap, so that no week is lost.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digest.model import Slot

if TYPE_CHECKING:
    from digest.model import Cadence

_DAY = dt.timedelta(days=1)
_SECOND = dt.timedelta(seconds=1)


def due_slot(cadence: Cadence, *, timezone: str, send_at: dt.time, now: dt.datetime) -> Slot:
    """The latest slot whose hour has come: `scheduled_at <= now < next_at`, both in UTC.

    `timezone` is an IANA name, `send_at` local to it, `now` aware. Keys are `2026-04-21` (daily, weekdays),
    `2026-W17` (weekly, the ISO week of its day) and `2026-04` (monthly). Between `scheduled_at` and `next_at`
    the answer is the same, and at `next_at` it is the next slot. Raises ValueError for an unknown zone and
    a naive `now`.

    >>> from digest.model import Cadence
    >>> at = dt.datetime(2026, 3, 29, 12, tzinfo=dt.UTC)  # clocks went from 2:00 to 3:00 in Berlin
    >>> slot = due_slot(Cadence(kind="daily"), timezone="Europe/Berlin", send_at=dt.time(2, 30), now=at)
    >>> slot.key, slot.scheduled_at.isoformat(), slot.next_at.isoformat()
    ('2026-03-29', '2026-03-29T01:00:00+00:00', '2026-03-30T00:30:00+00:00')
    """
    if now.utcoffset() is None:
        raise ValueError(f"cannot tell which slot is due at {now}: it says no zone; give an aware datetime")
    zone = _zone(timezone)
    day = _on_or_before(cadence, now.astimezone(zone).date() + 2 * _DAY)
    while (scheduled_at := _instant(cadence, day, send_at, zone)) is None or scheduled_at > now:
        day = _on_or_before(cadence, day - _DAY)
    following = _after(cadence, day)
    while (next_at := _instant(cadence, following, send_at, zone)) is None:
        following = _after(cadence, following)
    return Slot(key=_key(cadence, day), scheduled_at=scheduled_at, next_at=next_at)


def _zone(timezone: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f'unknown time zone "{timezone}": use an IANA name such as Europe/Berlin') from error


def _key(cadence: Cadence, day: dt.date) -> str:
    match cadence.kind:
        case "weekly":
            year, week, _ = day.isocalendar()
            return f"{year:04}-W{week:02}"
        case "monthly":
            return f"{day:%Y-%m}"
        case _:
            return day.isoformat()


def _on_or_before(cadence: Cadence, day: dt.date) -> dt.date:
    """The last of the cadence's days up to and with `day`."""
    match cadence.kind:
        case "daily":
            return day
        case "weekdays":
            return day - max(0, day.weekday() - 4) * _DAY
        case "weekly":
            return day - (day.weekday() - cadence.weekday) % 7 * _DAY
        case "monthly":
            if day.day < cadence.month_day:
                day = day.replace(day=1) - _DAY
            return day.replace(day=cadence.month_day)


def _after(cadence: Cadence, day: dt.date) -> dt.date:
    """The cadence's next day after `day`, which is one of them."""
    match cadence.kind:
        case "daily":
            return day + _DAY
        case "weekdays":
            return day + (3 if day.weekday() == 4 else 1) * _DAY
        case "weekly":
            return day + 7 * _DAY
        case "monthly":
            return (day.replace(day=28) + 4 * _DAY).replace(day=cadence.month_day)


def _instant(cadence: Cadence, day: dt.date, send_at: dt.time, zone: ZoneInfo) -> dt.datetime | None:
    """When the slot of `day` is due, in UTC; None where a daily cadence meets a day that its zone skipped."""
    local = dt.datetime.combine(day, send_at.replace(tzinfo=None, fold=0))
    # PEP 495: fold=0 is the first of two; within a gap it counts with the offset before it, fold=1 with the
    # offset after it, so that the gap's end lies between the two.
    late, early = (local.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1))
    if late <= early:
        return late
    if cadence.kind in ("daily", "weekdays") and not _exists(day, zone):
        return None
    return _gap_end(early, late, zone)


def _exists(day: dt.date, zone: ZoneInfo) -> bool:
    """Whether the day has an instant in the zone: no zone skips one but whole."""
    midnight = dt.datetime.combine(day, dt.time(), zone)
    start, end = midnight.astimezone(dt.UTC), (midnight + _DAY).astimezone(dt.UTC)
    return start.astimezone(zone).date() == day or (end - _SECOND).astimezone(zone).date() == day


def _gap_end(before: dt.datetime, after: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """When the offset changes between two instants, to the second (zones change at whole ones)."""
    offset = after.astimezone(zone).utcoffset()
    low, high = 0, int((after - before) / _SECOND)
    while high - low > 1:
        middle = (low + high) // 2
        if (before + middle * _SECOND).astimezone(zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return (before + high * _SECOND).replace(microsecond=0)
