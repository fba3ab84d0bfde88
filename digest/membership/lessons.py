"""What a topic has learned in, sentences for its reader and for the operator out. Decides nothing.

Learned from 4 likes and 1 dislike, the newest of 12 March. Fading: they count for 30 % of what they did
when they were new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.mail.words import MONTHS, listed, plural

if TYPE_CHECKING:
    import datetime as dt

    from digest.model import Lesson

FRESH = 0.95  # from here on nothing has faded that anybody would want to know
FADING = 0.5
NOTHING = "Nothing yet: no like or dislike shapes it, so it goes by what was typed alone."


def sentences(lesson: Lesson, *, today: dt.date) -> tuple[str, ...]:
    """From how much it learned, how much of that is left, and since when."""
    return tuple(filter(None, (_learned(lesson, today=today), _faded(lesson), _reset(lesson, today=today))))


def percent(share: float) -> str:
    """A part of a whole, in words.

    >>> percent(0.304), percent(0.001), percent(1.0)
    ('30 %', 'less than 1 %', '100 %')
    """
    return f"{100 * share:.0f} %" if share >= 0.005 or share <= 0 else "less than 1 %"


def day_words(day: dt.date, *, today: dt.date) -> str:
    """12 March; with its year when that is not this one."""
    words = f"{day.day} {MONTHS[day.month - 1]}"
    return words if day.year == today.year else f"{words} {day.year}"


def _learned(lesson: Lesson, *, today: dt.date) -> str:
    more = sum(one.value > 0 for one in lesson.likes)
    less = len(lesson.likes) - more
    counted = listed([plural(count, noun) for count, noun in ((more, "like"), (less, "dislike")) if count])
    if not counted:
        return NOTHING
    newest = day_words(max(one.at for one in lesson.likes).date(), today=today)
    return f"Learned from {counted}, {'the newest ' if len(lesson.likes) > 1 else ''}of {newest}."


def _faded(lesson: Lesson) -> str:
    left = 1 - lesson.faded
    if not lesson.likes or left >= FRESH:
        return ""
    they, were = ("they count", "they were") if len(lesson.likes) > 1 else ("it counts", "it was")
    said = f"{they} for {percent(left)} of what {they.split()[0]} did when {were} new."
    return f"Fading: {said}" if left < FADING else f"{said[:1].upper()}{said[1:]}"


def _reset(lesson: Lesson, *, today: dt.date) -> str:
    if lesson.reset_at is None:
        return ""
    day = day_words(lesson.reset_at.date(), today=today)
    return f"Reset on {day}: what was liked or disliked up to then does not shape it."
