from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.limits import NO_CAP, Rate, next_midnight, take, warmup_cap

NOW = 1_795_000_000.0  # an epoch second of these years: sums of floats are as coarse as they will be
check = settings(max_examples=60, deadline=None)

rates = st.builds(
    Rate, st.floats(0.5, 500), st.sampled_from([0.5, 1.0, 7.3, 60.0, 3600.0, 86400.0]), st.integers(1, 20)
)


def permits(rate: Rate, instants: list[float], *, free_at: float = 0.0) -> tuple[list[float], float]:
    """When a permit was had by somebody who asks at those instants; and what is stored at the end."""
    had = []
    for now in instants:
        free_at, wait_s = take(free_at, rate, now)
        if not wait_s:
            had.append(now)
    return had, free_at


@st.composite
def askings(draw: st.DrawFn) -> tuple[Rate, list[float]]:
    """A rate, and instants in order that lie anywhere from all at once to far apart, in the rate's terms."""
    rate = draw(rates)
    gaps = draw(st.lists(st.one_of(st.just(0.0), st.floats(0, 0.3), st.floats(0, 30)), max_size=120))
    instants, now = [], NOW
    for gap in gaps:
        now += gap * rate.interval_s
        instants.append(now)
    return rate, instants


@check
@given(askings())
def test_no_window_holds_more_permits_than_its_length_and_one_burst(asking: tuple[Rate, list[float]]) -> None:
    rate, instants = asking
    had, _ = permits(rate, instants)
    for first, start in enumerate(had):
        for last in range(first, len(had)):
            window_s = had[last] - start + 2e-4  # what is let go for the coarseness of clocks
            assert last - first + 1 <= window_s / rate.interval_s + rate.burst


@check
@given(askings())
def test_who_waits_as_long_as_told_gets_the_permit(asking: tuple[Rate, list[float]]) -> None:
    rate, instants = asking
    _, free_at = permits(rate, instants)
    now = instants[-1] if instants else NOW
    same, wait_s = take(free_at, rate, now)
    if wait_s:
        assert same == free_at
        assert wait_s <= rate.interval_s + 1e-4
        assert take(free_at, rate, now + wait_s)[1] == 0


@check
@given(rates, st.floats(0, 1e9))
def test_after_silence_a_whole_burst_is_free_and_no_more(rate: Rate, silence_s: float) -> None:
    _, free_at = permits(rate, [NOW] * 30)
    later = NOW + rate.burst * rate.interval_s + silence_s
    had, _ = permits(rate, [later] * (rate.burst + 5), free_at=free_at)
    assert len(had) == rate.burst


@check
@given(rates)
def test_who_asks_all_the_time_gets_the_whole_rate(rate: Rate) -> None:
    step_s = rate.interval_s / 4
    had, _ = permits(rate, [NOW + step * step_s for step in range(400)])
    assert rate.burst + 98 <= len(had) <= rate.burst + 100


@check
@given(rates, st.floats(0, 59.9))
def test_clock_that_goes_back_a_little_permits_nothing_more(rate: Rate, back_s: float) -> None:
    _, free_at = permits(rate, [NOW] * rate.burst)
    now = NOW - back_s
    same, wait_s = take(free_at, rate, now)
    assert same == free_at
    assert wait_s == pytest.approx(rate.interval_s + back_s, rel=1e-3, abs=1e-4)
    assert take(free_at, rate, now + wait_s)[1] == 0


@check
@given(rates, st.floats(61, 1e12))
def test_clock_that_was_set_back_locks_nothing_and_starts_no_burst(rate: Rate, back_s: float) -> None:
    _, free_at = permits(rate, [NOW] * rate.burst)
    now = NOW - back_s
    had, free_at = permits(rate, [now] * 10, free_at=free_at)
    assert len(had) == 1
    _, wait_s = take(free_at, rate, now)
    assert wait_s == pytest.approx(rate.interval_s, rel=1e-3, abs=1e-3)


@check
@given(rates, st.floats(allow_nan=True, allow_infinity=True))
def test_nothing_that_may_be_stored_locks_for_ever(rate: Rate, free_at: float) -> None:
    stored, wait_s = take(free_at, rate, NOW)
    assert 0 <= wait_s <= rate.interval_s + 60 + 1e-4
    if wait_s:
        assert stored == free_at
    else:
        assert NOW <= stored <= NOW + rate.burst * rate.interval_s + 60 + 1e-4


def test_rate_that_was_raised_is_felt_at_once() -> None:
    _, free_at = permits(Rate(1, 86400.0), [NOW])
    had, _ = permits(Rate(10, 1.0), [NOW + step for step in range(3)], free_at=free_at)
    assert len(had) == 3


@pytest.mark.parametrize(
    "numbers",
    [(0, 1.0, 1), (-1, 1.0, 1), (1, 0.0, 1), (1, -1.0, 1), (1, 1.0, 0), (math.inf, 1.0, 1), (1, math.inf, 1),
     (math.nan, 1.0, 1), (1, math.nan, 1), (20_000, 1.0, 1), (1e308, 1e-10, 1)],
)  # fmt: skip
def test_rate_that_cannot_be_kept_is_refused(numbers: tuple[float, float, int]) -> None:
    with pytest.raises(ValueError, match="give "):
        Rate(*numbers)


caps = st.tuples(
    st.integers(1, 10**6), st.floats(1, 10), st.one_of(st.none(), st.integers(1, 10**7))
)  # first_day, growth, full


@check
@given(caps, st.integers(0, 12_000))
def test_cap_never_shrinks_and_never_passes_full(cap: tuple[int, float, int | None], day: int) -> None:
    first_day, growth, full = cap
    today, tomorrow = (warmup_cap(day + n, first_day, growth, full) for n in (0, 1))
    assert 1 <= today <= tomorrow <= (NO_CAP if full is None else full)


@check
@given(caps)
def test_first_day_has_its_own_number_or_full(cap: tuple[int, float, int | None]) -> None:
    first_day, growth, full = cap
    assert warmup_cap(0, first_day, growth, full) == min(first_day, full or NO_CAP)
    assert warmup_cap(-3, first_day, growth, full) == warmup_cap(0, first_day, growth, full)


@check
@given(caps, st.integers(0, 60))
def test_cap_is_the_first_day_multiplied_and_rounded_down(
    cap: tuple[int, float, int | None], day: int
) -> None:
    first_day, growth, full = cap
    cap_now = warmup_cap(day, first_day, growth, full)
    exact = first_day * growth**day
    if cap_now < (full or NO_CAP):
        assert exact - 1 < cap_now <= exact * (1 + 1e-11)
    else:
        assert exact >= cap_now * (1 - 1e-11)


def test_ten_thousandth_day_is_full_and_without_full_uncapped() -> None:
    assert warmup_cap(10_000, 50, 1.5, 2_000) == 2_000
    assert warmup_cap(10_000, 50, 1.5, None) == NO_CAP
    assert warmup_cap(10_000, 50, 1.0, None) == 50
    assert warmup_cap(10**9, 1, 1e300, None) == NO_CAP
    assert warmup_cap(1, 10, math.inf, None) == NO_CAP


def test_cap_is_rounded_as_its_author_would() -> None:
    assert warmup_cap(1, 100, 1.15, None) == 115
    assert warmup_cap(1, 50, 1.1, None) == 55
    assert warmup_cap(2, 50, 1.1, None) == 60


@pytest.mark.parametrize(
    ("first_day", "growth", "full"), [(0, 2.0, 10), (5, 0.9, 10), (5, 2.0, 0), (5, math.nan, 10)]
)
def test_warmup_that_would_never_get_there_is_refused(first_day: int, growth: float, full: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        warmup_cap(3, first_day, growth, full)


@check
@given(st.datetimes(dt.datetime(1970, 1, 2), dt.datetime(2200, 1, 1)), st.integers(-14 * 4, 14 * 4))  # noqa: DTZ001
def test_next_midnight_is_within_a_day_and_utc(local: dt.datetime, quarters: int) -> None:
    now = local.replace(tzinfo=dt.timezone(dt.timedelta(minutes=15 * quarters)))
    midnight = next_midnight(now)
    assert dt.timedelta(0) < midnight - now <= dt.timedelta(days=1)
    assert midnight.tzinfo is dt.UTC
    assert midnight.time() == dt.time()
    assert next_midnight(midnight) - midnight == dt.timedelta(days=1)


def test_next_midnight_of_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        next_midnight(dt.datetime(2026, 3, 29))  # noqa: DTZ001
