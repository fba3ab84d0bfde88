"""What a topic is taught by dislikes alone: what is like them sinks, and nothing rises or comes in for it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from digest.model import Subscriber, Topic
from digest.pipeline.signals import evidence
from digest.pipeline.topics import recent, try_among
from digest.store import Store
from digest.store.members import Admission
from digest.store.tastes import Said
from tests.store.shelves import DAY, absorb, listing

if TYPE_CHECKING:
    from pathlib import Path

NOW = dt.datetime(2026, 4, 21, 12, tzinfo=dt.UTC)
SKY = Topic(name="Sky", keywords=("telescope",))
ABSTRACTS = (
    "A telescope of glass. Mirrors are polished by hand, and polishing mirrors takes winters.",
    "A telescope of radio dishes. Antennas in a desert listen to pulsars, and antennas rust.",
)


def scores(store: Store) -> dict[int, float]:
    papers = recent(store, today=NOW.date(), days=7)
    tried = try_among(papers, SKY, now=NOW, half_life=dt.timedelta(days=720), limit=50, subscriber_id=1)
    return {item.paper_id: item.score for item, _ in tried.found}


def test_evidence_is_of_likes_and_where_they_have_faded_away_of_dislikes() -> None:
    def counted(*said: tuple[int, int]) -> float:
        some = [
            Said(paper_id=number, topic="", value=value, at=NOW - dt.timedelta(days=days))
            for number, (value, days) in enumerate(said)
        ]
        return evidence(some, now=NOW, half_life=dt.timedelta(days=10))

    assert counted() == 0
    assert counted((1, 0), (1, 10), (-1, 0), (0, 0)) == pytest.approx(2)
    assert counted((-1, 0), (-1, 10)) == pytest.approx(-1.5)
    assert counted((1, 900), (-1, 0)) == pytest.approx(-1)


def test_less_like_this_counts_before_anything_is_liked(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as store:
        # Mirrors and antennas in turn; all else in one is as it is in the other.
        absorb(
            store,
            *(
                listing(number, day=DAY, title=f"Watching, part {number}", abstract=ABSTRACTS[number % 2])
                for number in range(1, 31)
            ),
            *(
                listing(number, day=DAY, title=f"A report, part {number}", abstract="Of bread and its crust.")
                for number in range(31, 61)
            ),
        )
        store.subscribers.add(Admission(subscriber=Subscriber(email="ada@example.org", topics=(SKY,))))
        before = scores(store)
        for number in (2, 4, 6):
            store.votes.like(1, number, value=-1, topic=SKY.ref, at=NOW)
        after = scores(store)
        assert set(after) == set(before) - {2, 4, 6}  # no match is taken away, and none comes in
        mirrors, antennas = ({one for one in after if one % 2 == odd} for odd in (0, 1))
        assert max(after[one] for one in mirrors) < min(after[one] for one in antennas)
        assert max(after[one] - before[one] for one in mirrors) < 0
