"""A window and what readers want in, what each of them gets out.

    candidates ──▶ Window ──▶ Ranked ──▶ Selection
                     topics ──▲   wants ──▲

Reads nothing, remembers nothing: who was sent what stands in the wants.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from digest.core.features import Candidate, Window
from digest.core.people import People
from digest.core.profiles import topic_key
from digest.core.rank import BLOCK
from digest.core.ranked import Ranked
from digest.core.share import shares
from digest.core.signs import PASS
from digest.core.variety import varied
from digest.model import Section

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from digest.model import Item, Paper, Subscriber, Topic

__all__ = ["Candidate", "Selection", "Want", "Window", "select", "try_topic"]

TRENDING = "Trending today"
_KEPT = 3  # places kept for what is trending, though topics could fill them; never more than a third
_MOST = 3  # with topics, what is trending gets no more than this, or a third, though there is room


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """What one reader may get: papers listed after sequence `since` that are not in `sent` (paper ids).

    `examples`: papers by arXiv id, as far as the library has them."""

    subscriber: Subscriber
    since: int = 0
    sent: frozenset[int] = frozenset()
    examples: Mapping[str, Paper] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A reader's sections, in the order of the topics, trending last; none of them empty, and no paper twice.
    `considered` papers were news to this reader."""

    sections: tuple[Section, ...] = ()
    considered: int = 0


def select(window: Window, wants: Sequence[Want], *, block: int = BLOCK) -> list[Selection]:
    """One selection for each want, in order. At most `block` topics are ranked at once (more only if one
    reader has more), and topics that say the same are one."""
    people = People.of(window.papers if any(_may_name(want.subscriber) for want in wants) else ())
    found: list[Selection] = []
    for some in _blocks(wants, block):
        topics = [(topic, want.examples) for want in some for topic in want.subscriber.topics]
        ranked = Ranked.of(window, topics, people=people)
        found.extend(_selection(ranked, want) for want in some)
    return found


def try_topic(
    window: Window,
    topic: Topic,
    *,
    examples: Mapping[str, Paper] | None = None,
    people: People | None = None,
    limit: int = 20,
) -> list[Item]:
    """The best `limit` papers of the window for one topic, best first, with scores and reasons. `people`: the
    window's authors, for who tries more than once."""
    people = People.of(window.papers) if people is None else people
    ranked = Ranked.of(window, [(topic, examples or {})], people=people)
    order = ranked.order(ranked.signs[0] >= PASS, by=ranked.signs[0])
    return [ranked.item(0, place) for place in varied(order, window.twins)[: max(0, limit)]]


def _may_name(reader: Subscriber) -> bool:
    return any(topic.authors or topic.keywords for topic in reader.topics)


def _blocks(wants: Sequence[Want], most: int) -> Iterator[list[Want]]:
    block: list[Want] = []
    keys: set[object] = set()
    for want in wants:
        new = {topic_key(topic, want.examples) for topic in want.subscriber.topics}
        if block and len(keys | new) > most:
            yield block
            block, keys = [], set()
        block.append(want)
        keys |= new
    if block:
        yield block


def _selection(ranked: Ranked, want: Want) -> Selection:
    window, reader = ranked.window, want.subscriber
    eligible = window.sequence > want.since
    eligible[[window.of_id[paper] for paper in want.sent if paper in window.of_id]] = False
    numbers = [ranked.number(topic, want.examples) for topic in reader.topics]
    room = max(0, reader.max_papers)
    orders = _divided(ranked, reader.topics, numbers, eligible)
    hot = _hot(ranked, reader, numbers, eligible)
    wanted = {place for order in orders for place in order}
    kept = min(_KEPT, room // 3, sum(place not in wanted for place in hot)) if reader.topics else 0
    places = shares(
        [min(len(order), _quota(topic, room)) for topic, order in zip(reader.topics, orders, strict=True)],
        strongest=[_strongest(ranked, number, order) for number, order in zip(numbers, orders, strict=True)],
        weights=[_weight(topic) for topic in reader.topics],
        room=room - kept,
    )
    shown = {place for order, count in zip(orders, places, strict=True) for place in order[:count]}
    hot = [place for place in hot if place not in shown]
    warm = hot[: min(room - len(shown), max(_MOST, room // 3) if reader.topics else room)]
    sections = [
        Section(
            kind="topic",
            title=topic.name,
            items=tuple(ranked.item(number, place) for place in order[:count]),
            more=len(set(order[count:]) - set(warm)),
        )
        for topic, number, order, count in zip(reader.topics, numbers, orders, places, strict=True)
    ]
    sections.append(
        Section(
            kind="trending",
            title=TRENDING,
            items=tuple(ranked.hot_item(place) for place in warm),
            more=len(set(hot[len(warm) :]) - wanted),
        )
    )
    return Selection(
        sections=tuple(section for section in sections if section.items), considered=int(eligible.sum())
    )


def _divided(
    ranked: Ranked, topics: Sequence[Topic], numbers: Sequence[int], eligible: NDArray[np.bool_]
) -> list[list[int]]:
    """The places that each topic gets, best first: each paper where score × weight is highest."""
    if not topics:
        return []
    signs = ranked.signs[list(numbers)]
    scores = (1 - 2.0**-signs) * np.array([_weight(topic) for topic in topics])[:, None]
    scores[(signs < PASS) | ~eligible] = 0
    best = np.argmax(scores, axis=0)  # of equals the topic that the reader named first
    return [
        varied(ranked.order((best == topic) & (scores[topic] > 0), by=signs[topic]), ranked.window.twins)
        for topic in range(len(topics))
    ]


def _hot(
    ranked: Ranked, reader: Subscriber, numbers: Sequence[int], eligible: NDArray[np.bool_]
) -> list[int]:
    """The places of what may trend for this reader: what editors picked, then the hottest; nothing that
    they hid."""
    if reader.topics and not reader.trending:
        return []
    window = ranked.window
    fit = eligible & ((window.heat > 0) | window.picked) & ~window.hidden
    if numbers:
        fit &= ~ranked.excluded[list(numbers)].any(axis=0)
    # Of the equally chosen the hottest is first: that is how the window stands.
    return varied(ranked.order(fit, by=window.picked.astype(np.float64)), window.twins)


def _quota(topic: Topic, room: int) -> int:
    return room if topic.max_papers is None else max(0, topic.max_papers)


def _strongest(ranked: Ranked, number: int, order: Sequence[int]) -> float:
    return float(ranked.signs[number, order[0]]) if order else 0.0


def _weight(topic: Topic) -> float:
    return topic.weight if 0 < topic.weight < float("inf") else 1.0
