"""Heat: what raises it, what cools it, and whom it does not believe."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.identity import fold
from digest.core.soft import soft
from digest.core.trending import Growth, heat, listed_at, paper_heat, told, warmth
from digest.model import Listing
from tests.core.windows import TODAY, paper

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
NOON = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)
COUNTS = st.none() | st.integers(-5, 10**9)


def hot(age: dt.timedelta, now: dt.datetime = NOON, **counts: int) -> float:
    """The heat of a paper that was listed so long ago."""
    at = now - age
    one = paper(1, "T", community_at=at, community_listed=at.date(), first_listed=at.date(), **counts)
    return paper_heat(one, now)


def test_no_attention_is_no_heat() -> None:
    assert warmth() == warmth(upvotes=0, comments=0) == warmth(upvotes=-5, votes=-1.0, comments=-1) == 0
    assert heat(0.0, 0) == heat(-1.0, 5) == paper_heat(paper(1, "T"), NOON) == 0


@settings(max_examples=60, deadline=None)
@given(COUNTS, st.integers(0, 1000), COUNTS, st.integers(-5, 10**9), st.integers(-(10**6), 10**9))
def test_more_of_anything_is_hotter_and_age_cools(
    upvotes: int | None, votes: int, comments: int | None, stars: int, age_s: int
) -> None:
    given_ = {"upvotes": upvotes, "votes": float(votes), "comments": comments, "stars_gained": stars}
    before = warmth(**given_)  # type: ignore[arg-type]
    assert before >= 0
    for name, value in given_.items():
        assert warmth(**{**given_, name: (value or 0) + 1}) >= before  # type: ignore[arg-type]
    assert warmth(**{**given_, "upvotes": max(0, upvotes or 0) + 1}) > before  # type: ignore[arg-type]
    assert heat(before, age_s + 60) <= heat(before, age_s)


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ({"upvotes": 20}, {"upvotes": 21}),
        ({"upvotes": 20}, {"upvotes": 20, "votes": 1}),
        ({"upvotes": 20, "comments": 1}, {"upvotes": 20, "comments": 2}),
    ],
)
def test_each_count_tells(less: dict[str, int], more: dict[str, int]) -> None:
    assert hot(5 * HOUR, **more) > hot(5 * HOUR, **less)


def test_the_submitters_own_comment_tells_nothing() -> None:
    assert hot(HOUR, upvotes=9, comments=1) == hot(HOUR, upvotes=9)


# ---------------------------------------------------------------------------- hours


def test_a_paper_of_the_evening_rises_as_quickly_as_one_of_the_morning() -> None:
    morning, evening = (dt.datetime(2026, 4, 21, hour, tzinfo=dt.UTC) for hour in (6, 23))
    for hours in (0, 1, 2, 6, 12, 24, 48):
        heats = {
            paper_heat(
                paper(1, "T", upvotes=10 + hours, community_at=at, community_listed=at.date()),
                at + hours * HOUR,
            )
            for at in (morning, evening)
        }
        assert len(heats) == 1


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 24 * 60 - 1), st.integers(0, 5 * 24 * 60))
def test_midnight_makes_no_paper_older(minute: int, age: int) -> None:
    now = dt.datetime(2026, 4, 22, tzinfo=dt.UTC) + minute * dt.timedelta(minutes=1)
    assert hot(age * dt.timedelta(minutes=1), now, upvotes=50) == hot(
        age * dt.timedelta(minutes=1), NOON, upvotes=50
    )


def test_votes_that_come_alike_are_nearly_as_hot_in_the_evenings_paper() -> None:
    """Three upvotes an hour, seen by the mail of the next morning at six: listed at eight, and at 23 o'clock.
    By whole days both would be one day old, and the morning's more than three times as hot."""
    ratio = hot(22 * HOUR, upvotes=66) / hot(7 * HOUR, upvotes=21)
    assert 1 < ratio < 1.8


def test_over_a_weekend_a_paper_cools_to_no_less_than_a_third() -> None:
    friday, monday = hot(12 * HOUR, upvotes=80), hot(60 * HOUR, upvotes=80)
    assert friday / 3 <= monday < friday


@pytest.mark.parametrize(
    ("listed", "expected"), [(TODAY, 120.0), (TODAY - 2 * DAY, 24.0), (TODAY + DAY, 120.0)]
)
def test_of_a_day_alone_age_counts_from_its_noon(listed: dt.date, expected: float) -> None:
    old = paper(1, "T", upvotes=60, community_listed=listed, first_listed=dt.date(2020, 1, 1))
    assert paper_heat(old, TODAY) == paper_heat(old, NOON) == expected


def test_a_paper_that_no_community_listed_counts_from_its_first_listing() -> None:
    assert listed_at(paper(1, "T", first_listed=TODAY - 5 * DAY)) == NOON - 5 * DAY
    assert paper_heat(paper(1, "T", upvotes=55, first_listed=TODAY - 5 * DAY), TODAY) == 10


def test_what_the_store_weighed_is_believed() -> None:
    assert paper_heat(paper(1, "T", upvotes=10**6, warmth=7.0), NOON) == 14


# ---------------------------------------------------------------------------- listed again


def listing(day: dt.date, at: dt.datetime | None, *, upvotes: int | None = 5) -> Listing:
    return Listing(
        source="huggingface", key="2604.00001", arxiv_id="2604.00001", day=day, title="A title of four words",
        upvotes=upvotes, community_at=at,
    )  # fmt: skip


def test_a_paper_that_is_listed_again_is_not_new() -> None:
    first = listing(TODAY - 6 * DAY, NOON - 6 * DAY + 3 * HOUR)
    again = listing(TODAY, NOON)
    for order in ((first, again), (again, first)):
        known = None
        for one in order:
            known = fold(known, one)
        assert known is not None
        assert (known.community_listed, known.community_at) == (first.day, first.community_at)
        assert paper_heat(known, NOON) < paper_heat(fold(None, again), NOON) / 10  # type: ignore[arg-type]


def test_of_a_first_day_without_an_hour_a_later_ones_hour_is_not_taken() -> None:
    known = fold(fold(None, listing(TODAY - 6 * DAY, None)), listing(TODAY, NOON))
    assert known is not None
    assert (known.community_listed, known.community_at) == (TODAY - 6 * DAY, None)
    same_day = fold(fold(None, listing(TODAY, None)), listing(TODAY, NOON))
    assert same_day is not None
    assert same_day.community_at == NOON


@pytest.mark.parametrize("told_at", [NOON + 3 * DAY, NOON - 400 * DAY, NOON.replace(tzinfo=None)])
def test_an_hour_of_another_day_is_not_believed(told_at: dt.datetime) -> None:
    known = fold(None, listing(TODAY, told_at))
    assert known is not None
    assert known.community_at is None


def test_where_no_community_listed_it_there_is_no_hour_of_that() -> None:
    known = fold(None, listing(TODAY, NOON, upvotes=None))
    assert known is not None
    assert (known.community_listed, known.community_at) == (None, None)


# ---------------------------------------------------------------------------- forged counts


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1e12), st.floats(0, 1e12), st.floats(0.1, 1e6))
def test_soft_counts_keep_their_order_and_exaggerate_nothing(one: float, other: float, usual: float) -> None:
    less, more = sorted((one, other))
    assert 0 <= soft(less, usual) <= soft(more, usual) <= more
    assert soft(min(one, usual), usual) == min(one, usual)


def test_a_source_that_forges_its_counts_gains_little() -> None:
    honest = hot(5 * HOUR, upvotes=110)
    assert hot(5 * HOUR, upvotes=10**6) < 20 * honest
    assert hot(5 * HOUR, upvotes=10, comments=10**6) < 3 * honest
    assert hot(5 * HOUR, upvotes=110 * 10) < 5 * honest
    # However many they are, they cool as others do: in two weeks a million is behind a good paper of today.
    assert hot(14 * DAY, upvotes=10**6) < honest


# ---------------------------------------------------------------------------- words


GROWTH = Growth(stars=120, since=TODAY - DAY)


@pytest.mark.parametrize(
    ("counts", "growth", "words"),
    [
        ({"upvotes": 84, "comments": 1}, None, ("84 upvotes",)),
        ({"upvotes": 1}, None, ("1 upvote",)),
        ({"upvotes": 1200, "votes": 34}, None, ("1,234 upvotes",)),
        ({"upvotes": 6, "comments": 23}, None, ("23 comments",)),
        ({"upvotes": 20, "comments": 5}, None, ("20 upvotes", "5 comments")),
        ({"upvotes": 20, "stars": 500}, GROWTH, ("+120 stars since yesterday", "20 upvotes")),
        ({"upvotes": 84, "stars": 500}, Growth(stars=9, since=TODAY - DAY), ("84 upvotes",)),
        ({"stars": 5}, Growth(stars=1, since=TODAY - 3 * DAY), ("+1 star since Sunday",)),
        ({"stars": 5}, Growth(stars=3, since=TODAY - 6 * DAY), ("+3 stars since Thursday",)),
        ({"stars": 5}, Growth(stars=3, since=TODAY - 7 * DAY), ("+3 stars since 15 April",)),
        ({"stars": 5}, Growth(stars=3, since=dt.date(2025, 12, 30)), ("+3 stars since 30 December 2025",)),
        ({"upvotes": 0, "comments": 1, "stars": 9000}, None, ()),
        ({}, None, ()),
    ],
)
def test_what_carries_the_heat_is_told(
    counts: dict[str, int], growth: Growth | None, words: tuple[str, ...]
) -> None:
    one = paper(1, "T", **counts)
    assert told(one, today=TODAY, growth=growth) == told(one, today=NOON, growth=growth) == words


@settings(max_examples=60, deadline=None)
@given(COUNTS, st.integers(0, 500), COUNTS, st.none() | st.integers(1, 10**6))
def test_something_is_told_of_what_is_hot_and_nothing_of_what_is_not(
    upvotes: int | None, votes: int, comments: int | None, stars: int | None
) -> None:
    growth = Growth(stars=stars, since=TODAY - DAY) if stars else None
    one = paper(1, "T", upvotes=upvotes, votes=votes, comments=comments)
    words = told(one, today=TODAY, growth=growth)
    assert bool(words) is (paper_heat(one, NOON) > 0 or growth is not None)
    assert len(words) <= 2
