"""How many papers each topic found in, how many of them it gets out. Fair first, then by weight."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST = 4  # papers that every topic gets, as far as there is room, before any gets one more


def shares(
    found: Sequence[int], strongest: Sequence[float], weights: Sequence[float], *, room: int
) -> list[int]:
    """The places of each topic: at most `found`, in all at most `room`.

    One for each topic, the strongest best paper first; then up to `FIRST` for each, then the rest, both in
    turns that come as often as the topic's weight says (D'Hondt: the next place goes to the topic with the
    lowest places held ÷ weight).

    >>> shares([9, 9, 2], strongest=[0.9, 0.8, 0.7], weights=[1, 1, 1], room=12)
    [5, 5, 2]
    >>> shares([9, 9], strongest=[0.9, 0.8], weights=[3, 1], room=12)
    [8, 4]
    """
    given = [0] * len(found)
    turns = [_turn(topic, 0, strongest, weights) for topic, count in enumerate(found) if count > 0]
    heapq.heapify(turns)
    while room > 0 and turns:
        topic = heapq.heappop(turns)[-1]
        given[topic] += 1
        room -= 1
        if given[topic] < found[topic]:
            heapq.heappush(turns, _turn(topic, given[topic], strongest, weights))
    return given


def _turn(
    topic: int, given: int, strongest: Sequence[float], weights: Sequence[float]
) -> tuple[int, float, float, int]:
    stage = 0 if given == 0 else 1 if given < FIRST else 2
    return stage, (given + 1) / weights[topic] if stage else 0.0, -strongest[topic], topic
