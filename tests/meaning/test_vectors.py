"""Vectors beside the papers: whose they are, of what, and when they go."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import sqlalchemy as sa

from digest.model import Listing, Subscriber, Topic
from digest.store.members import Admission
from digest.store.tables_learning import artefacts, paper_vectors
from tests.meaning.conftest import DAY, NOW, fill, paper

if TYPE_CHECKING:
    from digest.store import Store


def row(*numbers: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array(numbers, dtype=np.float32)


def lacking(
    store: Store, label: str = "m", *, above: int = 0, upto: int = 100, limit: int = 100
) -> list[int]:
    found = store.vectors.lacking(
        label, above=above, upto=upto, since=DAY + dt.timedelta(days=1), limit=limit
    )
    return [one.paper_id for one in found]


def test_what_lacks_a_vector_is_told_newest_first_and_within_bounds(store: Store) -> None:
    fill(store, *(paper(number) for number in range(5)))
    assert lacking(store) == [5, 4, 3, 2, 1]
    assert lacking(store, limit=2) == [5, 4]
    assert lacking(store, above=1, upto=3) == [3, 2]
    store.vectors.keep("m", {(4, 1): row(1, 0)})
    assert lacking(store) == [5, 3, 2, 1]
    assert lacking(store, "other") == [5, 4, 3, 2, 1]


def test_a_paper_without_an_abstract_needs_none_and_a_revised_one_needs_a_new_one(store: Store) -> None:
    fill(store, paper(0), paper(1, abstract=""))
    assert lacking(store) == [1]
    store.vectors.keep("m", {(1, 1): row(1, 0)})
    fill(store, paper(0, title="Otherwise", version=2))
    one, other = store.vectors.lacking("m", above=0, upto=9, since=DAY, limit=9)[::-1]
    assert other.paper_id == 2  # of these days a title is worth a vector, too
    assert (one.revision, one.title) == (2, "Otherwise")
    # Until there is one of the new revision, that of the old one is still of use.
    assert store.vectors.of("m", [1]).tolist() == [[1, 0]]


def test_rows_come_back_in_the_order_asked_for_and_zeros_where_there_is_none(store: Store) -> None:
    fill(store, *(paper(number) for number in range(3)))
    store.vectors.keep("m", {(1, 1): row(0.6, 0.8), (3, 1): row(0, -1)})
    found = store.vectors.of("m", [3, 2, 1, 99])
    wanted = np.array([[0, -1], [0, 0], [0.6, 0.8], [0, 0]], dtype=np.float32)
    assert abs(found - wanted).max() < 1e-3
    assert store.vectors.of("none", [1]).shape == (1, 0)
    assert [paper_id for paper_id, _ in store.vectors.rows("m")] == [1, 3]
    assert store.vectors.newest("m", limit=1).tolist() == [[0, -1]]
    assert (store.vectors.count("m", most=9), store.vectors.count("m", most=1)) == (2, 1)


def test_rows_of_another_model_are_never_mixed_in(store: Store) -> None:
    fill(store, *(paper(number) for number in range(3)))
    store.vectors.keep("old", {(1, 1): row(1, 0), (2, 1): row(0, 1)})
    store.vectors.keep("new", {(1, 1): row(0, 0, 1)})
    assert store.vectors.of("new", [1, 2]).tolist() == [[0, 0, 1], [0, 0, 0]]
    assert [paper_id for paper_id, _ in store.vectors.rows("new")] == [1]
    assert lacking(store, "new") == [3, 2]
    assert store.vectors.state("new").size == 3


def test_rows_of_another_size_are_left_out(store: Store) -> None:
    fill(store, *(paper(number) for number in range(2)))
    assert store.vectors.keep("m", {(1, 1): row(1, 0)}) == 1
    assert store.vectors.keep("m", {(2, 1): row(1, 0, 0)}) == 0
    assert lacking(store) == [2]


def test_whatever_is_kept_changes_the_state_also_where_the_model_changes(store: Store) -> None:
    fill(store, *(paper(number) for number in range(3)))
    seen = [store.vectors.state("a").changes]
    for label, number in (("a", 1), ("a", 2), ("b", 1), ("a", 1)):
        store.vectors.keep(label, {(number, 1): row(1, 0)})
        seen.append(store.vectors.state(label).changes)
    assert seen == sorted(set(seen))


def test_a_paper_that_is_gone_meanwhile_gets_none(store: Store) -> None:
    fill(store, paper(0))
    assert store.vectors.keep("m", {(1, 1): row(1, 0), (7, 1): row(0, 1)}) == 1
    assert [one for one, _ in store.vectors.rows("m")] == [1]


def test_a_paper_that_turns_out_to_be_another_loses_its_vector(store: Store) -> None:
    preprint = Listing(
        source="feed", key="a", doi="10.5555/abc", day=DAY, title="A sky seen from a roof", abstract="Look."
    )
    fill(store, paper(0), preprint)
    store.vectors.keep("m", {(1, 1): row(1, 0), (2, 1): row(0, 1)})
    fill(store, dataclasses.replace(paper(0), channel="cs.CV", doi="10.5555/abc"))
    assert list(store.papers.merged()) == [2]
    assert [one for one, _ in store.vectors.rows("m")] == [1]


def test_a_paper_that_is_emptied_loses_its_vector_and_gets_none_again(store: Store) -> None:
    fill(store, paper(0))
    store.vectors.keep("m", {(1, 1): row(1, 0)})
    store.pruning.papers(before=DAY + dt.timedelta(days=1), limit=10)
    assert list(store.vectors.rows("m")) == []
    assert lacking(store) == []


def test_texts_have_vectors_of_their_own_for_a_time(store: Store) -> None:
    rows = {"robots": row(1, 0), "cheese": row(0, 1)}
    store.vectors.keep_texts("m", rows, now=NOW)
    found = store.vectors.texts("m", ["robots", "cheese", "maps"])
    assert {text: one.tolist() for text, one in found.items()} == {"robots": [1, 0], "cheese": [0, 1]}
    assert store.vectors.texts("other", ["robots"]) == {}
    store.vectors.keep_texts("m", {"maps": row(0, 1)}, now=NOW + dt.timedelta(days=91))
    assert set(store.vectors.texts("m", ["robots", "cheese", "maps"])) == {"maps"}


def test_no_topics_words_are_kept_with_its_vector_and_erasing_takes_it_away(store: Store) -> None:
    store.subscribers.add(
        Admission(subscriber=Subscriber(email="ada@example.org", topics=(Topic(name="A", keywords=("b",)),)))
    )
    store.vectors.keep_texts("m", {"my secret plan": row(1, 0)}, now=NOW)
    with store.database.read() as connection:
        (name,) = connection.scalars(sa.select(artefacts.c.name))
    assert "secret" not in name
    store.subscribers.erase("ada@example.org", at=NOW)
    assert store.vectors.texts("m", ["my secret plan"]) == {}


def test_a_vector_costs_two_bytes_a_number(store: Store) -> None:
    fill(store, paper(0))
    store.vectors.keep("m", {(1, 1): np.ones(768, dtype=np.float32)})
    with store.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.length(paper_vectors.c.vector))) == 2 * 768
