"""What a category's feed means, and what is still to be asked. A mark, a batch and the time in, a plan out.

Pure: the decisions of `arxiv`, without the asking.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from digest.sources import timetable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digest.sources.arxiv_feed import Batch
    from digest.sources.arxiv_marks import Mark

LONGEST_RUN = 20  # announcements in one query: far below the 30,000 results that it may have


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`held`: the announcement that the feed holds, whatever dates stand on it; None for no feed or an empty
    one. `stale`: it should be a later one by now. `brought`: the feed holds all of that announcement.
    `first`: where the reading begins. `runs`: announcements that follow one another, for the API."""

    first: dt.date
    latest: dt.date
    held: dt.date | None
    stale: bool
    brought: bool
    runs: tuple[tuple[dt.date, ...], ...]


def make_plan(
    mark: Mark, batch: Batch | None, *, now: dt.datetime, window_days: int, since: dt.date | None
) -> Plan:
    """`batch` is None where no feed could be read whole."""
    latest = timetable.latest_announcement(now)
    held = held_day(mark, batch)
    late = timetable.overdue(now, latest) and not mark.has(latest)
    stale = late and held is not None and held < latest
    brought = batch is not None and held is not None and not stale and not batch.capped
    first = since or (mark.read + dt.timedelta(days=1) if mark.read else None)
    first = first or timetable.feed_day(now) - dt.timedelta(days=window_days)
    wanted = set(timetable.announcement_days(first, max(latest, held or latest)))
    if held is not None and held >= first:
        wanted.add(held)  # a day that the calendar did not know
    if since is None:
        wanted = {day for day in wanted if not mark.has(day)}
    if brought:
        wanted.discard(held or latest)
    if _not_yet_out(batch, held, latest, now=now, stale=stale):
        wanted.discard(latest)
    return Plan(first=first, latest=latest, held=held, stale=stale, brought=brought, runs=_runs(wanted))


def held_day(mark: Mark, batch: Batch | None) -> dt.date | None:
    """The announcement that a feed holds: a batch that was read before is the announcement that it was."""
    if batch is None or not batch.fingerprint:
        return None
    return mark.batch_day if batch.fingerprint == mark.batch and mark.batch_day else batch.day


def advanced(mark: Mark, had: Iterable[dt.date], *, first: dt.date) -> Mark:
    """The mark after those announcements were wholly read: it moves up to the first gap, and remembers what
    was had beyond it. `first` is where a category without a mark began."""
    days = {*mark.also, *had}
    read = mark.read
    start = read + dt.timedelta(days=1) if read else first
    last = max(days, default=start)
    for day in sorted({*timetable.announcement_days(start, last), *days}):
        if day in days:
            read = max(day, read or day)
        elif day >= start:
            break
    return dataclasses.replace(
        mark, read=read, also=frozenset(day for day in days if read is None or day > read)
    )


def _not_yet_out(
    batch: Batch | None, held: dt.date | None, latest: dt.date, *, now: dt.datetime, stale: bool
) -> bool:
    """Whether the latest announcement is not to be looked for elsewhere: the feed stands for it (overdue,
    about to turn over, or empty on that very day: a holiday that nobody told us of)."""
    if batch is None:
        return False
    if held is None:
        return latest == timetable.feed_day(now)
    return stale or (held < latest and not timetable.overdue(now, latest))


def _runs(days: Iterable[dt.date]) -> tuple[tuple[dt.date, ...], ...]:
    runs: list[list[dt.date]] = []
    for day in sorted(days):
        follows = bool(runs) and runs[-1][-1] == timetable.previous_announcement(day)
        if follows and len(runs[-1]) < LONGEST_RUN:
            runs[-1].append(day)
        else:
            runs.append([day])
    return tuple(tuple(run) for run in runs)
