"""Listings made short, for a library on a real database."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.model import Listing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.store import Store

DAY = dt.date(2026, 4, 20)
LATER = DAY + dt.timedelta(days=1)


def listing(number: int = 1, **words: Any) -> Listing:
    """The announcement of an arXiv paper of a number."""
    arxiv_id = f"2604.{number:05}"
    usual: dict[str, Any] = {
        "source": "arxiv",
        "channel": "cs.CV",
        "key": arxiv_id,
        "arxiv_id": arxiv_id,
        "day": DAY,
        "title": f"Sampling the sky with telescope number {number}",
        "abstract": "We look at the sky for a long time.",
        "authors": ("Ada Lovelace", "Bo Ek"),
        "categories": ("cs.CV",),
    }
    return Listing(**{**usual, **words})


def liked(number: int, upvotes: int, *, day: dt.date = DAY, **words: Any) -> Listing:
    """That a community listed that paper."""
    return dataclasses.replace(
        listing(number), source="huggingface", channel="", categories=(), upvotes=upvotes, day=day, **words
    )


def absorb(store: Store, *listings: Listing) -> int:
    """Take listings in, in one transaction."""
    with store.database.begin() as connection:
        return store.papers.absorb(connection, listings)


@contextlib.contextmanager
def statements(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """What is sent to the database inside, but for transactions."""
    with store.database.read() as connection:
        engine = connection.engine
    sent: list[tuple[str, Any]] = []

    def hear(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            sent.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", hear)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", hear)


def plan(store: Store, sent: list[tuple[str, Any]]) -> list[str]:
    """The steps of SQLite's plans for these statements."""
    steps: list[str] = []
    with store.database.read() as connection:
        for statement, parameters in sent:
            found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps += [row.detail for row in found]
    return steps
