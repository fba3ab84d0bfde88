"""A run that is killed between counting a request, its answer and keeping it; and two runs at once."""

from __future__ import annotations

import multiprocessing
import os
import signal
from typing import TYPE_CHECKING

import pytest

from digest import pipeline
from digest.core.gist import most_tokens
from digest.store import Store
from digest.store.gists import Budget
from tests.gists.speaking import MODEL, NOW, TOKENS, abstract, rules_of, texts, title, works_on

if TYPE_CHECKING:
    from tests.endpoint.standin import StandIn

SPAWN = multiprocessing.get_context("spawn")
WORST = most_tokens(title(2100), abstract(2100))
BUDGET = Budget(requests=4, tokens=100_000)
STEPS = {"gists.reserved": WORST, "gists.answered": WORST, "gists.kept": TOKENS}


class Address:
    """A stand-in as another process knows it."""

    def __init__(self, url: str) -> None:
        self.url = url


def run(url: str, model: str, *, kill_at: str = "", email: str | None = None) -> None:
    """One run in a process of its own."""

    def step(label: str) -> None:
        if label == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    with Store.open(url) as store:
        rules = rules_of(Address(model), budget=BUDGET, concurrency=1)  # type: ignore[arg-type]
        pipeline.run(works_on(store, rules, step=step), now=NOW, email=email)


@pytest.mark.parametrize("label", STEPS)
def test_a_request_that_a_crash_made_unknown_stays_counted(
    store: Store, stand_in: StandIn, label: str
) -> None:
    works_on(store, None)  # the readers
    killed = SPAWN.Process(target=run, args=(store.database.name, stand_in.url), kwargs={"kill_at": label})
    killed.start()
    killed.join(60)
    assert killed.exitcode == -signal.SIGKILL
    spent = store.gists.spent(NOW.date())
    assert (spent.requests, spent.tokens) == (1, STEPS[label])
    works = works_on(store, rules_of(stand_in, budget=BUDGET, concurrency=1))
    pipeline.run(works, now=NOW)
    assert len(texts(works)) == 3
    assert all(text.count(f"AI summary by {MODEL}") == 3 for text in texts(works))
    kept = label == "gists.kept"
    assert store.gists.spent(NOW.date()).requests == (3 if kept else 4)


def test_two_runs_at_once_keep_the_budget_and_say_the_same_of_a_paper(
    store: Store, stand_in: StandIn
) -> None:
    works_on(store, None)
    both = [
        SPAWN.Process(
            target=run, args=(store.database.name, stand_in.url), kwargs={"email": f"r{n}@example.org"}
        )
        for n in range(2)
    ]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert [one.exitcode for one in both] == [0, 0]
    assert len(stand_in.posted) <= BUDGET.requests
    assert store.gists.spent(NOW.date()).requests == len(stand_in.posted)
    waiting = store.deliveries.latest(limit=10)
    frozen = store.editions.by_delivery([one.id for one, _ in waiting])
    said: dict[int, set[str]] = {}
    for one in frozen.values():
        for item in one.edition.items:
            if item.gist is not None:
                said.setdefault(item.paper_id, set()).add(item.gist.text)
    assert len(frozen) == 2
    assert said
    assert all(len(sentences) == 1 for sentences in said.values())
