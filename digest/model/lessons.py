"""What a topic has learned from what its reader likes, to be read and corrected."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import datetime as dt


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LessonLike:
    """A paper that shapes the topic: liked (`value` 1) or disliked (-1) at that time. `share` is what it
    weighs now, from 1 on that day down to 0: it halves with every half-life."""

    paper_id: int
    title: str
    at: dt.datetime
    share: float
    value: Literal[1, -1] = 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """All that a topic has learned. `words_for` and `words_against` are the strongest, each with its weight
    (above 0 in both), heaviest first; `likes` are newest first. `struck` and `pinned` are the words of the
    reader's corrections, each one term of `core.terms`; `reset_at`: what was liked up to then counts no more.

    `evidence` is what the likes weigh now, all together (a like of today is 1); `faded` is the part of their
    weight that time has taken, 0 to 1.
    """

    words_for: tuple[tuple[str, float], ...] = ()
    words_against: tuple[tuple[str, float], ...] = ()
    likes: tuple[LessonLike, ...] = ()
    evidence: float = 0.0
    faded: float = 0.0
    struck: tuple[str, ...] = ()
    pinned: tuple[str, ...] = ()
    reset_at: dt.datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was learned, and nothing corrected."""
        return not (self.words_for or self.words_against or self.likes or self.struck or self.pinned)
