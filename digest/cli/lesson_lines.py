"""What a topic has learned in, the lines or the object that a command prints out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from digest.cli.output import one_line

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from digest.model import Lesson, Topic

BAR = 20
LIKES_SHOWN = 20


def lines(topic: Topic, lesson: Lesson, *, today: dt.date) -> Iterator[str]:
    """A topic's page, line by line."""
    from digest.membership.lessons import percent, sentences

    yield one_line(topic.name)
    yield " ".join(sentences(lesson, today=today))
    words = [*lesson.words_for, *lesson.words_against]
    width = max((len(one_line(word)) for word, _ in words), default=0)
    strongest = max((weight for _, weight in words), default=0.0)
    for lead, found in (("for", lesson.words_for), ("against", lesson.words_against)):
        for word, weight in found:
            bar = _bar(weight / strongest)
            yield f"  {lead:<11}{one_line(word):<{width}}  {bar} {weight:.2f}"
            lead = ""
    for lead, corrected in (("pinned", lesson.pinned), ("struck out", lesson.struck)):
        if corrected:
            yield f"  {lead:<11}{', '.join(map(one_line, corrected))}"
    for like in lesson.likes[:LIKES_SHOWN]:
        lead = "liked" if like.value > 0 else "disliked"
        share = percent(like.share)
        yield f"  {lead:<11}{like.at:%Y-%m-%d}  counts {share:>5}  {one_line(like.title)}"
    if len(lesson.likes) > LIKES_SHOWN:
        yield f"  {'':<11}and {len(lesson.likes) - LIKES_SHOWN:,} older ones"


def _bar(share: float) -> str:
    unicode_out = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    return f"{('█' if unicode_out else '#') * max(1, round(BAR * share)):<{BAR}}"


def to_json(topic: Topic, lesson: Lesson) -> dict[str, Any]:
    def weighed(words: Sequence[tuple[str, float]]) -> list[dict[str, Any]]:
        return [{"word": word, "weight": round(weight, 4)} for word, weight in words]

    return {
        "topic": topic.name,
        "ref": topic.ref,
        "for": weighed(lesson.words_for),
        "against": weighed(lesson.words_against),
        "pinned": lesson.pinned,
        "struck": lesson.struck,
        "likes": [
            {
                "paper": like.paper_id,
                "title": like.title,
                "value": like.value,
                "at": like.at,
                "share": round(like.share, 4),
            }
            for like in lesson.likes
        ],
        "evidence": round(lesson.evidence, 4),
        "faded": round(lesson.faded, 4),
        "reset_at": lesson.reset_at,
    }
