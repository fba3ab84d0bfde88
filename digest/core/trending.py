"""Counts and hours in, heat out: which papers people look at now, and what says so. Knows no reader.

    warmth = soft(upvotes, 200) + readers + soft(2 × (comments − 1), 20) + soft(stars gained ÷ 4, 50)
    heat   = warmth ÷ (days since the community first listed it + ½)

*Attention a day.* A paper's votes come in its first days and then stop, so that old fame cools like 1/age.
Half a day is added, so that the first vote of a new paper is no storm; it is short enough that of two papers
which are voted for alike the one of the evening is not far behind the one of the morning. Hacker News divides
by (hours + 2)^1.8 (https://news.ycombinator.com/item?id=1781013), which is made for a page that is read many
times a day; a paper that waited over a weekend would be cold on Monday.

*Hours, not dates.* Age runs from the first listing, of however many. Where only its day is told, from noon
(UTC) of it: no half of the day is favoured, and midnight makes nobody older.

*Nobody's count is believed without end.* `soft(n, usual)` is n up to what is usual, and grows with its
logarithm from there on (`core.soft`). The first comment is the submitter's own, by custom. Stars count as far
as they came since the paper was first seen: an old repository is no news. What our own readers' votes count:
`core.ballots`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from typing import TYPE_CHECKING

from digest.core.soft import soft

if TYPE_CHECKING:
    from digest.model import Paper

UPVOTES = 200.0  # of a source: the best paper of a day has 40 to 110
COMMENTS = 20.0
STARS = 50.0
A_COMMENT = 2.0  # upvotes that a comment is worth: there is one for fifteen to thirty of them
STARS_A_VOTE = 4.0
HEAD_START = 0.5  # days
DAY_S = 86_400

_TOLD = 0.25  # of the warmth: what brings less is no reason
_MOST_TOLD = 2
_WEEK = dt.timedelta(days=7)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Stars that came since the end of the day `since`, when they were first counted."""

    stars: int
    since: dt.date


def warmth(
    *, upvotes: int | None = None, votes: float = 0.0, comments: int | None = None, stars_gained: int = 0
) -> float:
    """The attention that a paper has had so far, in upvotes; at least 0. `votes`: what our readers' count.

    >>> warmth(upvotes=84), warmth(upvotes=84, votes=2, comments=4, stars_gained=120)
    (84.0, 122.0)
    """
    return (
        soft(upvotes or 0, UPVOTES)
        + max(0.0, votes)
        + soft(A_COMMENT * ((comments or 0) - 1), COMMENTS)
        + soft(stars_gained / STARS_A_VOTE, STARS)
    )


def heat(warmth: float, age_s: int) -> float:
    """Attention a day: `warmth` (see there) of a paper that was listed so many seconds ago.

    >>> heat(84, 0), heat(84, 12 * 3600), heat(84, 72 * 3600)
    (168.0, 84.0, 24.0)
    """
    return max(0.0, warmth) / (max(0, age_s) / DAY_S + HEAD_START)


def paper_heat(paper: Paper, now: dt.date) -> float:
    """The heat of a paper at that time; at noon (UTC) of a bare date.

    Its warmth is what the store weighed; of a paper that never was in one, what its counts come to.
    """
    weighed = paper.warmth or warmth(upvotes=paper.upvotes, votes=paper.votes, comments=paper.comments)
    return heat(weighed, _epoch(now) - _epoch(listed_at(paper)))


def listed_at(paper: Paper) -> dt.datetime:
    """When a community first listed a paper or, where none did, any source; noon where no hour is known."""
    return paper.community_at or _noon(paper.community_listed or paper.first_listed)


def told(paper: Paper, *, today: dt.date, growth: Growth | None = None) -> tuple[str, ...]:
    """What carries a paper's heat, in words, the strongest first: "84 upvotes", "23 comments", "+120 stars
    since yesterday". What brings less than a quarter is not told; nothing of a paper without heat."""
    today = today.date() if isinstance(today, dt.datetime) else today
    votes, comments = paper.all_upvotes or 0, paper.comments or 0
    parts = [
        (warmth(upvotes=paper.upvotes, votes=paper.votes), _plural(votes, "upvote")),
        (warmth(comments=comments), _plural(comments, "comment")),
    ]
    if growth is not None:
        since = f"+{_plural(growth.stars, 'star')} since {_day_words(growth.since, today)}"
        parts.append((warmth(stars_gained=growth.stars), since))
    least = _TOLD * sum(weight for weight, _ in parts)
    strongest = sorted(parts, key=lambda part: -part[0])
    return tuple(words for weight, words in strongest if weight > 0 and weight >= least)[:_MOST_TOLD]


def _plural(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"


def _day_words(day: dt.date, today: dt.date) -> str:
    """`yesterday`, `Tuesday` of the last week, `16 April`, `30 December 2025`."""
    if today - day == dt.timedelta(days=1):
        return "yesterday"
    if dt.timedelta() < today - day < _WEEK:
        return _DAYS[day.weekday()]
    words = f"{day.day} {_MONTHS[day.month - 1]}"
    return words if day.year == today.year else f"{words} {day.year}"


def _noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), dt.UTC)


def _epoch(when: dt.date) -> int:
    """Whole seconds, as the store counts them."""
    return math.floor((when if isinstance(when, dt.datetime) else _noon(when)).timestamp())
