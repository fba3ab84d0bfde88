"""Who reads, and what they want."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable


def _ref(name: str) -> str:
    return hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=5).hexdigest()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What a reader wants under one heading. Any of keywords, authors, text and examples makes a match;
    `categories` limit where to look (alone, they are the match); `exclude` is final. Papers of a score below
    `min_score` are not shown. `likes_only`: what the reader likes is all that the topic asks for, its name is
    a heading. `key` stays with a topic that is renamed; one that never was has none."""

    name: str
    keywords: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    text: str = ""
    examples: tuple[str, ...] = ()  # arXiv ids
    weight: float = 1.0
    max_papers: int | None = None
    min_score: float = 0.0  # 97: the best 3 %
    likes_only: bool = False
    key: str = ""

    @property
    def ref(self) -> str:
        """What links, feeds and likes call this topic: 10 characters, unique among a reader's topics."""
        return self.key or _ref(self.name)

    def apart(self, others: Iterable[Topic]) -> Topic:
        """This topic with a ref that none of the others has: one that was renamed keeps that of its first
        name."""
        taken, topic, turn = {one.ref for one in others}, self, 0
        while topic.ref in taken:
            turn += 1
            topic = dataclasses.replace(self, key=_ref(f"{self.name}/{turn}"))
        return topic


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """How often: daily, weekdays (Monday to Friday), weekly on `weekday` (0 = Monday), monthly on
    `month_day` (1 to 28)."""

    kind: Literal["daily", "weekdays", "weekly", "monthly"]
    weekday: int = 0
    month_day: int = 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A reader. `send_at` is local to `timezone` (an IANA name). `outside`: one paper from outside their
    topics is welcome."""

    id: int = 0
    email: str
    name: str = ""
    timezone: str = "UTC"
    send_at: dt.time = dt.time(7)
    cadence: Cadence = Cadence(kind="daily")
    max_papers: int = 12
    trending: bool = False
    outside: bool = False
    topics: tuple[Topic, ...] = ()
