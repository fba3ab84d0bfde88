from __future__ import annotations

import random
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.statistics import Statistics
from digest.errors import StoreError
from tests.core.windows import paper


def test_counts_papers_and_not_mentions() -> None:
    grown = Statistics.empty().grown([paper(1, "Graphs, graphs", "graph graph"), paper(2, "A graph")])
    assert (grown.papers, grown.frequency("graph"), grown.frequency("tree")) == (2, 2, 0)


def test_grows_by_the_day_as_at_once() -> None:
    papers = [paper(1, "Graph networks"), paper(2, "Graph trees"), paper(3, "Network trees")]
    assert Statistics.empty().grown(papers[:1]).grown(papers[1:]) == Statistics.empty().grown(papers)


def test_growing_leaves_the_old_statistics_as_they_were() -> None:
    old = Statistics.empty().grown([paper(1, "Graphs")])
    old.grown([paper(2, "Graphs")])
    assert (old.papers, old.frequency("graph")) == (1, 1)


def test_rarer_words_have_the_higher_idf() -> None:
    grown = Statistics.empty().grown([paper(1, "graph"), paper(2, "graph tree"), paper(3, "graph")])
    assert 1 == grown.idf("graph") < grown.idf("tree") < grown.idf("unseen")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=6))
def test_bytes_come_back_the_same(titles: list[str]) -> None:
    grown = Statistics.empty().grown(paper(at, title) for at, title in enumerate(titles))
    assert Statistics.from_bytes(grown.to_bytes()) == grown
    assert Statistics.from_bytes(grown.to_bytes()).to_bytes() == grown.to_bytes()


def test_stays_bounded_and_keeps_the_common_words() -> None:
    words, grown = random.Random(1), Statistics.empty()
    for day in range(20):
        titles = (" ".join(["graph", *(f"w{words.randrange(10**6)}" for _ in range(20))]) for _ in range(20))
        grown = grown.grown((paper(at, title) for at, title in enumerate(titles)), limit=2000)
        assert len(grown.counts) <= 2000, day
    assert (grown.papers, grown.frequency("graph")) == (400, 400)
    assert grown.floor >= 1


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda data: data[:10], "cut off"),
        (lambda data: b"", "cut off"),
        (lambda data: b"XXXX" + data[4:], "begin"),
        (lambda data: data[:4] + b"\x09" + data[5:], "version 9"),
        (lambda data: data[:-3], "checksum"),
    ],
)
def test_damaged_bytes_are_refused_in_a_sentence(damage: object, why: str) -> None:
    data = Statistics.empty().grown([paper(1, "Graph networks")]).to_bytes()
    with pytest.raises(StoreError, match=why):
        Statistics.from_bytes(damage(data))  # type: ignore[operator]


def test_words_of_a_subject_have_the_higher_topicality() -> None:
    papers = [
        paper(at, f"Splats of room {at}", "The usage of splats costs time, and splats leave gaps.")
        for at in range(1, 20)
    ]
    grown = Statistics.empty().grown(papers)
    assert grown.topicality("usage") < 0.25 < 0.5 == grown.topicality("unseen") < grown.topicality("splat")


def test_bytes_of_the_first_version_are_read_without_what_is_central() -> None:
    grown = Statistics.empty().grown([paper(1, "Graph networks", "A graph.")])
    data = grown.to_bytes()
    head = struct.Struct("<4sBIIIII")
    magic, _, papers, floor, length, size, _ = head.unpack_from(data)
    old = zlib.compress(zlib.decompress(data[head.size :])[: size + 4 * length])
    read = Statistics.from_bytes(head.pack(magic, 1, papers, floor, length, size, zlib.crc32(old)) + old)
    assert (read.papers, read.counts, read.central) == (1, grown.counts, {})
    assert read.grown([paper(2, "Graphs")]).central == {"graph": 1}
