"""Upvotes and age in, heat out. Knows no reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from digest.model import Paper


def heat(upvotes: int | None, age_days: int) -> float:
    """Upvotes for each day of being listed, the first counted whole: upvotes ÷ (1 + age). At least 0.

    A paper's votes come in its first days and then stop, so that old fame cools like 1/age. Hacker News
    divides by (age in hours + 2)^1.8 (https://news.ycombinator.com/item?id=1781013), which is made for a
    page that is read many times a day; a paper that waited over a weekend would be cold on Monday.

    >>> heat(84, 1), heat(50, 0), heat(None, 3)
    (42.0, 50.0, 0.0)
    """
    return max(0, upvotes or 0) / (1 + max(0, age_days))


def paper_heat(paper: Paper, today: dt.date) -> float:
    """The heat of a paper on that day, of a source's upvotes and our readers' together, counted from when a
    community first listed it."""
    since = paper.community_listed or paper.first_listed
    return heat(paper.all_upvotes, (today - since).days)
