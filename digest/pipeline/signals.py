"""A reader and what they said in, for each of their topics all that teaches it out. Reads nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import math
from typing import TYPE_CHECKING

from digest.core.profiles import topic_key
from digest.store.tastes import Taste

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from digest.model import Paper, Subscriber, Topic
    from digest.store.tastes import Said

UPVOTE = 0.5  # of a like
MOST = 1000  # things said of papers that teach a topic, the newest


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """A topic of a reader's, what they said of papers for it, what they said for no topic in particular
    (`loose`; each the newest first), and the words that they struck out and pinned. `mark` is equal where all
    of it is, and what it is weighed by; `typed` where what the topic says is."""

    reader: int
    topic: Topic
    said: tuple[Said, ...] = ()
    loose: tuple[Said, ...] = ()
    struck: frozenset[str] = frozenset()
    pinned: frozenset[str] = frozenset()
    mark: str = ""
    typed: str = ""


def signals(
    reader: Subscriber,
    taste: Taste | None,
    *,
    base: tuple[object, ...],
    named: Mapping[str, Paper],
    month: str,
) -> Iterator[Signals]:
    """Of each topic, in their order. `base`: what else the outcome follows from; `named`: the papers that
    topics name as examples; `month`: for how long what goes with a topic's words is good.

    What a reader with one topic says is said for it. A word about a topic that is no more is no signal.
    """
    taste = taste or Taste()
    for topic in reader.topics:
        key = (base, topic_key(topic, named))
        # All that `Profile.gist` follows from: a topic that goes by its categories alone has none.
        limits = bool(topic.categories), bool(topic.authors), bool(topic.examples)
        said_in = topic.name, topic.keywords, topic.exclude, topic.text, topic.likes_only
        typed = mark((month, said_in, limits))
        since = taste.forgotten.get(topic.ref)
        known = [one for one in taste.said if since is None or one.at > since]
        said = [one for one in known if one.topic == topic.ref]
        loose = [one for one in known if not one.topic]
        if len(reader.topics) == 1:
            said, loose = sorted(known_for(said, loose), key=lambda one: one.at, reverse=True), []
        struck, pinned = taste.struck.get(topic.ref, frozenset()), taste.pinned.get(topic.ref, frozenset())
        # Where a paper that was said of no topic belongs depends on the other topics as well.
        others = tuple(topic_key(other, named) for other in reader.topics) if loose else ()
        yield Signals(
            reader=reader.id,
            topic=topic,
            said=tuple(said[:MOST]),
            loose=tuple(loose[:MOST]),
            struck=struck,
            pinned=pinned,
            typed=typed,
            mark=mark((key, said[:MOST], loose[:MOST], sorted(struck), sorted(pinned), others)),
        )


def known_for(said: list[Said], loose: list[Said]) -> list[Said]:
    """Both, with one word a paper: who likes a paper and upvotes it likes it once."""
    papers = {one.paper_id for one in said}
    liked = {one.paper_id for one in loose if one.value}
    return said + [
        one for one in loose if one.paper_id not in papers and (one.value or one.paper_id not in liked)
    ]


def weight(one: Said, *, now: dt.datetime, half_life: dt.timedelta) -> float:
    """What it counts today: 1 for a like of now, halved with every half-life, half of that for an upvote; of
    what is wanted less, below 0."""
    age = max(dt.timedelta(0), now - one.at)
    worth = float(one.value) if one.value else UPVOTE
    return worth * math.pow(2.0, -(age / half_life))


def evidence(said: Sequence[Said], *, now: dt.datetime, half_life: dt.timedelta) -> float:
    """How much was liked, faded to today: a like of now is 1. Where nothing was, how much was disliked, below
    0."""
    from digest.core.learn import LEAST

    counted = [weight(one, now=now, half_life=half_life) for one in said]
    liked = sum(one for one in counted if one > LEAST)
    return liked or sum(one for one in counted if one < 0)


def mark(parts: object) -> str:
    """A short text, equal for equal parts."""
    return hashlib.blake2b(repr(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()
