"""What a topic has learned in, the words of the page that shows it out. Reads and changes nothing."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from digest.mail.words import brief, clean, number, plural, shorten
from digest.membership.corrections import term_of, words_of
from digest.membership.lessons import day_words, percent, sentences

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from digest.model import Lesson, Topic

WORDS_SHOWN = 12  # the others are folded
LIKES_SHOWN = 20
LIKES_LISTED = 100
TITLE_LIMIT = 160
BAR = 100
_HEADINGS = {"for": "Words that speak for a paper", "against": "Words that speak against one"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WordRow:
    """A word, and how long its bar is: from 1 to `BAR`, that of the strongest. `is_pinned`: by the reader;
    `may_pin`: it speaks for a paper already."""

    word: str
    bar: int
    is_pinned: bool
    may_pin: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WordList:
    """Words that speak for or against a paper, strongest first; `rest` is folded."""

    heading: str
    id: str
    rows: Sequence[WordRow]
    rest: Sequence[WordRow]
    rest_words: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LikeRow:
    """A paper that shapes the topic: its title, its page, what was said of it when, and what that weighs."""

    paper_id: int
    title: str
    path: str
    said: str
    weighs: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LessonWords:
    """The page of one topic. `older_words` counts the likes that are not listed."""

    name: str
    sentences: Sequence[str]
    lists: Sequence[WordList]
    struck: Sequence[str]
    pinned: Sequence[str]
    likes: Sequence[LikeRow]
    older: Sequence[LikeRow]
    older_words: str
    unlisted: str
    is_empty: bool


def lesson_words(topic: Topic, lesson: Lesson, *, today: dt.date) -> LessonWords:
    """The words of a topic's page, read on that day."""
    pinned = {term_of(one) for one in lesson.pinned}
    strongest = max((weight for _, weight in (*lesson.words_for, *lesson.words_against)), default=0.0)
    rows = [_like_row(lesson, place, today=today) for place in range(len(lesson.likes[:LIKES_LISTED]))]
    unlisted = len(lesson.likes) - len(rows)
    return LessonWords(
        name=brief(topic.name),
        sentences=sentences(lesson, today=today),
        lists=[
            _word_list(id_, [(words_of(word), weight / strongest) for word, weight in found], pinned=pinned)
            for id_, found in (("for", lesson.words_for), ("against", lesson.words_against))
            if found
        ],
        struck=_sorted(lesson.struck),
        pinned=_sorted(lesson.pinned),
        likes=rows[:LIKES_SHOWN],
        older=rows[LIKES_SHOWN:],
        older_words=plural(len(rows) - LIKES_SHOWN, "older one"),
        unlisted=f"{number(unlisted)} more, older still, shape it as well." if unlisted else "",
        is_empty=lesson.is_empty,
    )


def _word_list(id_: str, words: Sequence[tuple[str, float]], *, pinned: set[str | None]) -> WordList:
    rows = [
        WordRow(
            word=word,
            bar=max(1, round(BAR * share)),
            is_pinned=term_of(word) in pinned,
            may_pin=id_ == "for",
        )
        for word, share in words
    ]
    rest = rows[WORDS_SHOWN:]
    return WordList(
        heading=_HEADINGS[id_],
        id=id_,
        rows=rows[:WORDS_SHOWN],
        rest=rest,
        rest_words=plural(len(rest), "weaker word"),
    )


def _like_row(lesson: Lesson, place: int, *, today: dt.date) -> LikeRow:
    like = lesson.likes[place]
    lead = "liked on" if like.value > 0 else "less like this,"
    day = day_words(like.at.date(), today=today)
    return LikeRow(
        paper_id=like.paper_id,
        title=shorten(clean(like.title), TITLE_LIMIT),
        path=f"/papers/p{like.paper_id}",
        said=f"{lead} {day}",
        weighs=f"counts {percent(like.share)}",
    )


def _sorted(words: Iterable[str]) -> list[str]:
    return sorted((words_of(one) for one in words), key=str.casefold)
