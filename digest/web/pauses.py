"""Until when a reader pauses: a form's fields in, the day on which mail comes again out. Days, in words."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digest.mail.words import MONTHS, WEEKDAYS
from digest.membership.standing import LONGEST

if TYPE_CHECKING:
    from digest.web.forms import Fields

LENGTHS = (("2w", "2 weeks", 14), ("1m", "a month", 30), ("3m", "3 months", 91))
"""What a button sends, what it says, and how many days that is."""

CHOICES = tuple((value, words) for value, words, _ in LENGTHS)


def read(fields: Fields, *, timezone: str, now: dt.datetime) -> dt.date | None:
    """The day from which on mail comes again; None with a fault on `until`. `for` names one of LENGTHS,
    `until` a date in the reader's zone, after today and within a year."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    length = fields.raw("for")
    for name, _, days in LENGTHS:
        if length == name:
            return today + dt.timedelta(days=days)
    typed = fields.raw("until").strip()
    try:
        day = dt.date.fromisoformat(typed)
    except ValueError:
        fields.wrong("until", f"Write a date as {today + dt.timedelta(days=14)}.")
        return None
    if day <= today:
        fields.wrong("until", "Choose a day after today.")
    elif day - today > LONGEST:
        fields.wrong("until", "Choose a day within a year; to get no more mail at all, leave.")
    else:
        return day
    return None


def bounds(*, timezone: str, now: dt.datetime) -> tuple[str, str]:
    """The first and the last day that can be chosen, as a date field wants them."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    return (today + dt.timedelta(days=1)).isoformat(), (today + LONGEST).isoformat()


def day_words(at: dt.datetime, *, timezone: str) -> str:
    """Tuesday 24 November 2026, in the reader's zone."""
    day = at.astimezone(ZoneInfo(timezone)).date()
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"
