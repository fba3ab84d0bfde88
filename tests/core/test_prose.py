from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.prose import LINES, wishes

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("Speech enhancement", ("Speech enhancement",), ()),
        ("- one thing\n- another thing", ("one thing", "another thing"), ()),
        ("1. One\n   - Relevant: its kin\n   - Not relevant: its foes", ("One. its kin",), ("its foes",)),
        ("1. Not interested in:\n   - music\n2. Graphs", ("Graphs",), ("music",)),
        ("Not interested in:\n\nmusic\n\nGraphs", ("Graphs",), ("music",)),
        ("Relevant: trees\n\nNot relevant: graphs\n\nRoots", ("trees", "Roots"), ("graphs",)),
        ("1) One\n2) Two", ("One", "Two"), ()),
        ("Graphs\nthat are wrapped", ("Graphs. that are wrapped",), ()),
        ("Graphs\n\nTrees", ("Graphs", "Trees"), ()),
        ("# Topics I Am Less Interested In\n- detectors\n- lattices without insight\n# More\nJets",
         ("More. Jets",), ("detectors", "lattices")),
        ("Not interested in:\n- music\n- cooking\n\nGraphs", ("Graphs",), ("music", "cooking")),
        ("He does not want to read papers on law.", (), ("to read papers on law",)),
        ("Papers on trees, but not on graphs", ("Papers on trees",), ("on graphs",)),
        ("Trees rather than graphs", ("Trees",), ("graphs",)),
        ("Not relevant: papers that do not consider trees", (), ()),
        ("Not interested in law unless it is about trees", (), ("in law",)),
        ("Work on bigger trees should be weighted lower. Small trees matter.", ("Small trees matter",), ()),
        ("Excluded: graphs", (), ("graphs",)),
        ("No papers on graphs, please", (), ("graphs, please",)),
        ("**Bold trees**: roots and bark", ("Bold trees: roots and bark",), ()),
        ("[trees](https://example.org/x) and https://example.org/graphs", ("trees and",), ()),
        ("", (), ()),
        (" \n\t\n ", (), ()),
    ],
)  # fmt: skip
def test_lines_are_sorted_into_wanted_and_unwanted(
    text: str, wanted: tuple[str, ...], unwanted: tuple[str, ...]
) -> None:
    heard = wishes(text)
    assert (heard.wanted, heard.unwanted) == (wanted, unwanted)


def test_a_long_paragraph_is_parted_between_sentences() -> None:
    heard = wishes(" ".join(f"Sentence {at} speaks of a tree and of its many roots." for at in range(40)))
    assert len(heard.wanted) > 1
    assert all(len(passage.split()) <= 80 for passage in heard.wanted)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_heard_within_bounds(text: str) -> None:
    heard = wishes(text)
    assert len(heard.wanted) <= LINES
    assert len(heard.unwanted) <= LINES
    assert all(passage.strip() for passage in heard.wanted)


@pytest.mark.parametrize(
    "piece", ["(", "[", "not ", "but ", ",", " ", "**", "# ", "- ", "a. ", "no\n", "\n\t"]
)
def test_long_repetitions_are_heard_at_once(piece: str) -> None:
    assert len(wishes(piece * 100_000).wanted) <= LINES


def test_real_texts_lose_no_wish_to_their_refusals(shared: Path) -> None:
    typed = json.loads((shared / "samples" / "topics" / "what-people-type.json").read_text())
    texts = [row["free_text"] for row in typed if row["free_text"]]
    assert texts
    for text in texts:
        heard = wishes(text)
        assert heard.wanted
        refused = " ".join(heard.wanted).lower()
        assert "not relevant" not in refused
        assert "not interested" not in refused
        assert "does not want" not in refused
        assert "lattice" not in refused
