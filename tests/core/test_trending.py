from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.trending import heat, paper_heat
from tests.core.windows import TODAY, paper


def test_no_votes_is_no_heat() -> None:
    assert heat(None, 0) == heat(0, 0) == heat(-5, 0) == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(-3, 4000))
def test_more_votes_are_hotter_and_age_cools(votes: int, age: int) -> None:
    assert heat(votes + 1, age) > heat(votes, age) >= 0
    assert heat(votes, age + 1) <= heat(votes, age)


@pytest.mark.parametrize(
    ("listed", "expected"),
    [(TODAY, 60.0), (TODAY - dt.timedelta(days=2), 20.0), (TODAY + dt.timedelta(days=1), 60.0)],
)
def test_age_counts_from_the_communitys_listing(listed: dt.date, expected: float) -> None:
    old = paper(1, "T", upvotes=60, community_listed=listed, first_listed=dt.date(2020, 1, 1))
    assert paper_heat(old, TODAY) == expected


def test_a_paper_that_no_community_listed_counts_from_its_first_listing() -> None:
    assert paper_heat(paper(1, "T", upvotes=60, first_listed=TODAY - dt.timedelta(days=5)), TODAY) == 10
