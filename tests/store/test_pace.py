"""Politeness that outlives a process."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from digest.store import Store

if TYPE_CHECKING:
    from pathlib import Path


def test_turns_are_an_interval_apart_whoever_asks(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'digest.db'}"
    Store.open(url).close()

    def reserve(_: int) -> float:
        with Store.open(url) as store:  # as a process of its own would
            return store.pace.reserve("arxiv.org", 3.0)

    with ThreadPoolExecutor(4) as pool:
        waits = sorted(pool.map(reserve, range(6)))
    assert waits[0] < 0.1
    assert all(2.5 < later - earlier < 3.5 for earlier, later in itertools.pairwise(waits))


def test_a_host_that_asked_to_be_left_alone_is(store: Store) -> None:
    store.pace.defer("example.org", 50)
    store.pace.defer("example.org", 5)
    assert 49 < store.pace.reserve("example.org", 0) <= 50
    assert store.pace.reserve("other.example.org", 0) == 0
