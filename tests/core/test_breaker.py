from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.breaker import LONGEST_PAUSE_S, SHORTEST_PAUSE_S, Breaker, gate, mended, tripped

NOW = 1_795_000_000.0
check = settings(max_examples=60, deadline=None)

waits = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True), st.floats(0, 10_000))
histories = st.lists(st.tuples(st.floats(0, 20_000), waits, st.booleans()), max_size=40)


def lived(history: list[tuple[float, float | None, bool]]) -> tuple[Breaker, float]:
    """A breaker after answers that came so many seconds after one another; and the time then."""
    breaker, now = Breaker(), NOW
    for later_s, wait_s, refused in history:
        now += later_s
        breaker = tripped(breaker, now=now, wait_s=wait_s) if refused else mended(breaker)
    return breaker, now


def test_domain_that_never_refused_is_open_to_mail() -> None:
    assert gate(Breaker(), NOW) == "closed"
    assert gate(Breaker(), 0.0) == "closed"


def test_pauses_double_from_five_minutes_to_two_hours() -> None:
    breaker, now, pauses = Breaker(), NOW, []
    for _ in range(8):
        breaker = tripped(breaker, now=now, wait_s=None)
        pauses.append(breaker.open_until - now)
        now = breaker.open_until
    assert pauses == [300, 600, 1200, 2400, 4800, 7200, 7200, 7200]


def test_answers_of_one_flight_are_one_failure() -> None:
    breaker = Breaker()
    for second in range(8):
        breaker = tripped(breaker, now=NOW + second, wait_s=None)
    assert breaker == Breaker(1, NOW + 300)


def test_longer_time_named_within_a_pause_extends_it_and_a_shorter_does_not_cut_it() -> None:
    breaker = tripped(Breaker(), now=NOW, wait_s=None)
    assert tripped(breaker, now=NOW + 1, wait_s=1000).open_until == NOW + 1001
    assert tripped(breaker, now=NOW + 1, wait_s=70).open_until == NOW + 300


@pytest.mark.parametrize(
    ("named_s", "pause_s"),
    [(600.0, 600.0), (90.0, 90.0), (0.0, SHORTEST_PAUSE_S), (-5.0, SHORTEST_PAUSE_S),
     (math.nan, SHORTEST_PAUSE_S), (1e9, LONGEST_PAUSE_S), (math.inf, LONGEST_PAUSE_S)],
)  # fmt: skip
def test_named_time_counts_within_bounds(named_s: float, pause_s: float) -> None:
    assert tripped(Breaker(3, NOW - 1), now=NOW, wait_s=named_s) == Breaker(4, NOW + pause_s)


def test_after_the_pause_one_may_probe_and_an_accepted_one_closes() -> None:
    breaker = tripped(Breaker(), now=NOW, wait_s=None)
    assert [gate(breaker, NOW + later) for later in (0, 299.9, 300, 10**6)] == [
        "open",
        "open",
        "probe",
        "probe",
    ]
    assert gate(mended(breaker), NOW + 1) == "closed"
    assert tripped(mended(breaker), now=NOW + 400, wait_s=None) == Breaker(1, NOW + 700)


@check
@given(histories)
def test_no_history_pauses_longer_than_two_hours(history: list[tuple[float, float | None, bool]]) -> None:
    breaker, now = lived(history)
    assert breaker.open_until <= now + LONGEST_PAUSE_S
    assert gate(breaker, now + LONGEST_PAUSE_S) != "open"
    assert gate(breaker, now) == "open" or not history or not history[-1][2]


@check
@given(histories)
def test_a_refusal_never_shortens_a_pause(history: list[tuple[float, float | None, bool]]) -> None:
    breaker, now = lived(history)
    after = tripped(breaker, now=now, wait_s=None)
    assert after.open_until >= max(breaker.open_until, now)
    assert after.failures >= max(breaker.failures, 1)


@check
@given(histories, st.floats(0, 30_000), st.floats(0, 30_000))
def test_gate_only_moves_from_open_to_probe_with_time(
    history: list[tuple[float, float | None, bool]], sooner_s: float, later_s: float
) -> None:
    breaker, now = lived(history)
    seen = [gate(breaker, now + s) for s in sorted([0.0, sooner_s, later_s])]
    assert all(pair in (("open", "probe"), (pair[0], pair[0])) for pair in itertools.pairwise(seen))


def test_clock_set_back_a_year_does_not_lock_the_domain_out() -> None:
    breaker = tripped(Breaker(), now=NOW, wait_s=7200)
    earlier = NOW - 365 * 86400
    assert gate(breaker, earlier) == "probe"
    assert tripped(breaker, now=earlier, wait_s=None) == Breaker(2, earlier + 600)


def test_clock_that_goes_back_a_little_keeps_the_pause() -> None:
    assert gate(tripped(Breaker(), now=NOW, wait_s=7200), NOW - 60) == "open"


def test_domain_that_is_gone_for_years_overflows_nothing() -> None:
    assert tripped(Breaker(10**6, NOW), now=NOW, wait_s=None) == Breaker(10**6 + 1, NOW + LONGEST_PAUSE_S)
