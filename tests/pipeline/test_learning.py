"""What topics were taught: made when something changed, kept, healed, faded, and nobody else's."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from digest.model import Subscriber, Topic
from digest.pipeline.ground import BACKGROUND_DAYS, Ground, has_directions, renew
from digest.pipeline.learning import RENEWED, Learning, learn_topics
from digest.pipeline.lessons import shown
from digest.store.members import Admission
from digest.store.tables_learning import artefacts, learned
from tests.pipeline.test_community import BOB, CHEESE, DAY, NOW, SKY, absorb, chosen, listing, works

if TYPE_CHECKING:
    from digest.pipeline.works import Works

__all__ = ["works"]  # the fixture

HALF_LIFE = dt.timedelta(days=720)


def taught(works: Works, *, now: dt.datetime = NOW, keep: bool = True) -> Learning:
    reader = works.store.subscribers.by_id([BOB])[BOB].subscriber
    ground = Ground(store=works.store, today=now.date())
    return learn_topics(ground, [reader], now=now, half_life=HALF_LIFE, keep=keep)


def rows(works: Works) -> dict[str, tuple[str, dt.datetime, bytes]]:
    with works.store.database.read() as connection:
        found = connection.execute(sa.select(learned).where(learned.c.subscriber_id == BOB))
        return {row.topic: (row.fingerprint, row.made_at, row.body) for row in found}


def studies(works: Works, first: int, last: int) -> None:
    """Some papers more."""
    some = (listing(number, title=f"Study {number} of ice and wool") for number in range(first, last))
    absorb(works.store, *some)


def test_what_was_taught_is_made_once_and_anew_for_the_topic_that_changed(works: Works) -> None:
    taught(works)
    first = rows(works)
    assert set(first) == {SKY.ref, CHEESE.ref}
    taught(works, now=NOW + DAY)
    assert rows(works) == first
    works.store.votes.like(BOB, 3, value=1, topic=CHEESE.ref, at=NOW)
    taught(works, now=NOW + DAY)
    assert rows(works)[SKY.ref] == first[SKY.ref]
    assert rows(works)[CHEESE.ref] != first[CHEESE.ref]


def test_a_look_keeps_nothing(works: Works) -> None:
    works.store.votes.like(BOB, 3, value=1, topic=CHEESE.ref, at=NOW)
    learning = taught(works, keep=False)
    assert learning.taught[BOB][CHEESE.ref].learned is not None
    assert rows(works) == {}


def test_a_month_later_it_is_measured_anew(works: Works) -> None:
    taught(works)
    later = NOW + RENEWED
    absorb(works.store, listing(7, day=later.date()))
    taught(works, now=later)
    assert {made_at for _, made_at, _ in rows(works).values()} == {later}


@pytest.mark.parametrize("damage", [b"", b"\x01", b"\xff" * 40])
def test_damaged_rows_are_made_anew(works: Works, damage: bytes) -> None:
    works.store.votes.like(BOB, 3, value=1, topic=CHEESE.ref, at=NOW)
    expected = chosen(works, BOB)
    whole = rows(works)
    for broken in (damage, *(body[: len(body) // 2] for _, _, body in whole.values())):
        with works.store.database.begin() as connection:
            connection.execute(sa.update(learned).values(body=broken))
        assert chosen(works, BOB) == expected
        assert rows(works) == whole


def test_one_bit_that_flipped_stops_no_morning(works: Works) -> None:
    works.store.votes.like(BOB, 3, value=1, topic=CHEESE.ref, at=NOW)
    chosen(works, BOB)
    body = rows(works)[CHEESE.ref][2]
    for place in range(0, len(body), max(1, len(body) // 15)):
        flipped = bytearray(body)
        flipped[place] ^= 0x40
        with works.store.database.begin() as connection:
            connection.execute(
                sa.update(learned).where(learned.c.topic == CHEESE.ref).values(body=bytes(flipped))
            )
        assert 2 in chosen(works, BOB)["Cheese"]


def test_evidence_halves_with_every_half_life_and_what_was_learned_stays(works: Works) -> None:
    works.store.votes.like(BOB, 3, value=1, topic=CHEESE.ref, at=NOW)
    new = taught(works).taught[BOB][CHEESE.ref]
    old = taught(works, now=NOW + 20 * DAY).taught[BOB][CHEESE.ref]
    assert new.evidence == pytest.approx(1)
    assert old.evidence == pytest.approx(2 ** -(20 / 720))
    assert new.learned is not None
    assert old.learned is not None
    assert old.learned.terms == pytest.approx(new.learned.terms, abs=1e-3)


def test_an_upvote_is_half_a_like_of_the_topic_whose_words_find_the_paper(works: Works) -> None:
    works.store.votes.upvote(BOB, 1, at=NOW)
    found = taught(works).taught[BOB]
    assert found[SKY.ref].evidence == pytest.approx(0.5)
    assert found[CHEESE.ref].evidence == 0
    works.store.votes.upvote(BOB, 4, at=NOW)  # which no topic finds
    again = taught(works).taught[BOB]
    assert (again[SKY.ref].evidence, again[CHEESE.ref].evidence) == (pytest.approx(0.5), 0)


def test_who_likes_and_upvotes_a_paper_likes_it_once(works: Works) -> None:
    works.store.votes.like(BOB, 1, value=1, topic=SKY.ref, at=NOW)
    works.store.votes.upvote(BOB, 1, at=NOW)
    assert taught(works).taught[BOB][SKY.ref].evidence == pytest.approx(1)


def test_two_readers_of_the_same_topic_learn_apart(works: Works) -> None:
    works.store.subscribers.add(
        Admission(subscriber=Subscriber(email="cy@example.org", topics=(SKY, CHEESE), max_papers=9))
    )
    cy = works.store.subscribers.find("cy@example.org")
    assert cy is not None
    works.store.votes.like(BOB, 3, value=1, topic=CHEESE.ref, at=NOW)
    readers = [works.store.subscribers.by_id([one])[one].subscriber for one in (BOB, cy.subscriber.id)]
    from digest.pipeline.editions import choose, open_window

    ground = Ground(store=works.store, today=NOW.date())
    upto = works.store.papers.last_sequence()
    window = open_window(works, [one.id for one in readers], now=NOW, upto=upto, ground=ground)
    bob, other = choose(works, window, readers, now=NOW, ground=ground)
    assert [item.paper_id for item in bob.sections[1].items] == [5, 2]
    assert [item.paper_id for item in other.sections[1].items] == [2]


def test_a_topic_that_goes_by_likes_alone_finds_nothing_before_there_are_any(works: Works) -> None:
    mine = Topic(name="telescope", likes_only=True)
    works.store.preferences.change(BOB, lambda member: dataclasses.replace(member.subscriber, topics=(mine,)))
    assert chosen(works, BOB) == {}
    works.store.votes.like(BOB, 3, value=1, topic=mine.ref, at=NOW)
    assert chosen(works, BOB) == {"telescope": [5]}


def test_directions_come_with_a_hundred_papers_and_again_when_the_library_has_grown(works: Works) -> None:
    assert not renew(works, now=NOW)
    assert not has_directions(works.store)
    absorb(
        works.store, *(listing(number, title=f"Study {number} of ice and wool") for number in range(10, 120))
    )
    assert renew(works, now=NOW)
    assert not renew(works, now=NOW + DAY)
    absorb(
        works.store, *(listing(number, title=f"Study {number} of ice and wool") for number in range(120, 150))
    )
    assert renew(works, now=NOW + DAY)
    assert not renew(works, now=NOW + 2 * DAY)
    assert renew(works, now=NOW + 40 * DAY)
    with works.store.database.begin() as connection:
        connection.execute(sa.update(artefacts).values(version="0.99"))
    assert renew(works, now=NOW + 40 * DAY)


def test_directions_found_anew_have_topics_taught_anew(works: Works) -> None:
    works.store.votes.like(BOB, 3, value=1, topic=CHEESE.ref, at=NOW)
    before = taught(works).taught[BOB][CHEESE.ref]
    absorb(
        works.store, *(listing(number, title=f"Study {number} of ice and wool") for number in range(10, 120))
    )
    renew(works, now=NOW)
    after = taught(works).taught[BOB][CHEESE.ref]
    assert before.learned is not None
    assert after.learned is not None
    assert (len(before.learned.rest) == 0, len(after.learned.rest) > 0) == (True, True)


def test_the_background_is_of_the_last_days_and_the_same_from_day_to_day(works: Works) -> None:
    today = NOW.date()
    absorb(works.store, *(listing(number, day=today - number * DAY) for number in range(20, 140)))
    sample = works.store.background.sample(since=today - BACKGROUND_DAYS * DAY, limit=30)
    assert len(sample) == 30
    assert all(one.first_listed >= today - BACKGROUND_DAYS * DAY for one in sample)
    tomorrow = works.store.background.sample(since=today - (BACKGROUND_DAYS - 1) * DAY, limit=30)
    assert len({one.id for one in sample} & {one.id for one in tomorrow}) >= 28


def test_a_lesson_says_what_was_learned_and_how_much_of_it_has_faded(works: Works) -> None:
    works.store.votes.like(BOB, 3, value=1, topic=CHEESE.ref, at=NOW - 720 * DAY)
    works.store.votes.like(BOB, 5, value=-1, topic=CHEESE.ref, at=NOW)
    lesson = shown(works.store, BOB, CHEESE, now=NOW, half_life=HALF_LIFE)
    assert [(one.paper_id, one.value) for one in lesson.likes] == [(5, -1), (3, 1)]
    assert [one.share for one in lesson.likes] == pytest.approx([1, 0.5])
    assert lesson.evidence == pytest.approx(0.5)
    assert lesson.faded == pytest.approx(0.25)
    assert lesson.words_for
