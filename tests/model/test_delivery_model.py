"""The ledger and the pipeline keep their promises, whatever is done to them in whatever order."""

from __future__ import annotations

import random

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Machine

QUICK = settings(
    max_examples=60,
    stateful_step_count=20,
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
        Machine, seed=random.randrange(2**32), how=settings(QUICK, max_examples=500, stateful_step_count=40)
    )


BRIEF = settings(QUICK, max_examples=300, phases=[Phase.generate])
