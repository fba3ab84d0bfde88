"""Corrections of what topics learned: one a word, theirs alone, gone with their topic and their person."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from digest.model import Subscriber, Topic
from digest.store.corrections import NOTHING, Corrected, Correction
from digest.store.learned import Made
from digest.store.members import Admission
from tests.store.test_votes import absorb, listing, paper

if TYPE_CHECKING:
    from digest.store import Store

NOW = dt.datetime(2026, 4, 22, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
VISION, ROBOTS = Topic(name="Vision"), Topic(name="Robots")


@pytest.fixture
def ada(store: Store) -> int:
    return reader(store, "ada@example.org")


def reader(store: Store, email: str, *topics: Topic) -> int:
    """The number of a reader with these topics, or both."""
    wanted = Subscriber(email=email, topics=topics or (VISION, ROBOTS))
    store.subscribers.add(Admission(subscriber=wanted))
    found = store.subscribers.find(email)
    assert found is not None
    return found.subscriber.id


def of(store: Store, number: int, topic: Topic = VISION) -> Corrected:
    return store.corrections.of([number]).get((number, topic.ref), NOTHING)


def strike(store: Store, number: int, word: str, topic: Topic = VISION, *, at: dt.datetime = NOW) -> bool:
    return store.corrections.put(number, topic.ref, word, words=word.title(), value=-1, at=at)


def pin(store: Store, number: int, word: str, topic: Topic = VISION, *, at: dt.datetime = NOW) -> bool:
    return store.corrections.put(number, topic.ref, word, words=word, value=1, at=at)


def test_the_last_word_on_a_word_counts(store: Store, ada: int) -> None:
    assert strike(store, ada, "nerf")
    assert not strike(store, ada, "nerf", at=NOW + DAY)
    assert pin(store, ada, "splat")
    assert of(store, ada).struck == {"nerf"}
    assert of(store, ada).words[0] == Correction(term="nerf", words="Nerf", value=-1, at=NOW)
    assert pin(store, ada, "nerf")
    assert (of(store, ada).struck, of(store, ada).pinned) == (frozenset(), {"nerf", "splat"})
    assert store.corrections.take_back(ada, VISION.ref, "nerf")
    assert not store.corrections.take_back(ada, VISION.ref, "nerf")
    assert of(store, ada).pinned == {"splat"}


def test_a_correction_is_of_one_reader_and_one_topic(store: Store, ada: int) -> None:
    bob = reader(store, "bob@example.org")
    strike(store, ada, "nerf")
    pin(store, bob, "nerf")
    strike(store, bob, "slam", ROBOTS)
    found = store.corrections.of([ada, bob, 99])
    assert {key: (one.struck, one.pinned) for key, one in found.items()} == {
        (ada, VISION.ref): ({"nerf"}, set()),
        (bob, VISION.ref): (set(), {"nerf"}),
        (bob, ROBOTS.ref): ({"slam"}, set()),
    }


def test_a_reset_takes_corrections_and_learning_of_that_topic_and_keeps_likes(store: Store, ada: int) -> None:
    absorb(store, listing(1))
    liked = paper(store).id
    store.votes.like(ada, liked, value=1, topic=VISION.ref, at=NOW)
    for topic in (VISION, ROBOTS):
        strike(store, ada, "nerf", topic)
        store.learned.put_topics([(ada, topic.ref, Made(version="1", made_at=NOW, body=b"x"))])
    assert store.corrections.reset(ada, VISION.ref, at=NOW + DAY)
    assert of(store, ada) == Corrected(reset_at=NOW + DAY)
    assert of(store, ada, ROBOTS).struck == {"nerf"}
    assert set(store.learned.topics([ada])) == {(ada, ROBOTS.ref)}
    assert store.tastes.of([ada])[ada].known == {liked}
    strike(store, ada, "slam")
    assert store.corrections.reset(ada, VISION.ref, at=NOW + 2 * DAY)
    assert of(store, ada) == Corrected(reset_at=NOW + 2 * DAY)


def test_who_is_gone_or_has_left_corrects_nothing(store: Store, ada: int) -> None:
    strike(store, ada, "nerf")
    before = of(store, ada)
    store.subscribers.set_status("ada@example.org", "left", at=NOW, evidence="a test")
    for number in (ada, 99):
        assert not pin(store, number, "splat")
        assert not store.corrections.take_back(number, VISION.ref, "nerf")
        assert not store.corrections.reset(number, VISION.ref, at=NOW)
    assert of(store, ada) == before


def test_erasing_takes_all_of_it(store: Store, ada: int) -> None:
    bob = reader(store, "bob@example.org")
    for number in (ada, bob):
        strike(store, number, "nerf")
        store.corrections.reset(number, ROBOTS.ref, at=NOW)
        store.learned.put_topics([(number, VISION.ref, Made(version="1", made_at=NOW, body=b"x"))])
    store.subscribers.erase("ada@example.org", at=NOW)
    assert {key[0] for key in store.corrections.of([ada, bob])} == {bob}
    assert set(store.learned.topics([ada, bob])) == {(bob, VISION.ref)}


def test_a_renamed_topic_keeps_its_corrections(store: Store, ada: int) -> None:
    strike(store, ada, "nerf")
    renamed = Topic(name="Seeing", key=VISION.ref)
    reader(store, "ada@example.org", renamed)
    assert of(store, ada, renamed).struck == {"nerf"}
    assert store.corrections.prune(before=NOW + DAY, limit=10) == 1
    assert of(store, ada, renamed).struck == {"nerf"}


def test_what_belongs_to_a_deleted_topic_is_taken_away_in_time(store: Store, ada: int) -> None:
    for topic in (VISION, ROBOTS):
        strike(store, ada, "nerf", topic)
        store.learned.put_topics([(ada, topic.ref, Made(version="1", made_at=NOW, body=b"x"))])
    store.corrections.reset(ada, ROBOTS.ref, at=NOW)
    strike(store, ada, "nerf", ROBOTS)
    reader(store, "ada@example.org", VISION)
    store.corrections.touch(ada, ROBOTS.ref, at=NOW + DAY)  # it was deleted then
    assert store.corrections.prune(before=NOW + DAY, limit=10) == 1
    assert of(store, ada, ROBOTS).struck == {"nerf"}
    assert store.corrections.prune(before=NOW + 2 * DAY, limit=10) == 1
    assert of(store, ada, ROBOTS) == NOTHING
    assert of(store, ada).struck == {"nerf"}
    assert set(store.learned.topics([ada])) == {(ada, VISION.ref)}


def test_a_reset_stays_while_a_like_waits_for_a_topic_of_that_name(store: Store, ada: int) -> None:
    absorb(store, listing(1))
    store.votes.like(ada, paper(store).id, value=1, topic=ROBOTS.ref, at=NOW)
    store.corrections.reset(ada, ROBOTS.ref, at=NOW)
    reader(store, "ada@example.org", VISION)
    later = NOW + 9 * DAY
    store.corrections.prune(before=later, limit=10)
    assert of(store, ada, ROBOTS) == Corrected(reset_at=NOW)
    store.votes.like(ada, paper(store).id, value=0, at=later)
    store.corrections.prune(before=later, limit=10)
    assert of(store, ada, ROBOTS) == NOTHING


def test_the_broom_goes_round_all_readers_a_few_at_a_time(store: Store) -> None:
    numbers = [reader(store, f"r{number}@example.org") for number in range(5)]
    for number in numbers:
        strike(store, number, "nerf", ROBOTS)
        reader(store, f"r{numbers.index(number)}@example.org", VISION)
    steps = [store.corrections.prune(before=NOW + DAY, limit=2) for _ in range(3)]
    assert steps == [2, 2, 1]
    assert store.corrections.of(numbers) == {}
    assert store.corrections.prune(before=NOW + DAY, limit=2) == 0
