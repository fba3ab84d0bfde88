"""Upvotes and likes: one per reader and paper, counted as they stand, gone with their person."""

from __future__ import annotations

import dataclasses
import datetime as dt
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.model import Listing, Paper, Subscriber
from digest.store import tables
from digest.store import votes as store_votes
from digest.store.members import Admission
from digest.store.votes import Opinion

if TYPE_CHECKING:
    from digest.store import Store

DAY = dt.date(2026, 4, 20)
NOW = dt.datetime(2026, 4, 22, 9, tzinfo=dt.UTC)
ADA, BOB, CYD = "ada@example.org", "bob@example.org", "cyd@example.org"


def listing(number: int, **fields: object) -> Listing:
    said = {
        "source": "arxiv",
        "channel": "cs.CV",
        "key": f"2604.{90000 + number}",
        "arxiv_id": f"2604.{90000 + number}",
        "day": DAY,
        "title": f"Sampling the sky with small telescopes, part {number}",
        "authors": ("Ada Lovelace",),
        **fields,
    }
    return Listing(**said)  # type: ignore[arg-type]


def absorb(store: Store, *listings: Listing) -> None:
    with store.database.begin() as connection:
        store.papers.absorb(connection, listings)


def paper(store: Store, number: int = 1) -> Paper:
    entry = store.lists.paper(f"2604.{90000 + number}")
    assert entry is not None
    return entry.paper


@pytest.fixture
def readers(store: Store) -> dict[str, int]:
    """Three readers and two papers."""
    absorb(store, listing(1), listing(2))
    for email in (ADA, BOB, CYD):
        store.subscribers.add(Admission(subscriber=Subscriber(email=email)))
    return {one.subscriber.email: one.subscriber.id for one in store.subscribers.everyone()}


def test_an_upvote_counts_once_and_is_taken_back_once(store: Store, readers: dict[str, int]) -> None:
    one = paper(store)
    assert store.votes.upvote(readers[ADA], one.id, at=NOW)
    assert not store.votes.upvote(readers[ADA], one.id, at=NOW)
    assert store.votes.upvote(readers[BOB], one.id, at=NOW)
    assert (paper(store).votes, paper(store).all_upvotes, paper(store, 2).votes) == (2, 2, 0)
    assert store.votes.upvote(readers[ADA], one.id, at=NOW, on=False)
    assert not store.votes.upvote(readers[ADA], one.id, at=NOW, on=False)
    assert paper(store).votes == 1


def test_upvotes_of_readers_and_of_a_source_are_one_sum(store: Store, readers: dict[str, int]) -> None:
    absorb(store, listing(1, source="huggingface", channel="", upvotes=10))
    store.votes.upvote(readers[ADA], paper(store).id, at=NOW)
    assert paper(store).all_upvotes == 11
    absorb(store, listing(1, source="huggingface", channel="", upvotes=12))
    assert paper(store).all_upvotes == 13


def test_the_first_upvote_lists_the_paper_and_makes_it_news(store: Store, readers: dict[str, int]) -> None:
    one, before = paper(store), store.papers.last_sequence()
    store.votes.upvote(readers[ADA], one.id, at=NOW)
    assert paper(store).community_listed == NOW.date()
    (news,) = store.papers.news(after=before, upto=store.papers.last_sequence(), first_day=DAY)
    assert news.paper.id == one.id
    again = store.papers.last_sequence()
    store.votes.upvote(readers[BOB], one.id, at=NOW + dt.timedelta(days=1))
    assert store.papers.last_sequence() == again
    assert paper(store).community_listed == NOW.date()


def test_the_last_upvote_taken_back_leaves_no_trace(store: Store, readers: dict[str, int]) -> None:
    one = paper(store)
    before = dump(store)
    for name in (ADA, BOB):
        store.votes.upvote(readers[name], one.id, at=NOW)
    store.votes.upvote(readers[ADA], one.id, at=NOW, on=False)
    assert paper(store).community_listed == NOW.date()
    store.votes.upvote(readers[BOB], one.id, at=NOW, on=False)
    assert dump(store) == before


def test_a_day_that_a_source_told_stays(store: Store, readers: dict[str, int]) -> None:
    absorb(store, listing(1, source="huggingface", channel="", upvotes=0))
    sequence = store.papers.last_sequence()
    store.votes.upvote(readers[ADA], paper(store).id, at=NOW)
    assert store.papers.last_sequence() == sequence
    store.votes.upvote(readers[ADA], paper(store).id, at=NOW, on=False)
    assert paper(store).community_listed == DAY


def test_an_old_paper_that_is_upvoted_is_listed_and_in_nobodys_mail_for_that(
    store: Store, readers: dict[str, int]
) -> None:
    sequence = store.papers.last_sequence()
    late = NOW + dt.timedelta(days=60)
    store.votes.upvote(readers[ADA], paper(store).id, at=late)
    assert paper(store).community_listed == late.date()
    assert store.papers.last_sequence() == sequence


def test_nobody_votes_who_left_or_is_not_there_nor_for_no_paper(
    store: Store, readers: dict[str, int]
) -> None:
    one = paper(store)
    store.subscribers.leave(readers[ADA], at=NOW, evidence="a test")
    before = dump(store)
    for reader, number in ((readers[ADA], one.id), (999, one.id), (readers[BOB], 999)):
        assert not store.votes.upvote(reader, number, at=NOW)
        assert not store.votes.like(reader, number, value=1, at=NOW)
    assert dump(store) == before


def test_a_like_is_of_a_topic_and_the_last_word_counts(store: Store, readers: dict[str, int]) -> None:
    one, ada = paper(store), readers[ADA]
    assert store.votes.like(ada, one.id, value=1, topic="aa", at=NOW)
    assert not store.votes.like(ada, one.id, value=1, topic="aa", at=NOW)
    assert store.votes.like(ada, one.id, value=1, topic="bb", at=NOW)
    assert store.votes.like(ada, one.id, value=-1, topic="bb", at=NOW)
    assert store.votes.of(ada, [one.id])[one.id] == Opinion(liked=-1, topic="bb")
    assert store.votes.like(ada, one.id, value=0, at=NOW)
    assert not store.votes.like(ada, one.id, value=0, at=NOW)
    assert store.votes.of(ada, [one.id])[one.id] == Opinion()
    assert paper(store).votes == 0


def test_what_one_reader_says_no_other_sees(store: Store, readers: dict[str, int]) -> None:
    one, two = paper(store), paper(store, 2)
    store.votes.upvote(readers[ADA], one.id, at=NOW)
    store.votes.like(readers[ADA], one.id, value=1, topic="aa", at=NOW)
    store.votes.like(readers[ADA], two.id, value=-1, topic="aa", at=NOW)
    said = store.votes.of(readers[ADA], [one.id, two.id])
    assert said == {one.id: Opinion(upvoted=True, liked=1, topic="aa"), two.id: Opinion(liked=-1, topic="aa")}
    assert set(store.votes.of(readers[BOB], [one.id, two.id]).values()) == {Opinion()}
    taste = store.tastes.of(list(readers.values()))
    assert set(taste) == {readers[ADA]}
    assert {(said.paper_id, said.topic, said.value) for said in taste[readers[ADA]].said} == {
        (one.id, "aa", 1), (two.id, "aa", -1), (one.id, "", 0),
    }  # fmt: skip
    assert taste[readers[ADA]].known == {one.id, two.id}
    assert {(vote.paper_id, vote.kind) for vote in store.votes.given(readers[ADA])} == {
        (one.id, "upvote"), (one.id, "more"), (two.id, "less"),
    }  # fmt: skip
    assert store.votes.examples() == {one.arxiv_id}


def test_likes_come_newest_first(store: Store, readers: dict[str, int]) -> None:
    absorb(store, *(listing(number) for number in range(3, 9)))
    numbers = [paper(store, number).id for number in (5, 3, 8, 4)]
    for late, number in enumerate(numbers):
        at = NOW + dt.timedelta(seconds=late)
        store.votes.like(readers[ADA], number, value=1, topic="aa", at=at)
    taste = store.tastes.of([readers[ADA]])[readers[ADA]]
    assert [said.paper_id for said in taste.said] == list(reversed(numbers))


def test_the_votes_of_one_who_is_erased_vanish_from_the_counts(store: Store, readers: dict[str, int]) -> None:
    one, two = paper(store), paper(store, 2)
    for name in (ADA, BOB):
        store.votes.upvote(readers[name], one.id, at=NOW)
    store.votes.upvote(readers[ADA], two.id, at=NOW)
    store.votes.like(readers[ADA], one.id, value=1, topic="aa", at=NOW)
    with store.database.begin() as connection:
        store_votes.forget(connection, readers[ADA])
    assert (paper(store).votes, paper(store, 2).votes) == (1, 0)
    assert (paper(store).community_listed, paper(store, 2).community_listed) == (NOW.date(), None)
    assert store.votes.given(readers[ADA]) == []
    assert store.votes.of(readers[BOB], [one.id])[one.id].upvoted


def test_two_papers_that_turn_out_to_be_one_have_one_vote_of_each_reader(
    store: Store, readers: dict[str, int]
) -> None:
    # A journal's page without an id, and the preprint; then somebody names both.
    absorb(store, listing(7, source="journal", key="https://example.org/7", arxiv_id=None,
                          title="Quite another title of that work about ancient skies", doi="10.1000/seven",
                          authors=("Bo Ek",)))  # fmt: skip
    other = next(
        one for one in store.lists.new(DAY, DAY, limit=9).entries if one.paper.doi == "10.1000/seven"
    )
    one, old = paper(store), other.paper
    store.votes.upvote(readers[ADA], one.id, at=NOW)
    store.votes.upvote(readers[ADA], old.id, at=NOW)
    store.votes.upvote(readers[BOB], old.id, at=NOW)
    store.votes.like(readers[ADA], one.id, value=1, topic="aa", at=NOW)
    store.votes.like(readers[ADA], old.id, value=-1, topic="bb", at=NOW + dt.timedelta(minutes=1))
    store.votes.like(readers[BOB], old.id, value=1, topic="cc", at=NOW)
    absorb(store, dataclasses.replace(listing(1), source="other", doi="10.1000/seven"))
    assert store.papers.merged() == {old.id: one.id}
    assert paper(store).votes == 2
    assert paper(store).community_listed == NOW.date()
    assert store.votes.of(readers[ADA], [one.id])[one.id] == Opinion(upvoted=True, liked=-1, topic="bb")
    assert store.votes.of(readers[BOB], [one.id])[one.id] == Opinion(upvoted=True, liked=1, topic="cc")
    # A link in an older mail names the number that is another one now.
    assert store.votes.upvote(readers[CYD], old.id, at=NOW)
    assert not store.votes.upvote(readers[BOB], old.id, at=NOW)
    assert paper(store).votes == 3
    # What comes later must not write back an older count.
    absorb(store, listing(1, source="huggingface", channel="", upvotes=5))
    assert paper(store).all_upvotes == 8


def test_the_count_outlives_a_pruned_paper(store: Store, readers: dict[str, int]) -> None:
    absorb(store, listing(1, abstract="We look at the sky for a long time.", kind="replace", version=2))
    store.votes.upvote(readers[ADA], paper(store).id, at=NOW)
    store.pruning.papers(before=NOW.date() + dt.timedelta(days=900), limit=100)
    assert (paper(store).abstract, paper(store).votes) == ("", 1)


VOTER = """
import datetime as dt, sys
from digest.store import Store

now = dt.datetime(2026, 4, 22, 9, tzinfo=dt.UTC)
with Store.open(sys.argv[1]) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    print(sum(store.votes.upvote(reader, int(sys.argv[2]), at=now) for reader in range(1, 4)))
"""


def test_of_processes_that_vote_at_once_one_counts(store: Store, readers: dict[str, int]) -> None:
    assert sorted(readers.values()) == [1, 2, 3]
    one = paper(store)
    command = [sys.executable, "-c", textwrap.dedent(VOTER), store.database.name, str(one.id)]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    changed = [int(process.communicate(timeout=60)[0]) for process in started]
    assert sum(changed) == 3
    assert paper(store).votes == 3
    with store.database.read() as connection:
        community = sa.select(sa.func.count()).where(tables.listings.c.source == "community")
        assert connection.scalar(community) == 1


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 2), st.booleans()), max_size=12))
def test_the_count_is_always_that_of_the_votes(
    store: Store, readers: dict[str, int], steps: list[tuple[int, int, bool]]
) -> None:
    for reader in (1, 2, 3):
        for number in (1, 2):
            store.votes.upvote(reader, number, at=NOW, on=False)
    standing: set[tuple[int, int]] = set()
    for reader, number, on in steps:
        was = (reader, number) in standing
        assert store.votes.upvote(reader, number, at=NOW, on=on) == (was != on)
        (standing.add if on else standing.discard)((reader, number))
    for number in (1, 2):
        votes = sum(one == number for _, one in standing)
        found = store.lists.entries([number])[number].paper
        assert (found.votes, found.community_listed is not None) == (votes, votes > 0)


def dump(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with store.database.read() as connection:
        names = connection.scalars(
            sa.text("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        ).all()
        return {
            name: sorted(
                (tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {name}"))), key=repr
            )
            for name in names
        }
