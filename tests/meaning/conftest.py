"""A model on loopback, a library of papers, and what brings the two together."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from digest.endpoint import Endpoint
from digest.meaning import Embedder
from digest.model import Listing
from digest.pipeline.meaning import Meaning
from digest.store import Store
from tests.endpoint.standin import StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOW = dt.datetime(2026, 4, 23, 5, tzinfo=dt.UTC)
DAY = NOW.date()
KEY = "sk-very-secret"
SUBJECTS = (
    "gaussian splatting of rooms",
    "language models that ask questions",
    "robots folding laundry",
    "proteins dreamt by diffusion",
    "graph networks on molecules",
)


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """A server on loopback."""
    with StandIn() as server:
        yield server


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store on a fresh SQLite file."""
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as opened:
        yield opened


def paper(number: int, *, title: str = "", abstract: str | None = None, version: int = 1) -> Listing:
    subject = SUBJECTS[number % len(SUBJECTS)]
    return Listing(
        source="arxiv",
        channel="cs.LG",
        key=f"2604.{10000 + number}",
        arxiv_id=f"2604.{10000 + number}",
        kind="new" if version == 1 else "replace",
        version=version,
        day=DAY,
        title=title or f"On {subject}, number {number}",
        abstract=f"We study {subject} in depth." if abstract is None else abstract,
        categories=("cs.LG",),
    )


def fill(store: Store, *listings: Listing) -> None:
    with store.database.begin() as connection:
        store.papers.absorb(connection, listings)


class Clock:
    """The time, which a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def told() -> list[tuple[str, dict[str, object]]]:
    """What the log was told."""
    return []


@pytest.fixture
def meaning_of(
    store: Store, stand_in: StandIn, clock: Clock, told: list[tuple[str, dict[str, object]]]
) -> Callable[..., Meaning]:
    """A library and its model; `endpoint` None is a model that is not asked."""

    def make(
        *,
        model: str = "small",
        batch: int = 4,
        dimensions: int | None = None,
        seconds: float = 60.0,
        asked: bool = True,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> Meaning:
        endpoint = Endpoint(url=stand_in.url, api_key=KEY, timeout_s=5.0, sleep=lambda _: None)
        embedder = Embedder(endpoint if asked else None, model=model, batch=batch, dimensions=dimensions)
        return Meaning(
            store,
            embedder,
            seconds=seconds,
            clock=clock,
            tell=lambda event, **keys: told.append((event, keys)),
            should_stop=should_stop,
        )

    return make
