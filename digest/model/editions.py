"""What one reader gets for one slot."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Literal


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A scheduled local period of one reader: key `2026-04-21`, `2026-W17` or `2026-04`; due from
    `scheduled_at` on, until `next_at`, when the next one is."""

    key: str
    scheduled_at: dt.datetime
    next_at: dt.datetime


ReasonKind = Literal[
    "keyword", "author", "text", "example", "category", "trending", "liked", "learned", "outside"
]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One cause of a selection. `words` are what matched: the keyword as the reader typed it, the author
    as the paper names them, the terms of the text, the example's title, the category; for trending, what
    the heat came from ("84 upvotes"); liked: the title of what the reader liked, on the day `when`; learned:
    words that their likes speak for; outside: why a paper from outside their topics stands here."""

    kind: ReasonKind
    words: str
    when: dt.date | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Gist:
    """One sentence on a paper, as this model of the operator's wrote it when it was asked by that prompt (its
    hash)."""

    text: str
    model: str
    prompt: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A paper in an edition, with what was true of it when it was selected. `score` is 0 to 100. `gist` is
    the sentence that a model had written of it by then."""

    paper_id: int
    revision: int
    score: float
    reasons: tuple[Reason, ...] = ()
    upvotes: int | None = None
    comments: int | None = None
    stars: int | None = None
    gist: Gist | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A topic's papers, the trending ones, or the one from outside. `more` papers matched as well, and had no
    room."""

    kind: Literal["topic", "trending", "outside"]
    title: str
    items: tuple[Item, ...]
    more: int = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A source that could not be read, or is late, when the edition was made; `title` is for readers."""

    title: str
    status: Literal["failed", "stale"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What one reader gets for one slot, frozen: a retry says the same. `considered` papers were new."""

    slot: Slot
    sections: tuple[Section, ...]
    notices: tuple[Notice, ...] = ()
    considered: int = 0

    @property
    def items(self) -> tuple[Item, ...]:
        """All items, in the order of the mail."""
        return tuple(item for section in self.sections for item in section.items)
