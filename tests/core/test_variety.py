from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.share import FIRST, shares
from digest.core.variety import LOOKED_AT, SPREAD, near_duplicates, spread, varied
from digest.core.vectors import matrix


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.floats(0, 10), st.floats(0.1, 10)), max_size=8),
    st.integers(0, 40),
)
def test_shares_fill_the_room_and_no_more(topics: list[tuple[int, float, float]], room: int) -> None:
    found = [count for count, _, _ in topics]
    given = shares(
        found, strongest=[best for _, best, _ in topics], weights=[weight for *_, weight in topics], room=room
    )
    assert sum(given) == min(room, sum(found))
    assert all(one <= most for one, most in zip(given, found, strict=True))
    if any(one > FIRST for one in given):
        assert all(one >= min(FIRST, most) for one, most in zip(given, found, strict=True))
    if any(one > 1 for one in given):
        assert all(one >= 1 for one, most in zip(given, found, strict=True) if most)


def test_too_little_room_goes_to_the_strongest() -> None:
    assert shares([5, 5, 5], strongest=[0.2, 0.9, 0.5], weights=[1, 1, 1], room=2) == [0, 1, 1]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 20), unique=True), st.sets(st.tuples(st.integers(0, 20), st.integers(0, 20))))
def test_variety_only_moves_papers(order: list[int], pairs: set[tuple[int, int]]) -> None:
    twins: dict[int, frozenset[int]] = {}
    for one, other in pairs:
        twins[one] = twins.get(one, frozenset()) | {other}
    assert sorted(varied(order, twins)) == sorted(order)
    assert varied(order, {}) == order


def test_thousands_of_papers_of_one_title_are_known_by_a_few_of_them() -> None:
    count = 4000
    twins = near_duplicates(matrix([{}] * count, {"word": 0}), ["erratum"] * count)
    assert len(twins) == count
    assert sum(map(len, twins.values())) < 200 * count
    assert varied(range(count), twins) == list(range(count))
    assert all(twins[one] for one in (0, 60, count - 1))
    assert varied([7, 60, 61], twins | {61: frozenset()}) == [7, 61, 60]


def test_variety_takes_another_story_before_a_weaker_one_like_the_first() -> None:
    strengths = np.array([9.0, 8.8, 8.4, 5.0])
    unit = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=np.float32)
    assert spread([0, 1, 2, 3], strengths, unit, picks=2) == [0, 2, 1, 3]
    assert spread([0, 1, 2, 3], strengths, unit, picks=2, loss=0.1) == [0, 1, 2, 3]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 130), st.integers(0, 12), st.integers(0, 2**32 - 1))
def test_variety_loses_nobody_and_leads_with_the_strongest(papers: int, picks: int, seed: int) -> None:
    dice = np.random.default_rng(seed)
    strengths = np.sort(dice.exponential(4, papers))[::-1]
    unit = dice.normal(size=(papers, 4)).astype(np.float32)
    unit /= np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-9)
    order = list(range(papers))
    varied_order = spread(order, strengths, unit, picks=picks)
    assert sorted(varied_order) == order
    assert varied_order[:1] == order[:1]
    assert varied_order[LOOKED_AT:] == order[LOOKED_AT:]
    first = varied_order[: max(picks, 1)]
    # What was passed over loses less by its likeness than it is behind: never more than `SPREAD`.
    assert all(strengths[one] >= strengths[len(first) - 1] - 2 * SPREAD for one in first)
