from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.features import Candidate, Window
from digest.core.statistics import Statistics
from digest.core.vectors import HEAVIEST, matrix, text_weights, weights
from tests.core.windows import TODAY, paper, window


def test_rows_have_length_one_and_hold_the_papers_words() -> None:
    made = window([paper(1, "Graph networks", "Trees"), paper(2, "")], filled=False)
    norms = np.sqrt(np.asarray(made.rows.multiply(made.rows).sum(axis=1)).ravel())
    assert norms.tolist() == pytest.approx([1.0, 0.0])
    assert {"graph", "network", "tree"} <= set(made.columns)


def test_product_of_two_rows_is_their_cosine() -> None:
    statistics = Statistics.empty().grown([paper(1, "graph tree"), paper(2, "graph")])
    one, other = weights({"graph": 1, "tree": 2}, statistics), weights({"graph": 3}, statistics)
    columns = {"graph": 0, "tree": 1}
    product = (matrix([one], columns) @ matrix([other], columns).T).toarray()
    assert float(product[0, 0]) == pytest.approx(one["graph"] * 1.0, rel=1e-6)


def test_a_long_text_keeps_its_heaviest_terms() -> None:
    statistics = Statistics.empty().grown([paper(1, "common")])
    row = text_weights(" . ".join(["common", *(f"rare{at}" for at in range(3000))]), statistics)
    assert len(row) == HEAVIEST
    assert "common" not in row


def test_of_a_paper_listed_twice_the_later_listing_counts() -> None:
    one = paper(7, "Graphs")
    made = Window.of(
        Statistics.empty(),
        [
            Candidate(paper=one, sequence=3),
            Candidate(paper=one, sequence=9),
            Candidate(paper=one, sequence=5),
        ],
        today=TODAY,
    )
    assert (len(made.papers), made.sequence.tolist()) == (1, [9])


def test_statistics_of_an_emptier_library_are_not_believed() -> None:
    made = Window.of(Statistics.empty(), [Candidate(paper=paper(1, "Graphs"), sequence=1)], today=TODAY)
    assert made.statistics.frequency("graph") == 1


def test_categories_are_found_by_name_by_archive_and_by_wildcard() -> None:
    made = window([paper(1, "A", categories=("cs.CV", "stat.ML")), paper(2, "B", categories=("hep-ph",))])
    found = {key: places.tolist() for key, places in made.categories.items()}
    assert [found[key] for key in ("cs.cv", "cs", "cs.*", "stat.ml", "hep-ph")] == [[0], [0], [0], [0], [1]]


def test_equals_stand_by_heat_then_newest_then_id() -> None:
    papers = [paper(1, "A"), paper(2, "B"), paper(3, "C", upvotes=5), paper(4, "D", upvotes=9)]
    made = Window.of(
        Statistics.empty(),
        [Candidate(paper=one, sequence=sequence) for one, sequence in zip(papers, (8, 8, 1, 1), strict=True)],
        today=TODAY,
    )
    assert [made.papers[place].id for place in np.argsort(made.standing)] == [4, 3, 1, 2]


def test_near_duplicates_know_each_other() -> None:
    words = (
        "Anisotropic kernels of rendered photographs compress covariance codebooks thirtyfold on telephones"
    )
    papers = [
        paper(1, "Splats in brief", words),
        paper(2, "Splats, briefly told", words),
        paper(3, "Something else", "Qubits leak out of the surface code, round by round."),
        paper(4, "Twin title"),
        paper(5, "Twin: Title"),
    ]
    assert window(papers).twins == {0: {1}, 1: {0}, 3: {4}, 4: {3}}


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=60)), max_size=5))
def test_any_text_makes_a_window_without_nan(texts: list[tuple[str, str]]) -> None:
    made = window([paper(at, *text) for at, text in enumerate(texts, 1)], filled=False)
    assert np.isfinite(made.rows.data).all()
    assert np.isfinite(made.heat).all()


def test_an_empty_window() -> None:
    made = Window.of(Statistics.empty(), [], today=dt.date(2026, 4, 22))
    assert (made.papers, made.rows.shape[0], dict(made.twins)) == ((), 0, {})
