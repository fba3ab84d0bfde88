"""arXiv's announcement calendar. Moments in, days and windows out; the clock is passed in.

Submissions close at 14:00 US Eastern on weekdays, are announced at 20:00 from Sunday to Thursday, and the
feeds turn over at midnight Eastern (info.arxiv.org/help/availability). An announcement is called here by the
day of its feed: what was submitted from Thursday 14:00 to Friday 14:00 belongs to Monday.

Two things are not published in advance, and guessed the same way each year: which deadlines a holiday moves
(none, here: windows then touch without a gap, so that a wrong guess puts a paper one announcement off and
loses none), and the holidays of years other than 2026, derived from their dates of that year.
"""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo

ZONE = zoneinfo.ZoneInfo("America/New_York")
OVERDUE = dt.timedelta(hours=3)

_DEADLINE = dt.time(14)
_DAY = dt.timedelta(days=1)
_KNOWN_HOLIDAYS = {
    2026: frozenset(
        dt.date(2026, month, day)
        for month, day in ((1, 1), (1, 19), (6, 19), (7, 3), (9, 7), (11, 26), (12, 25), (12, 29), (12, 31))
    ),
}


@functools.lru_cache(maxsize=64)
def holidays(year: int) -> frozenset[dt.date]:
    """The weekdays of a year on which the feeds stay empty."""
    return _KNOWN_HOLIDAYS.get(year) or derived_holidays(year)


def derived_holidays(year: int) -> frozenset[dt.date]:
    """The holidays that a year should have, by the rules that give those of 2026."""
    fixed = ((1, 1), (6, 19), (7, 4), (12, 25))
    derived = {
        *(_observed(dt.date(year, month, day)) for month, day in fixed),
        _nth_weekday(year, 1, weekday=0, nth=3),  # Martin Luther King Jr. Day
        _nth_weekday(year, 9, weekday=0, nth=1),  # Labor Day
        _nth_weekday(year, 11, weekday=3, nth=4),  # Thanksgiving
        dt.date(year, 12, 29),  # between the years: as in 2026
        dt.date(year, 12, 31),
    }
    return frozenset(derived)


def feed_day(now: dt.datetime) -> dt.date:
    """The day in New York: what the feeds of this moment are about."""
    return now.astimezone(ZONE).date()


def is_announcement_day(day: dt.date) -> bool:
    """Whether the feeds of that day hold anything.

    >>> [is_announcement_day(dt.date(2026, 4, day)) for day in (17, 18, 19, 20)]
    [True, False, False, True]
    """
    return day.weekday() < 5 and day not in holidays(day.year)


def previous_announcement(day: dt.date) -> dt.date:
    """The last announcement day before that day."""
    day -= _DAY
    while not is_announcement_day(day):
        day -= _DAY
    return day


def announcement_days(start: dt.date, end: dt.date) -> tuple[dt.date, ...]:
    """The announcement days from `start` to `end`, both among them."""
    count = (end - start).days + 1
    return tuple(day for n in range(count) if is_announcement_day(day := start + n * _DAY))


def latest_announcement(now: dt.datetime) -> dt.date:
    """The last announcement day that has begun."""
    today = feed_day(now)
    return today if is_announcement_day(today) else previous_announcement(today)


def overdue(now: dt.datetime, day: dt.date) -> bool:
    """Whether the feeds should have turned over to that day three hours ago or earlier."""
    return now >= dt.datetime.combine(day, dt.time(0), ZONE).astimezone(dt.UTC) + OVERDUE


def submission_window(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """When the new papers of the announcement of `day` were submitted: from the first moment to just before
    the second, in UTC. The windows of following announcements touch.

    >>> [moment.isoformat() for moment in submission_window(dt.date(2026, 4, 20))]
    ['2026-04-16T18:00:00+00:00', '2026-04-17T18:00:00+00:00']
    """
    return _deadline_before(previous_announcement(day)), _deadline_before(day)


def announced_on(submitted: dt.datetime) -> dt.date:
    """The day whose feed announces a paper submitted at that moment, unless it is put on hold."""
    local = submitted.astimezone(ZONE)
    closing = local.date() if local.time() < _DEADLINE else local.date() + _DAY
    while closing.weekday() > 4:
        closing += _DAY
    day = closing + _DAY
    while not is_announcement_day(day):
        day += _DAY
    return day


def _deadline_before(day: dt.date) -> dt.datetime:
    day -= _DAY
    while day.weekday() > 4:
        day -= _DAY
    return dt.datetime.combine(day, _DEADLINE, ZONE).astimezone(dt.UTC)


def _observed(day: dt.date) -> dt.date:
    """A holiday on a Saturday is kept on Friday, one on a Sunday on Monday (5 U.S.C. 6103)."""
    return day + {5: -_DAY, 6: _DAY}.get(day.weekday(), dt.timedelta())


def _nth_weekday(year: int, month: int, *, weekday: int, nth: int) -> dt.date:
    first = dt.date(year, month, 1)
    return first + _DAY * ((weekday - first.weekday()) % 7 + 7 * (nth - 1))
