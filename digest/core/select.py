"""A window and what readers want in, what each of them gets out.

    candidates ──▶ Window ──▶ Ranked ──▶ Selection
                     topics ──▲   wants ──▲

A score is of one scale for every topic (`core.calibrate`), so that topics can be weighed against each other.

Reads nothing, remembers nothing: who was sent what stands in the wants.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from digest.core.calibrate import STEP, strength_of
from digest.core.features import Candidate, Window
from digest.core.people import People
from digest.core.rank import BLOCK
from digest.core.ranked import Asked, Ranked
from digest.core.share import shares
from digest.core.variety import spread, varied
from digest.model import Section

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from digest.core.taught import Taught
    from digest.model import Item, Paper, Subscriber, Topic

__all__ = ["Candidate", "Selection", "Want", "Window", "select", "try_topic"]

TRENDING = "Trending today"
OUTSIDE = "From outside your topics"
_KEPT = 3  # places kept for what is trending, though topics could fill them; never more than a third
_MOST = 3  # with topics, what is trending gets no more than this, or a third, though there is room


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """What one reader may get: papers listed after sequence `since` that are not in `sent` (paper ids).

    `examples`: papers by arXiv id, as far as the library has them. `taught`: what topics learned, by ref."""

    subscriber: Subscriber
    since: int = 0
    sent: frozenset[int] = frozenset()
    examples: Mapping[str, Paper] = dataclasses.field(default_factory=dict)
    taught: Mapping[str, Taught] = dataclasses.field(default_factory=dict)

    def asked(self) -> list[Asked]:
        """The topics, with what they find papers by."""
        return [
            Asked(topic=topic, examples=self.examples, taught=self.taught.get(topic.ref))
            for topic in self.subscriber.topics
        ]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A reader's sections, in the order of the topics, then the one from outside them, trending last; none of
    them empty, and no paper twice. `considered` papers were news to this reader."""

    sections: tuple[Section, ...] = ()
    considered: int = 0


def select(window: Window, wants: Sequence[Want], *, block: int = BLOCK) -> list[Selection]:
    """One selection for each want, in order. At most `block` topics are ranked at once (more only if one
    reader has more), and topics that say the same are one."""
    people = People.of(window.papers if any(_may_name(want.subscriber) for want in wants) else ())
    found: list[Selection] = []
    for some in _blocks(wants, block):
        ranked = Ranked.of(window, [asked for want in some for asked in want.asked()], people=people)
        found.extend(_selection(ranked, want) for want in some)
    return found


def try_topic(
    window: Window,
    topic: Topic,
    *,
    examples: Mapping[str, Paper] | None = None,
    taught: Taught | None = None,
    known: Collection[int] = (),
    people: People | None = None,
    limit: int = 20,
) -> list[Item]:
    """The best `limit` papers of the window for one topic, best first, with scores and reasons; none of those
    that are `known`, by number. `people`: the window's authors, for who tries more than once."""
    people = People.of(window.papers) if people is None else people
    asked = Asked(topic=topic, examples=examples or {}, taught=taught)
    ranked = Ranked.of(window, [asked], people=people)
    fit = _fit(ranked, 0, topic)
    fit[window.places(known)] = False
    order = ranked.order(fit, by=ranked.strengths[0])
    return [ranked.item(0, place) for place in varied(order, window.twins)[: max(0, limit)]]


def _may_name(reader: Subscriber) -> bool:
    return any(topic.authors or topic.keywords for topic in reader.topics)


def _blocks(wants: Sequence[Want], most: int) -> Iterator[list[Want]]:
    block: list[Want] = []
    keys: set[object] = set()
    for want in wants:
        new = {asked.key for asked in want.asked()}
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
    numbers = [ranked.number(asked) for asked in want.asked()]
    room = max(0, reader.max_papers)
    orders = _divided(ranked, reader, numbers, eligible)
    hot = _hot(ranked, reader, numbers, eligible)
    wanted = {place for order in orders for place in order}
    outside = _outside(ranked, numbers, eligible) if reader.outside and reader.topics and room > 1 else []
    kept = min(_KEPT, room // 3, sum(place not in wanted for place in hot)) if reader.topics else 0
    places = shares(
        [min(len(order), _quota(topic, room)) for topic, order in zip(reader.topics, orders, strict=True)],
        strongest=[_strongest(ranked, number, order) for number, order in zip(numbers, orders, strict=True)],
        weights=[_weight(topic) for topic in reader.topics],
        room=room - max(kept, len(outside)),
    )
    shown = {place for order, count in zip(orders, places, strict=True) for place in order[:count]}
    shown.update(outside)
    hot = [place for place in hot if place not in shown]
    warm = hot[: min(room - len(shown), max(_MOST, room // 3) if reader.topics else room)]
    sections = [
        Section(
            kind="topic",
            title=topic.name,
            items=tuple(
                ranked.item(number, place) for place in _strongest_first(ranked, number, order[:count])
            ),
            more=len(set(order[count:]) - set(warm)),
        )
        for topic, number, order, count in zip(reader.topics, numbers, orders, places, strict=True)
    ]
    sections.append(
        Section(kind="outside", title=OUTSIDE, items=tuple(ranked.outside_item(place) for place in outside))
    )
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
    ranked: Ranked, reader: Subscriber, numbers: Sequence[int], eligible: NDArray[np.bool_]
) -> list[list[int]]:
    """The places that each topic gets, best first and with variety: each paper where strength × weight is
    highest."""
    topics = reader.topics
    if not topics:
        return []
    strengths = ranked.strengths[list(numbers)]
    fit = np.array([_fit(ranked, number, topic) for number, topic in zip(numbers, topics, strict=True)])
    scores = np.where(fit & eligible, strengths * np.array([_weight(topic) for topic in topics])[:, None], 0)
    best = np.argmax(scores, axis=0)  # of equals the topic that the reader named first
    return [
        _varied(ranked, strengths[topic], (best == topic) & (scores[topic] > 0), picks=reader.max_papers)
        for topic in range(len(topics))
    ]


def _fit(ranked: Ranked, number: int, topic: Topic) -> NDArray[np.bool_]:
    """What a topic finds: what matches, and reaches the score that the reader asks for."""
    strengths = ranked.strengths[number]
    fit: NDArray[np.bool_] = strengths > 0
    # As scores are told: 96.96 is 97.0.
    return fit & (strengths >= strength_of(topic.min_score - STEP / 2)) if topic.min_score else fit


def _varied(
    ranked: Ranked, strengths: NDArray[np.float64], fit: NDArray[np.bool_], *, picks: int
) -> list[int]:
    window, order = ranked.window, ranked.order(fit, by=strengths)
    if window.field.near.shape[1] and len(order) > picks > 1:
        order = spread(order, strengths, window.field.near, picks=picks)
    return varied(order, window.twins)


def _strongest_first(ranked: Ranked, number: int, places: Sequence[int]) -> list[int]:
    strengths, window = ranked.strengths[number], ranked.window
    return varied(sorted(places, key=lambda place: (-strengths[place], window.standing[place])), window.twins)


def _outside(ranked: Ranked, numbers: Sequence[int], eligible: NDArray[np.bool_]) -> list[int]:
    """At most one place that no topic finds: the hottest; where nothing is hot the one that is closest to
    what the day's papers are about."""
    window, rows = ranked.window, list(numbers)
    fit = (
        eligible
        & ~window.hidden
        & ~ranked.excluded[rows].any(axis=0)
        & (ranked.strengths[rows] <= 0).all(axis=0)
    )
    by = window.heat if (window.heat[fit] > 0).any() else window.typical
    return ranked.order(fit, by=by)[:1]


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
    return float(ranked.strengths[number, order[0]]) if order else 0.0


def _weight(topic: Topic) -> float:
    return topic.weight if 0 < topic.weight < float("inf") else 1.0
