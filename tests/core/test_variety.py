from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.share import FIRST, shares
from digest.core.variety import varied


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
