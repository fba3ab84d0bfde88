from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.backoff import BACKOFF_S, backoff_s

check = settings(max_examples=60, deadline=None)
jitters = st.floats(0, 1, exclude_max=True)


@check
@given(st.integers(0, 4), st.integers(0, 4), jitters, jitters)
def test_later_step_is_longer_whatever_was_drawn(one: int, other: int, drawn: float, then: float) -> None:
    if one < other:
        assert backoff_s(one, drawn) < backoff_s(other, then)


@check
@given(st.integers(0, 100), jitters)
def test_wait_is_within_a_fifth_of_the_table(attempts: int, drawn: float) -> None:
    step_s = BACKOFF_S[min(attempts, 4)]
    assert 0.8 * step_s <= backoff_s(attempts, drawn) <= 1.2 * step_s


@check
@given(st.integers(), st.floats(allow_nan=True, allow_infinity=True))
def test_every_number_has_a_wait_within_the_bounds(attempts: int, drawn: float) -> None:
    assert 240 <= backoff_s(attempts, drawn) <= 8640


def test_what_failed_together_does_not_come_back_together() -> None:
    assert len({backoff_s(2, drawn / 100) for drawn in range(100)}) == 100


def test_draw_that_is_no_number_counts_as_the_least() -> None:
    assert backoff_s(0, math.nan) == backoff_s(0, 0.0)
