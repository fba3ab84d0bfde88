"""The ledger and the pipeline keep their promises, whatever is done to them in whatever order."""

from __future__ import annotations

import random

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Machine
from tests.model.sabotage import SABOTAGES

QUICK = settings(
    max_examples=15,
    stateful_step_count=16,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


def search(machine: type[Machine], *, seed: int, how: settings) -> None:
    print(f"the search's seed is {seed}")
    run_state_machine_as_test(hypothesis.seed(seed)(machine), settings=how)


def test_nothing_is_sent_twice_lost_or_against_anybodys_will() -> None:
    search(Machine, seed=random.randrange(2**32), how=QUICK)


@pytest.mark.slow
def test_nothing_is_sent_twice_lost_or_against_anybodys_will_in_a_long_search() -> None:
    search(
        Machine, seed=random.randrange(2**32), how=settings(QUICK, max_examples=150, stateful_step_count=40)
    )


# The test of the test: a search with a seed of its own, which nothing is shrunk in.
BRIEF = settings(QUICK, max_examples=300, phases=[Phase.generate])


@pytest.mark.parametrize("broken", SABOTAGES, ids=lambda broken: broken.__name__)
def test_a_broken_promise_is_found(broken: type[Machine]) -> None:
    with pytest.raises(AssertionError, match=broken.says):
        search(broken, seed=3, how=BRIEF)
