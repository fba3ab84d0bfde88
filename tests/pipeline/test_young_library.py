"""Likes in a library that is a day or a week old: they bring what is like them, and not all of it."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING

import pytest

from digest.model import Subscriber, Topic
from digest.pipeline.ground import LEAST, Ground, renew
from digest.pipeline.learning import learn_topics
from digest.store.members import Admission
from tests.pipeline.test_community import NOW, absorb, listing, works

if TYPE_CHECKING:
    from digest.pipeline.works import Works

__all__ = ["works"]  # the fixture

MINE = Topic(name="Mine", likes_only=True)
COMMON = [f"common{number}" for number in range(40)]
RARE = [f"rare{number}" for number in range(900)]


@pytest.mark.parametrize("papers", [LEAST - 10, LEAST + 10, 2 * LEAST - 20, 2 * LEAST + 10])
def test_a_few_likes_bring_a_few_papers_whatever_the_size_of_the_library(works: Works, papers: int) -> None:
    dice = random.Random(papers)
    some = [
        listing(
            number,
            title=" ".join(dice.sample(RARE, 4)),
            abstract=" ".join(dice.choices(COMMON, k=60) + dice.sample(RARE, 20)),
        )
        for number in range(10, 10 + papers)
    ]
    absorb(works.store, *some)
    works.store.subscribers.add(Admission(subscriber=Subscriber(email="cy@example.org", topics=(MINE,))))
    cy = works.store.subscribers.find("cy@example.org")
    assert cy is not None
    renew(works, now=NOW)
    for paper in (10, 11, 12, 13):
        works.store.votes.like(cy.subscriber.id, paper, value=1, topic=MINE.ref, at=NOW)
    ground = Ground(store=works.store, today=NOW.date())
    assert (ground.directions is not None) == (papers + 5 >= LEAST)
    learning = learn_topics(ground, [cy.subscriber], now=NOW, half_life=dt.timedelta(days=720))
    calibration = learning.taught[cy.subscriber.id][MINE.ref].calibration
    assert calibration.matched <= 0.05 * calibration.size
