"""What goes with a topic's words goes with these words alone, whatever the topic said before."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from digest.model import Topic
from digest.pipeline.ground import Ground
from digest.pipeline.learning import learn_topics
from tests.pipeline.test_community import BOB, NOW, absorb, listing, works

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.pipeline.works import Works

__all__ = ["works"]  # the fixture

WOOL = Topic(name="Wool")


def related(works: Works, topic: Topic) -> Mapping[str, float]:
    works.store.preferences.change(
        BOB, lambda member: dataclasses.replace(member.subscriber, topics=(topic,))
    )
    reader = works.store.subscribers.by_id([BOB])[BOB].subscriber
    ground = Ground(store=works.store, today=NOW.date())
    learning = learn_topics(ground, [reader], now=NOW, half_life=works.half_life)
    return learning.taught[BOB][topic.ref].related


@pytest.mark.parametrize("more", [{"authors": ("A. Lovelace",)}, {"examples": ("2604.90001",)}])
def test_a_topic_that_comes_to_go_by_categories_alone_has_no_words_to_go_with(
    works: Works, more: dict[str, tuple[str, ...]]
) -> None:
    absorb(works.store, *(listing(n, title="Wool of sheep", abstract="Sheep.") for n in range(10, 20)))
    assert "sheep" in related(works, WOOL)
    listed = dataclasses.replace(WOOL, categories=("cs.CV",))
    assert related(works, listed) == {}
    assert "sheep" in related(works, dataclasses.replace(listed, **more))  # type: ignore[arg-type]
    assert related(works, listed) == {}
