"""Scores: one scale for every topic, measured on a background, strictly growing with the signs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.calibrate import Calibration, score_of, share_of, strength_of

MANY = np.concatenate([np.zeros(970), np.linspace(0.2, 1.4, 30)])  # a topic that 3 % of 1,000 papers match


def share(calibration: Calibration, signs: float) -> float:
    return share_of(float(calibration.strengths(np.array([signs]))[0]))


def test_a_score_is_the_share_of_the_background_that_a_paper_beats() -> None:
    calibration = Calibration.of(MANY)
    for rank in (2, 5, 10, 20, 29):
        beaten = 970 + (30 - rank)  # of the papers, by one as strong as the rank-th
        assert share(calibration, float(np.sort(MANY)[::-1][rank - 1])) == pytest.approx(
            beaten / 1000, abs=0.002
        )
    assert share(calibration, 0.0) == pytest.approx(0.485, abs=0.02)


@pytest.mark.parametrize("matched", [1, 10, 200, 1000])
def test_of_equal_papers_each_beats_half_of_the_others(matched: int) -> None:
    calibration = Calibration.of(np.repeat([0.3, 0.0], [matched, 1000 - matched]))
    assert share(calibration, 0.3) == pytest.approx(1 - matched / 2000, abs=0.01)
    assert share(calibration, 0.31) > 0.99
    mixed = Calibration.of(np.repeat([2.0, 0.3, 0.0], [5, 95, 900]))
    assert share(mixed, 0.3) == pytest.approx(0.95, abs=0.015)
    assert share(mixed, 2.0) == pytest.approx(0.9975, abs=0.003)


def test_what_is_as_rare_scores_the_same_in_a_topic_of_other_signs() -> None:
    shouted = np.where(MANY > 0, 3 * MANY + 1, 0)
    for rank in (1, 4, 16):
        one, other = (float(np.sort(signs)[::-1][rank - 1]) for signs in (MANY, shouted))
        assert share(Calibration.of(MANY), one) == pytest.approx(
            share(Calibration.of(shouted), other), abs=0.001
        )


def test_a_threshold_of_97_leaves_the_best_3_percent() -> None:
    dice = np.random.default_rng(1)
    background, today = dice.exponential(size=1000), dice.exponential(size=20_000)
    strengths = Calibration.of(background).strengths(today)
    assert np.mean(strengths >= strength_of(97)) == pytest.approx(0.03, abs=0.008)


def test_scores_are_stable_from_one_background_to_the_next() -> None:
    dice = np.random.default_rng(2)
    library = np.where(dice.random(3000) < 0.05, dice.exponential(size=3000) + 0.152, 0)
    monday, tuesday = Calibration.of(library[:1000]), Calibration.of(library[11:1011])
    for signs in (0.2, 0.5, 1.0, 2.0, 4.0):
        assert share(monday, signs) == pytest.approx(share(tuesday, signs), abs=0.003)


def test_without_a_background_more_signs_still_score_more() -> None:
    signs = np.array([0.152, 0.3, 0.6, 1.2])
    strengths = Calibration().strengths(signs)
    assert (np.diff(strengths) > 0).all()
    assert 90 < score_of(float(strengths[0])) < score_of(float(strengths[-1])) < 100


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0, 20), max_size=80),
    st.lists(st.floats(0, 30), min_size=2, max_size=20, unique=True),
)
def test_strengths_grow_with_signs_and_are_never_negative_or_nan(
    background: list[float], signs: list[float]
) -> None:
    strengths = Calibration.of(np.array(background)).strengths(np.array(sorted(signs)))
    assert np.isfinite(strengths).all()
    assert (strengths >= 0).all()
    assert (np.diff(strengths) >= 0).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 20, width=32), max_size=300))
def test_bytes_give_the_same_calibration_and_are_few(background: list[float]) -> None:
    calibration = Calibration.of(np.array(background))
    assert Calibration.from_bytes(calibration.to_bytes()) == calibration
    assert len(calibration.to_bytes()) <= 10 + 4 * 10


def test_scores_and_strengths_are_the_same_thing_said_twice() -> None:
    for score in (0.0, 12.5, 50.0, 97.0, 99.9):
        assert score_of(strength_of(score)) == pytest.approx(score)
    assert score_of(60.0) == 99.9
