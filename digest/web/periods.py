"""A day, a week or a month as an address names it in; its first and last day, its words and neighbours out.

Asks nobody whether there were papers, and reads no clock: "today" is told.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import re
from typing import Literal

from digest.mail.words import MONTHS, long_date

Kind = Literal["day", "week", "month"]

_SHAPES: dict[Kind, re.Pattern[str]] = {
    "day": re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})"),
    "week": re.compile(r"([0-9]{4})-W([0-9]{2})"),
    "month": re.compile(r"([0-9]{4})-([0-9]{2})"),
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days from `first` to `last`, both in it: one day, a week from Monday on (ISO 8601), a month."""

    kind: Kind
    first: dt.date
    last: dt.date

    @property
    def key(self) -> str:
        """`2026-04-21`, `2026-W17` or `2026-04`: as it stands in an address."""
        match self.kind:
            case "week":
                year, week, _ = self.first.isocalendar()
                return f"{year:04}-W{week:02}"
            case "month":
                return f"{self.first.year:04}-{self.first.month:02}"
            case _:
                return self.first.isoformat()

    @property
    def words(self) -> str:
        """`Tuesday 21 April 2026`, `20 to 26 April 2026`, `April 2026`: a heading."""
        first, last = self.first, self.last
        match self.kind:
            case "week":
                return f"{_from(first, last)} to {last.day} {MONTHS[last.month - 1]} {last.year}"
            case "month":
                return f"{MONTHS[first.month - 1]} {first.year}"
            case _:
                return f"{long_date(first)} {first.year}"

    @property
    def brief(self) -> str:
        """`Tue 21 April`, `20 to 26 April`, `April 2026`: a link among others."""
        match self.kind:
            case "week":
                return f"{_from(self.first, self.last)} to {self.last.day} {MONTHS[self.last.month - 1]}"
            case "month":
                return self.words
            case _:
                weekday, _, rest = long_date(self.first).partition(" ")
                return f"{weekday[:3]} {rest}"

    def holds(self, day: dt.date) -> bool:
        """Whether that day is one of it."""
        return self.first <= day <= self.last


def period_of(kind: Kind, day: dt.date) -> Period:
    """The period of that kind that `day` is in.

    >>> period_of("week", dt.date(2027, 1, 1)).key, period_of("month", dt.date(2028, 2, 3)).last.day
    ('2026-W53', 29)
    """
    match kind:
        case "week":
            first = day - dt.timedelta(days=day.weekday())
            return Period(kind=kind, first=first, last=first + dt.timedelta(days=6))
        case "month":
            last = calendar.monthrange(day.year, day.month)[1]
            return Period(kind=kind, first=day.replace(day=1), last=day.replace(day=last))
        case _:
            return Period(kind="day", first=day, last=day)


def read_period(kind: Kind, text: str) -> Period | None:
    """The period that `text` names; None for what no calendar has, and for the first and the last year of
    Python's, whose neighbours cannot be said.

    >>> read_period("week", "2026-W53").words, read_period("day", "2026-02-30")
    ('28 December 2026 to 3 January 2027', None)
    """
    found = _SHAPES[kind].fullmatch(text)
    if found is None:
        return None
    numbers = [int(number) for number in found.groups()]
    if not dt.MINYEAR < numbers[0] < dt.MAXYEAR:
        return None
    try:
        match kind:
            case "week":
                day = dt.date.fromisocalendar(numbers[0], numbers[1], 1)
            case "month":
                day = dt.date(numbers[0], numbers[1], 1)
            case _:
                day = dt.date(*numbers)
    except ValueError:
        return None
    return period_of(kind, day)


def nearest_day(text: str, *, today: dt.date) -> dt.date:
    """The day around which to look for papers, when `text` names no period: as much of it as a calendar has,
    else `today`.

    >>> nearest_day("2026-02-31", today=dt.date(2026, 11, 21)).isoformat()
    '2026-02-28'
    """
    found = re.match(r"([0-9]{4})(?:-?W([0-9]{1,2})|-([0-9]{1,2})(?:-([0-9]{1,2}))?)?", text)
    if found is None:
        return today
    year = min(max(int(found[1]), dt.MINYEAR + 1), dt.MAXYEAR - 1)
    if found[2]:
        weeks = dt.date(year, 12, 28).isocalendar().week  # always in the year's last week
        return dt.date.fromisocalendar(year, min(max(int(found[2]), 1), weeks), 1)
    month = min(max(int(found[3] or 1), 1), 12)
    days = calendar.monthrange(year, month)[1]
    return dt.date(year, month, min(max(int(found[4] or 1), 1), days))


def _from(first: dt.date, last: dt.date) -> str:
    """The beginning of "… to 3 May 2026", with as much as the end does not say."""
    words = str(first.day)
    if (first.year, first.month) != (last.year, last.month):
        words += f" {MONTHS[first.month - 1]}"
    return words if first.year == last.year else f"{words} {first.year}"
