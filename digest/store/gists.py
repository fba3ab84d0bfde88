"""What a model said of papers, one sentence each, and what asking it has cost on a day.

A sentence is of a paper at a revision, by a model that was asked with a prompt; the first that is kept stays,
and editions lean on that: they hold whose it is, and not its words.
What a request may cost is counted before it is made: a crash, and several processes together, spend less
than a day allows, never more.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.store.database import insert_new, parts
from digest.store.tables_learning import gists, spending

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from digest.model import Edition, Gist, Item
    from digest.store.database import Database

NAME = "gist"  # of its row in `spending`
KEEP_DAYS = 400  # what was spent on a day is remembered for so long

Revision = tuple[int, int]  # a paper's number, and which of its revisions


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one day may cost."""

    requests: int
    tokens: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a day has cost so far, what is being asked included."""

    requests: int = 0
    tokens: int = 0


class Gists:
    """The sentences of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, papers: Collection[Revision], *, model: str, prompt: str) -> dict[Revision, str]:
        """What this model said of these papers; "" where it was refused, nothing where it was not asked."""
        wanted, found = set(papers), {}
        query = sa.select(gists).where(gists.c.model == model, gists.c.prompt == prompt)
        with self._database.read() as connection:
            for part in parts(sorted({paper_id for paper_id, _ in wanted})):
                for row in connection.execute(query.where(gists.c.paper_id.in_(part))):
                    found[row.paper_id, row.revision] = row.text
        return {revision: text for revision, text in found.items() if revision in wanted}

    def reserve(self, tokens: int, *, day: dt.date, budget: Budget) -> bool:
        """Count one request of at most so many tokens; False, and nothing is counted, where the day's budget
        does not hold it."""
        if tokens > budget.tokens:
            return False
        with self._database.begin() as connection:
            row = {"name": NAME, "day": day, "requests": 0, "tokens": 0}
            if insert_new(connection, spending, row):
                _forget(connection, day)
            changed = connection.execute(
                sa.update(spending)
                .where(spending.c.name == NAME, spending.c.day == day)
                .where(spending.c.requests < budget.requests, spending.c.tokens + tokens <= budget.tokens)
                .values(requests=spending.c.requests + 1, tokens=spending.c.tokens + tokens)
            )
            return changed.rowcount == 1

    def settle(self, reserved: int, tokens: int, *, day: dt.date) -> None:
        """A request for which so many were reserved has cost so many."""
        with self._database.begin() as connection:
            _settle(connection, tokens - reserved, day=day)

    def keep(
        self,
        paper: Revision,
        text: str,
        *,
        model: str,
        prompt: str,
        reserved: int,
        tokens: int,
        day: dt.date,
        at: dt.datetime,
    ) -> str:
        """Keep what was said ("": it was refused) and settle its cost; returns what is kept, which is another
        process's where that was quicker."""
        row = {
            "paper_id": paper[0],
            "revision": paper[1],
            "model": model,
            "prompt": prompt,
            "text": text,
            "made_at": at,
            "tokens": tokens,
        }
        with self._database.begin() as connection:
            _settle(connection, tokens - reserved, day=day)
            if insert_new(connection, gists, row):
                return text
            kept: str | None = connection.scalar(
                sa.select(gists.c.text).where(
                    gists.c.paper_id == paper[0],
                    gists.c.revision == paper[1],
                    gists.c.model == model,
                    gists.c.prompt == prompt,
                )
            )
            return kept or ""

    def spent(self, day: dt.date) -> Spent:
        """What that day has cost."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(spending).where(spending.c.name == NAME, spending.c.day == day)
            ).one_or_none()
        return Spent() if row is None else Spent(requests=row.requests, tokens=row.tokens)


def with_gists(edition: Edition, change: Callable[[Item, Gist], Gist | None]) -> Edition:
    """The edition with another sentence in each item that has one."""
    sections = tuple(
        dataclasses.replace(
            section,
            items=tuple(
                item if item.gist is None else dataclasses.replace(item, gist=change(item, item.gist))
                for item in section.items
            ),
        )
        for section in edition.sections
    )
    return dataclasses.replace(edition, sections=sections)


def restored(connection: sa.Connection, editions: Sequence[Edition]) -> list[Edition]:
    """Editions whose items name sentences, with those. What was kept is never changed; where it went with the
    words of its paper, the item has none."""
    named = {_key(item, item.gist) for edition in editions for item in edition.items if item.gist}
    if not named:
        return list(editions)
    texts: dict[_Key, str] = {}
    for part in parts(sorted({key[0] for key in named})):
        for row in connection.execute(sa.select(gists).where(gists.c.paper_id.in_(part))):
            texts[row.paper_id, row.revision, row.model, row.prompt] = row.text

    def said(item: Item, gist: Gist) -> Gist | None:
        text = texts.get(_key(item, gist), "")
        return dataclasses.replace(gist, text=text) if text else None

    return [with_gists(edition, said) for edition in editions]


_Key = tuple[int, int, str, str]


def _key(item: Item, gist: Gist) -> _Key:
    return item.paper_id, item.revision, gist.model, gist.prompt


def forget(connection: sa.Connection, paper_ids: Collection[int]) -> None:
    """Take away what was said of these papers, in the caller's transaction."""
    for part in parts(sorted(paper_ids)):
        connection.execute(sa.delete(gists).where(gists.c.paper_id.in_(part)))


def _settle(connection: sa.Connection, change: int, *, day: dt.date) -> None:
    """What was reserved is in the sum, so that no change takes it below zero."""
    connection.execute(
        sa.update(spending)
        .where(spending.c.name == NAME, spending.c.day == day)
        .values(tokens=spending.c.tokens + change)
    )


def _forget(connection: sa.Connection, day: dt.date) -> None:
    old = day - dt.timedelta(days=KEEP_DAYS)
    connection.execute(sa.delete(spending).where(spending.c.name == NAME, spending.c.day < old))
