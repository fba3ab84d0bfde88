"""What a correction does to the ranking: a struck word brings nothing, a pinned one does, a reset forgets."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from digest.model import Listing, Subscriber, Topic
from digest.pipeline.lessons import shown
from digest.pipeline.topics import recent, try_among
from digest.store import Store
from digest.store.members import Admission

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from digest.model import Lesson

NOW = dt.datetime(2026, 4, 23, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
HALF_LIFE = dt.timedelta(days=180)
VISION = Topic(name="Vision", keywords=("gaussian splatting",))
SUBJECTS = (
    ("Gaussian splatting of rooms", "We splat rooms with Gaussians, and render them quickly."),
    ("Laundry folded by robots", "Robots fold shirts and towels. Folding laundry takes patience."),
    ("Telescopes and their mirrors", "We polish mirrors of telescopes and look at the sky."),
    ("Proteins that dream", "We let proteins fold, and dream of their shapes."),
    ("Graphs of traffic", "Traffic in cities is a graph, and graphs forecast it."),
    ("Speech in forests", "We recognise speech between trees, birds and wind."),
)
LAUNDRY, TELESCOPES = {2, 8, 14, 20, 26}, {3, 9, 15, 21, 27}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Thirty papers on six subjects, and a reader."""
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as opened:
        with opened.database.begin() as connection:
            opened.papers.absorb(
                connection,
                [
                    Listing(
                        source="arxiv",
                        channel="cs.CV",
                        key=f"2604.{90001 + number}",
                        arxiv_id=f"2604.{90001 + number}",
                        day=dt.date(2026, 4, 20),
                        title=f"{SUBJECTS[number % 6][0]} {'again ' * (number // 6)}",
                        abstract=SUBJECTS[number % 6][1],
                    )
                    for number in range(30)
                ],
            )
        opened.subscribers.add(Admission(subscriber=Subscriber(email="ada@example.org", topics=(VISION,))))
        yield opened


def found(store: Store) -> set[int]:
    """The papers that the topic would bring the reader."""
    papers = recent(store, today=NOW.date(), days=7)
    tried = try_among(papers, VISION, now=NOW, half_life=HALF_LIFE, limit=30, subscriber_id=1)
    return {item.paper_id for item, _ in tried.found}


def lesson(store: Store, *, now: dt.datetime = NOW) -> Lesson:
    return shown(store, 1, VISION, now=now, half_life=HALF_LIFE)


def like(store: Store, *papers: int) -> None:
    for paper in papers:
        store.votes.like(1, paper, value=1, topic=VISION.ref, at=NOW - 9 * DAY)


def correct(store: Store, value: int, *terms: str) -> None:
    for term in terms:
        store.corrections.put(1, VISION.ref, term, words=term, value=1 if value > 0 else -1, at=NOW)


def test_what_is_learned_from_is_struck_out_word_by_word_and_taken_back(store: Store) -> None:
    typed = found(store)
    like(store, 2, 8)
    assert found(store) == typed | (LAUNDRY - {2, 8})
    words = ("laundry", "robot", "fold", "folded", "folding", "shirt", "towel", "patience", "take")
    correct(store, -1, *words)
    assert found(store) == typed
    assert not {term for term, _ in lesson(store).words_for} & set(words)
    for word in words:
        store.corrections.take_back(1, VISION.ref, word)
    assert found(store) == typed | (LAUNDRY - {2, 8})


def test_a_pinned_word_brings_papers_that_nothing_else_does(store: Store) -> None:
    like(store, 2, 8)
    before = found(store)
    assert not before & TELESCOPES
    correct(store, 1, "telescope")
    assert found(store) & TELESCOPES
    assert before <= found(store)


def test_a_pinned_word_needs_no_like(store: Store) -> None:
    typed = found(store)
    correct(store, 1, "telescope")
    assert found(store) == typed | TELESCOPES
    store.corrections.take_back(1, VISION.ref, "telescope")
    assert found(store) == typed


def test_a_reset_leaves_what_was_typed_and_what_is_known(store: Store) -> None:
    typed = found(store)
    like(store, 2, 8, 1)
    correct(store, 1, "telescope")
    store.corrections.reset(1, VISION.ref, at=NOW)
    assert found(store) == typed - {1}  # which was liked, and is not sent again
    left = lesson(store)
    assert (left.words_for, left.likes, left.pinned) == ((), (), ())
    assert left.reset_at == NOW
    store.votes.like(1, 14, value=1, topic=VISION.ref, at=NOW + DAY)
    assert [one.paper_id for one in lesson(store, now=NOW + 2 * DAY).likes] == [14]


def test_an_exclusion_outweighs_whatever_is_pinned(store: Store) -> None:
    like(store, 2, 8)
    correct(store, 1, "laundry")
    topic = Topic(name="Vision", keywords=VISION.keywords, exclude=("laundry",), key=VISION.ref)
    papers = recent(store, today=NOW.date(), days=7)
    tried = try_among(papers, topic, now=NOW, half_life=HALF_LIFE, limit=30, subscriber_id=1)
    assert not {item.paper_id for item, _ in tried.found} & LAUNDRY
