"""What a model said is kept once, and what it may cost is never more than a day allows."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import multiprocessing
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.store import Store
from digest.store.gists import KEEP_DAYS, Budget, Spent
from tests.store import shelves
from tests.store.shelves import absorb, listing

if TYPE_CHECKING:
    from pathlib import Path

DAY = dt.date(2026, 4, 21)
NOW = dt.datetime(2026, 4, 21, 12, tzinfo=dt.UTC)
MODEL, PROMPT = "llama3.2", "a prompt"


def keep(store: Store, paper: tuple[int, int], text: str, *, model: str = MODEL, prompt: str = PROMPT) -> str:
    return store.gists.keep(paper, text, model=model, prompt=prompt, reserved=0, tokens=0, day=DAY, at=NOW)


def test_a_sentence_is_found_by_paper_revision_model_and_prompt(store: Store) -> None:
    keep(store, (1, 1), "One.")
    keep(store, (1, 2), "One, revised.")
    keep(store, (2, 1), "")
    keep(store, (1, 1), "Another model's.", model="qwen3")
    keep(store, (1, 1), "Another prompt's.", prompt="another")
    found = store.gists.of([(1, 1), (1, 2), (2, 1), (3, 1)], model=MODEL, prompt=PROMPT)
    assert found == {(1, 1): "One.", (1, 2): "One, revised.", (2, 1): ""}
    assert store.gists.of([(1, 2)], model="qwen3", prompt=PROMPT) == {}
    assert store.gists.of([], model=MODEL, prompt=PROMPT) == {}


def test_the_first_that_is_kept_stays(store: Store) -> None:
    assert keep(store, (1, 1), "First.") == "First."
    assert keep(store, (1, 1), "Second.") == "First."
    assert keep(store, (2, 1), "") == ""
    assert keep(store, (2, 1), "Second.") == ""


def test_thousands_of_papers_are_asked_for_at_once(store: Store) -> None:
    for number in range(1, 40):
        keep(store, (number, 1), f"{number}.")
    found = store.gists.of([(number, 1) for number in range(2000)], model=MODEL, prompt=PROMPT)
    assert len(found) == 39


def test_a_request_is_counted_before_it_is_made_and_settled_after(store: Store) -> None:
    budget = Budget(requests=3, tokens=1000)
    assert store.gists.spent(DAY) == Spent()
    assert store.gists.reserve(600, day=DAY, budget=budget)
    assert not store.gists.reserve(401, day=DAY, budget=budget)
    store.gists.settle(600, 150, day=DAY)
    assert store.gists.spent(DAY) == Spent(requests=1, tokens=150)
    assert store.gists.reserve(401, day=DAY, budget=budget)
    store.gists.keep((1, 1), "x", model=MODEL, prompt=PROMPT, reserved=401, tokens=500, day=DAY, at=NOW)
    assert store.gists.spent(DAY) == Spent(requests=2, tokens=650)
    assert store.gists.reserve(350, day=DAY, budget=budget)
    assert not store.gists.reserve(0, day=DAY, budget=budget)
    assert store.gists.reserve(350, day=DAY + dt.timedelta(days=1), budget=budget)


def test_a_request_larger_than_a_day_is_never_made(store: Store) -> None:
    assert not store.gists.reserve(1001, day=DAY, budget=Budget(requests=5, tokens=1000))
    assert store.gists.spent(DAY) == Spent()


def test_old_days_are_forgotten(store: Store) -> None:
    budget = Budget(requests=5, tokens=1000)
    store.gists.reserve(10, day=DAY, budget=budget)
    store.gists.reserve(10, day=DAY + dt.timedelta(days=KEEP_DAYS), budget=budget)
    assert store.gists.spent(DAY) == Spent(requests=1, tokens=10)
    store.gists.reserve(10, day=DAY + dt.timedelta(days=KEEP_DAYS + 1), budget=budget)
    assert store.gists.spent(DAY) == Spent()


def spend(url: str, tokens: int) -> int:
    """As much as one process is allowed."""
    with Store.open(url) as store:
        return sum(
            store.gists.reserve(tokens, day=DAY, budget=Budget(requests=40, tokens=2000)) for _ in range(40)
        )


def test_two_processes_together_keep_the_budget(tmp_path: Path, store: Store) -> None:
    url = store.database.name
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        allowed = list(pool.map(spend, [url, url], [73, 73]))
    assert sum(allowed) == 2000 // 73
    assert store.gists.spent(DAY) == Spent(requests=27, tokens=27 * 73)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), st.none() | st.integers(0, 400)), max_size=12))
def test_what_is_reserved_is_never_more_than_the_budget(wishes: list[tuple[int, int | None]]) -> None:
    """Each request costs at most what was reserved for it, or is never heard of again (None)."""
    budget = Budget(requests=6, tokens=1000)
    with Store.open("sqlite:///:memory:") as store:
        made = cost = 0
        for reserved, tokens in wishes:
            if not store.gists.reserve(reserved, day=DAY, budget=budget):
                assert made == budget.requests or cost + reserved > budget.tokens
                continue
            made += 1
            spent = reserved if tokens is None else min(tokens, reserved)
            if tokens is not None:
                store.gists.settle(reserved, spent, day=DAY)
            cost += spent
            assert store.gists.spent(DAY) == Spent(requests=made, tokens=cost)
            assert made <= budget.requests
            assert cost <= budget.tokens


def test_what_was_said_goes_with_the_words_of_its_paper(store: Store) -> None:
    old, new = listing(1), listing(2, day=shelves.LATER)
    absorb(store, old, new)
    keep(store, (1, 1), "Of the old one.")
    keep(store, (2, 1), "Of the new one.")
    assert store.pruning.papers(before=shelves.LATER, limit=10) == 1
    assert store.gists.of([(1, 1), (2, 1)], model=MODEL, prompt=PROMPT) == {(2, 1): "Of the new one."}
