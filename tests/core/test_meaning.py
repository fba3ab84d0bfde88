"""How vectors come into a score: centred, by what was said and liked, on one scale for every model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.fusion import fused
from digest.core.meaning import SIGNS, Bearings, Sight, Taste, add_meaning, direction, said
from digest.core.meaning import meaning_scores as scores_of_units
from digest.core.signs import PASS
from digest.core.vicinity import Vicinity
from digest.model import Topic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Rows = NDArray[np.float32]

SIZE = 24
GROUPS = 4


def library(papers: int = 200, *, offset: float = 3.0, seed: int = 1) -> tuple[Rows, NDArray[np.int64]]:
    """Papers of four subjects, all of whose vectors point much the same way; and the subject of each."""
    draw = np.random.default_rng(seed)
    middles = draw.normal(size=(GROUPS, SIZE))
    subject = np.arange(papers) % GROUPS
    rows = offset * np.ones(SIZE) + middles[subject] + 0.5 * draw.normal(size=(papers, SIZE))
    rows /= np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    return rows.astype(np.float32), subject


def bearings(rows: Rows) -> Bearings:
    found = Bearings.of(rows)
    assert found is not None
    return found


def taste(liked: Rows, disliked: Rows | None = None, *, weight: float = 1.0) -> Taste:
    none = np.zeros((0, SIZE), dtype=np.float32)
    disliked = none if disliked is None else disliked
    return Taste(
        liked=liked,
        liked_weights=np.full(len(liked), weight),
        disliked=disliked,
        disliked_weights=np.full(len(disliked), weight),
    )


def meaning_scores(here: Bearings, rows: Rows, directions: Sequence[Rows]) -> NDArray[np.float64]:
    return scores_of_units(here, here.units(rows), directions)


def test_papers_of_the_liked_subject_lie_nearest() -> None:
    rows, subject = library()
    here = bearings(rows)
    liked = np.flatnonzero(subject == 2)[:3]
    (scores,) = meaning_scores(here, rows, [direction(here, taste=taste(rows[liked]))])
    best = np.argsort(-scores)[: GROUPS * 5]
    assert (subject[best] == 2).all()
    assert scores[subject == 2].min() > scores[subject != 2].max()


def test_a_text_is_the_prior_and_likes_outgrow_it() -> None:
    rows, subject = library()
    here = bearings(rows)
    text, liked = rows[subject == 0][0], rows[subject == 1]

    def subjects(count: int) -> tuple[float, float]:
        found = direction(here, text=text, taste=taste(liked[:count]) if count else None)
        (scores,) = meaning_scores(here, rows, [found])
        return float(scores[subject == 0].mean()), float(scores[subject == 1].mean())

    gaps = [said - liked for said, liked in map(subjects, (0, 1, 3, 10, 40))]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[0] > 0 > gaps[-1]


def test_an_old_like_counts_less_than_one_of_today() -> None:
    rows, _ = library()
    here = bearings(rows)
    lengths = [np.linalg.norm(direction(here, taste=taste(rows[:1], weight=one))) for one in (0.1, 0.5, 1.0)]
    assert lengths == sorted(lengths)
    assert lengths[-1] == pytest.approx(1 / 6, rel=1e-3)


def test_what_is_disliked_sinks_and_what_is_liked_stays() -> None:
    rows, subject = library()
    here = bearings(rows)
    liked, disliked = rows[subject == 0][:5], rows[subject == 1][:5]
    alone, both, against = meaning_scores(
        here,
        rows,
        [
            direction(here, taste=taste(liked)),
            direction(here, taste=taste(liked, disliked)),
            direction(here, taste=taste(np.zeros((0, SIZE), dtype=np.float32), disliked)),
        ],
    )
    assert both[subject == 1].mean() < alone[subject == 1].mean()
    assert both[subject == 0].mean() > both[subject == 1].mean()
    assert against[subject == 1].mean() < 0


def test_the_same_paper_liked_and_disliked_leaves_the_text_as_it_is_or_tips_no_scale() -> None:
    rows, _ = library()
    here = bearings(rows)
    found = direction(here, text=rows[3], taste=taste(rows[:1], rows[:1]))
    assert np.isfinite(found).all()
    assert np.linalg.norm(found) <= 1 + 1e-6


def test_who_says_and_likes_nothing_has_no_direction() -> None:
    rows, _ = library()
    here = bearings(rows)
    nothing = np.zeros((2, SIZE), dtype=np.float32)
    for found in (
        direction(here),
        direction(here, taste=taste(nothing[:0])),
        direction(here, taste=taste(nothing)),
    ):
        assert not found.any()
        assert not meaning_scores(here, rows, [found]).any()


def test_a_paper_without_a_vector_scores_nothing_and_a_like_without_one_counts_nothing() -> None:
    rows, _ = library()
    here = bearings(rows)
    holes = rows.copy()
    holes[::2] = 0
    (scores,) = meaning_scores(here, holes, [direction(here, text=rows[1])])
    assert not scores[::2].any()
    assert scores[1::2].any()
    with_hole = direction(here, taste=taste(np.stack([rows[1], 0 * rows[0]])))
    np.testing.assert_allclose(with_hole, direction(here, taste=taste(rows[1:2])), atol=1e-6)


def test_a_score_means_the_same_whatever_all_vectors_of_a_model_have_in_common() -> None:
    scores = []
    for offset in (0.0, 3.0, 12.0):
        rows, _ = library(offset=offset)
        here = bearings(rows)
        scores.append(meaning_scores(here, rows, [direction(here, text=rows[0])])[0])
    for one in scores[1:]:
        assert np.corrcoef(scores[0], one)[0, 1] > 0.95
        assert one.std() == pytest.approx(scores[0].std(), rel=0.2)


def test_too_few_papers_tell_nothing_of_what_is_usual() -> None:
    rows, _ = library(19)
    assert Bearings.of(rows) is None
    assert Bearings.of(np.zeros((50, SIZE), dtype=np.float32)) is None
    assert Bearings.of(np.zeros((0, 0), dtype=np.float32)) is None


def test_papers_that_all_say_the_same_are_no_division_by_zero() -> None:
    rows = np.ones((30, SIZE), dtype=np.float32)
    here = bearings(rows)
    assert np.isfinite(meaning_scores(here, rows, [direction(here, text=rows[0])])).all()


def test_bearings_are_the_same_after_keeping() -> None:
    here = bearings(library()[0])
    again = Bearings.from_bytes(here.to_bytes())
    assert again is not None
    assert again.version == here.version
    assert again.centre.tolist() == here.centre.tolist()
    assert bearings(library(seed=2)[0]).version != here.version


def test_a_block_of_topics_is_ranked_as_each_alone() -> None:
    rows, _ = library()
    here = bearings(rows)
    some = [direction(here, text=row) for row in rows[:5]]
    block = meaning_scores(here, rows, some)
    for one, row in zip(some, block, strict=True):
        np.testing.assert_allclose(meaning_scores(here, rows, [one])[0], row, atol=1.1e-4)
    assert meaning_scores(here, rows, []).shape == (0, len(rows))
    assert meaning_scores(here, rows[:0], some).shape == (5, 0)


def test_who_looks_nowhere_or_with_another_model_sees_nothing() -> None:
    rows, _ = library()
    here = bearings(rows)
    own = direction(here, text=rows[0])
    scores = Sight.of(here, rows).scores([None, own[:-1], own])
    assert not scores[:2].any()
    np.testing.assert_array_equal(scores[2:], meaning_scores(here, rows, [own]))
    assert Sight.of(here, rows).scores([]).shape == (0, len(rows))


def test_meaning_orders_what_matched_makes_no_match_and_takes_none_away() -> None:
    before = np.array([[0.0, 0.1, PASS, 0.5, 0.5, 0.5]])
    table = before.copy()
    add_meaning(table, np.array([[9.0, 9.0, -9.0, 2.0, 0.0, -2.0]]))
    assert table.tolist() == [[0.0, 0.1, PASS, 0.5 + 2 * SIGNS, 0.5, 0.5 - 2 * SIGNS]]


def test_for_comparing_meaning_counts_alone_too_and_no_score_is_below_0() -> None:
    table = np.array([[0.0, 0.1, 0.0, PASS]])
    add_meaning(table, np.array([[2.0, 1.0, -5.0, -5.0]]), strict=False)
    assert table[0].tolist() == pytest.approx([2 * SIGNS, 0.1 + SIGNS, 0.0, PASS])


def test_nothing_known_changes_nothing() -> None:
    table = np.array([[0.0, 0.2, 1.0]])
    add_meaning(table, np.zeros((1, 3)))
    assert table.tolist() == [[0.0, 0.2, 1.0]]


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        (Topic(name="Robots"), "Robots."),
        (Topic(name="Robots", text="Folding?"), "Robots. Folding?"),
        (Topic(name="Mine", likes_only=True, keywords=("robot",)), ""),
        (Topic(name="People", authors=("Ada Lovelace",)), ""),
        (Topic(name="Examples", examples=("1706.03762",)), ""),
        (Topic(name="People", authors=("Ada Lovelace",), keywords=(" ", "robot")), "People. robot."),
    ],
)
def test_what_of_a_topic_has_a_vector(topic: Topic, words: str) -> None:
    assert said(topic) == words


def test_the_words_of_a_long_topic_have_an_end() -> None:
    assert len(said(Topic(name="Long", text="word " * 3000))) == 2000


# ------------------------------------------------------------------------ nearest


def packed(rows: Rows) -> list[tuple[int, bytes]]:
    return [(10 * number + 10, row.astype("<f2").tobytes()) for number, row in enumerate(rows)]


def test_the_nearest_are_those_of_the_whole_vectors() -> None:
    rows, _ = library(500, offset=0.0)
    here = Vicinity.of(packed(rows))
    exact = rows @ rows[7]
    found = here.nearest(rows[7], limit=20)
    assert found[0][0] == 80
    assert found[0][1] == pytest.approx(1.0, abs=0.01)
    for paper_id, cosine in found:
        assert cosine == pytest.approx(exact[paper_id // 10 - 1], abs=0.01)
    wanted = {10 * int(place) + 10 for place in np.argsort(-exact)[:10]}
    assert wanted <= {paper_id for paper_id, _ in found}


def test_nearest_only_among_some_and_never_by_another_size() -> None:
    rows, _ = library(50)
    here = Vicinity.of(packed(rows))
    among = np.array([20, 40, 45, 9999], dtype=np.int64)
    assert {one for one, _ in here.nearest(rows[0], limit=9, among=among)} == {20, 40}
    assert here.nearest(rows[0], limit=9, among=among[:0]) == []
    assert here.nearest(rows[0][:-1], limit=9) == []
    assert here.nearest(rows[0], limit=0) == []
    empty = Vicinity.of([])
    assert (empty.nearest(rows[0], limit=3), empty.vector(10), empty.nbytes) == ([], None, 0)


def test_newer_ones_come_first_among_equals() -> None:
    rows = np.ones((6, SIZE), dtype=np.float32)
    here = Vicinity.of(packed(rows))
    assert [one for one, _ in here.nearest(rows[0], limit=3)] == [60, 50, 40]


def test_a_papers_own_vector_is_had_back() -> None:
    rows, _ = library(30)
    here = Vicinity.of(packed(rows))
    found = here.vector(30)
    assert found is not None
    assert float(found @ rows[2]) == pytest.approx(1.0, abs=1e-3)
    assert here.vector(31) is None
    assert here.nbytes < 30 * (SIZE + 16)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 12), unique=True, max_size=8), max_size=4))
def test_a_fusion_names_each_once_and_keeps_what_all_agree_on(rankings: list[list[int]]) -> None:
    found = fused(rankings)
    assert sorted(found) == sorted({one for ranking in rankings for one in ranking})
    if rankings and all(ranking == rankings[0] for ranking in rankings):
        assert found == rankings[0]


def test_found_by_both_comes_before_found_by_one() -> None:
    both: Any = fused([[1, 2, 3], [9, 2, 8]])
    assert both[0] == 2
