"""Text, numbers and dates in, the words of a mail out. Knows neither papers' layout nor templates.

Text that comes here was cleaned once already; it is cleaned again, because a reader's name, a topic and a
site's name come from files that people write, and because a mail cannot be called back.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

Said = TypeVar("Said")

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
JOINERS = "\u200c\u200d"  # Persian and Indic words, and compound emoji, need them
ELLIPSIS = "…"

# What no cut text should end with: punctuation, and the little words that lead to something.
_LEFT_HANGING = re.compile(
    r"(?: (?:a|an|and|as|at|by|for|from|in|of|on|or|the|to|via|with)(?=[ ]|$)|[ ,;:.–—(-])+$"
)


def clean(text: str) -> str:
    """One line of visible text: controls and line ends become blanks, bidi overrides and the like go.

    >>> clean("a\\r\\nBcc: b\\u202e")
    'a Bcc: b'
    """
    if text.isprintable() and "  " not in text:
        return text.strip()
    kept = (
        " " if mark.isspace() or unicodedata.category(mark) == "Cc" else mark
        for mark in text
        if mark in JOINERS or unicodedata.category(mark) not in ("Cf", "Cs", "Cn")
    )
    return " ".join("".join(kept).split())


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word where there is one in the last half.

    >>> shorten("Gaussian splatting for everyone", 20)
    'Gaussian splatting…'
    """
    if len(text) <= limit:
        return text
    room = text[: limit - len(ELLIPSIS) + 1]
    cut = room.rfind(" ")
    head = room[:cut] if cut >= limit // 2 else room[:-1]
    return _LEFT_HANGING.sub("", head) + ELLIPSIS


class Memo(dict[str, Said]):
    """What was made of words, for the next time: looked up by `memo[words]`, a tenth of what a call costs.

    A reader's few keywords are the reasons of many papers, and many readers share theirs. Forgets all of them
    when there are too many, for a run has readers without end.
    """

    def __init__(self, make: Callable[[str], Said]) -> None:
        self.make = make

    def __missing__(self, words: str) -> Said:
        if len(self) >= MEMO_SIZE:
            self.clear()
        self[words] = said = self.make(words)
        return said


MEMO_SIZE = 8_192  # more would find no room in a processor's cache


def brief(words: str) -> str:
    """A keyword, the name of a topic and the like, as they were written → one line of at most BRIEF_LIMIT."""
    if len(words) <= BRIEF_LIMIT and words.isprintable() and "  " not in words:
        return words.strip()
    return shorten(clean(words), BRIEF_LIMIT)


BRIEF_LIMIT = 80
BRIEF = Memo(brief)


def number(count: int) -> str:
    """1234 → "1,234"."""
    return f"{count:,}"


def plural(count: int, noun: str) -> str:
    """1, "upvote" → "1 upvote"; 84, "upvote" → "84 upvotes"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def rounded(count: int) -> str:
    """1234 → "1.2k", 999 → "999", 15400 → "15k": for counts of which only the size matters.

    >>> rounded(1249), rounded(9960), rounded(999_999)
    ('1.2k', '10k', '1M')
    """
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if count >= size * 0.9995:
            value = count / size
            return (f"{value:.1f}".removesuffix(".0") if value < 9.95 else f"{value:.0f}") + unit
    return str(count)


def listed(words: Sequence[str]) -> str:
    """a, b, c → "a, b and c".

    >>> listed(["arXiv", "Hugging Face"])
    'arXiv and Hugging Face'
    """
    before, last = ", ".join(words[:-1]), words[-1] if words else ""
    return f"{before} and {last}" if before and last else before or last


def long_date(day: dt.date) -> str:
    """Tuesday 21 April."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def short_date(day: dt.date, *, year: int) -> str:
    """20 Apr; with its year when that is not `year`, the one in which the mail is read."""
    words = f"{day.day} {MONTHS[day.month - 1][:3]}"
    return words if day.year == year else f"{words} {day.year}"


@functools.lru_cache(maxsize=1024)
def zone_words(timezone: str) -> str:
    """Europe/Berlin → "Berlin time"; UTC and Etc/GMT+5 stay as they are.

    >>> zone_words("America/Argentina/Buenos_Aires")
    'Buenos Aires time'
    """
    area, _, place = timezone.rpartition("/")
    return timezone if area in ("", "Etc") else f"{place.replace('_', ' ')} time"
