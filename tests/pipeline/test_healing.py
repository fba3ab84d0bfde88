"""What follows from other tables is made anew when it was damaged, and only looking changes nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from digest import pipeline
from digest.core.directions import Directions
from digest.pipeline.ground import Ground, ground_of, renew
from digest.pipeline.learning import learn_topics
from digest.pipeline.preview import preview
from digest.pipeline.topics import try_topic
from digest.store.learned import Made
from digest.store.tables_learning import artefacts, learned
from tests.pipeline.test_community import BOB, CHEESE, DAY, NOW, SKY, absorb, listing, works

if TYPE_CHECKING:
    from digest.pipeline.works import Works

__all__ = ["works"]  # the fixture


@pytest.fixture
def grown(works: Works) -> Works:
    """A library that has directions, and a reader who likes a paper."""
    absorb(works.store, *(listing(number, title=f"Study {number} of ice") for number in range(10, 120)))
    works.store.votes.like(BOB, 3, value=1, topic=CHEESE.ref, at=NOW)
    assert renew(works, now=NOW)
    return works


def damage(works: Works, body: bytes, *, version: str | None = None) -> None:
    values = {"body": body} if version is None else {"body": body, "version": version}
    with works.store.database.begin() as connection:
        connection.execute(sa.update(artefacts).values(values))


def kept(works: Works) -> Made:
    found = works.store.learned.artefact("directions")
    assert found is not None
    return found


@pytest.mark.parametrize("version", [None, "0.99", "99.1"])
@pytest.mark.parametrize("cut", [0, 30, -1])
def test_directions_that_are_damaged_or_of_another_version_stop_no_morning(
    grown: Works, cut: int, version: str | None
) -> None:
    whole = kept(grown).body
    damage(grown, whole[:cut], version=version)
    assert Ground(store=grown.store, today=NOW.date()).directions is None
    try_topic(grown, CHEESE, now=NOW, days=7, limit=5)  # goes by words
    assert kept(grown).body == whole[:cut]
    assert pipeline.run(grown, now=NOW).composed
    assert Directions.from_bytes(kept(grown).body).papers == grown.store.terms.count()


def test_what_was_taught_without_directions_is_taught_with_them_again(grown: Works) -> None:
    whole = kept(grown).body
    marks = []
    for body in (whole, b"", whole):
        damage(grown, body)
        marks.append(Ground(store=grown.store, today=NOW.date()).mark)
    assert marks[0] == marks[2] != marks[1]


def test_a_clock_that_was_ahead_keeps_no_directions_for_years(grown: Works) -> None:
    assert renew(grown, now=NOW + 4000 * DAY)
    assert renew(grown, now=NOW)
    assert not renew(grown, now=NOW)


def test_directions_that_can_be_read_are_found_once(grown: Works) -> None:
    before = kept(grown)
    assert ground_of(grown, now=NOW + DAY).directions is not None
    assert kept(grown) == before


@pytest.mark.parametrize("number", [0, BOB])
def test_a_preview_changes_nothing(grown: Works, number: int) -> None:
    reader = grown.store.subscribers.by_id([BOB])[BOB].subscriber
    assert preview(grown, dataclasses.replace(reader, id=number), now=NOW).recipient
    with grown.store.database.read() as connection:
        assert connection.execute(sa.select(learned)).all() == []


def test_nothing_is_kept_of_a_reader_who_was_erased_while_their_topics_were_taught(works: Works) -> None:
    made = Made(version="of something", made_at=dt.datetime(2026, 4, 21, tzinfo=dt.UTC), body=b"words")
    email = works.store.subscribers.by_id([BOB])[BOB].subscriber.email
    works.store.learned.put_topics([(BOB, CHEESE.ref, made)])
    assert works.store.learned.topics([BOB])
    assert works.store.subscribers.erase(email, at=NOW)
    works.store.learned.put_topics([(BOB, CHEESE.ref, made)])
    assert works.store.learned.topics([BOB]) == {}


def test_what_was_said_for_no_topic_stays_where_it_belongs_when_another_topic_learns(works: Works) -> None:
    both = listing(6, title="Cheese through a telescope", abstract="Cheese on cheese: a study of cheese.")
    absorb(works.store, both)
    works.store.votes.upvote(BOB, 6, at=NOW)
    before = evidence(works)
    assert before == {SKY.ref: 0, CHEESE.ref: pytest.approx(0.5)}
    works.store.votes.like(BOB, 1, value=1, topic=SKY.ref, at=NOW)
    assert evidence(works) == {SKY.ref: pytest.approx(1), CHEESE.ref: pytest.approx(0.5)}


def evidence(works: Works) -> dict[str, float]:
    reader = works.store.subscribers.by_id([BOB])[BOB].subscriber
    ground = Ground(store=works.store, today=NOW.date())
    learning = learn_topics(ground, [reader], now=NOW, half_life=works.half_life)
    return {ref: taught.evidence for ref, taught in learning.taught[BOB].items()}
