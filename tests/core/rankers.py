"""Rankers good and bad behind one seam, and the check that tells them apart."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from digest.core.select import Window, try_topic
from digest.model import Topic

Ranker = Callable[[Window, Topic], Sequence[int]]  # the ids of papers, best first
Case = tuple[Topic, frozenset[int]]  # a topic, and the ids of the papers that are on it


def ours(window: Window, topic: Topic) -> list[int]:
    return [item.paper_id for item in try_topic(window, topic, limit=len(window.papers))]


def by_chance(window: Window, topic: Topic) -> list[int]:
    ids = [paper.id for paper in window.papers]
    random.Random(topic.name).shuffle(ids)
    return ids


def newest_first(window: Window, topic: Topic) -> list[int]:
    return [window.papers[place].id for place in (-window.sequence).argsort(kind="stable")]


def blind_to_topics(window: Window, topic: Topic) -> list[int]:
    """A good list for somebody, and the same one for everybody."""
    anybody = Topic(
        name="anything", text="learning models from images, video, language and data in real time"
    )
    first = ours(window, anybody)
    return first + [paper.id for paper in window.papers if paper.id not in set(first)]


BAD: tuple[Ranker, ...] = (by_chance, newest_first, blind_to_topics)


def precision(ranker: Ranker, window: Window, case: Case, *, at: int) -> float:
    """How much of a topic's first `at` papers is on the topic. A list that is too short is not filled up."""
    topic, relevant = case
    return sum(paper in relevant for paper in list(ranker(window, topic))[:at]) / at


def passes(ranker: Ranker, window: Window, cases: Sequence[Case], *, at: int) -> bool:
    """The check: over all topics most of what stands first is on the topic, and nowhere less than a third."""
    found = [precision(ranker, window, case, at=at) for case in cases]
    return sum(found) / len(found) >= 0.65 and min(found) >= 1 / 3
