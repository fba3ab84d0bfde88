"""How readers correct what a topic learned: words struck out of it and pinned to it, and its resets.

By the topic's ref, so that they stay with a topic that is renamed. A reader who is gone, or has left, changes
nothing. Knows nothing of what was learned.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

import sqlalchemy as sa

from digest.store import facts, tables
from digest.store.database import insert_new, parts
from digest.store.members import membership
from digest.store.tables_learning import corrections, learned, resets
from digest.store.tables_web import likes

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from digest.store.database import Database

Value = Literal[1, -1]
SWEPT = "corrections swept"  # the fact: up to which reader


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A word that a reader pinned (`value` 1) or struck out (-1): its `term`, and the `words` as they wrote
    it."""

    term: str
    words: str
    value: Value
    at: dt.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """All that a reader corrected in one topic, in the order of the words. What was liked or disliked up to
    `reset_at` does not shape the topic."""

    words: tuple[Correction, ...] = ()
    reset_at: dt.datetime | None = None

    @property
    def struck(self) -> frozenset[str]:
        """The terms that never count."""
        return frozenset(one.term for one in self.words if one.value < 0)

    @property
    def pinned(self) -> frozenset[str]:
        """The terms that always count."""
        return frozenset(one.term for one in self.words if one.value > 0)


NOTHING = Corrected()
Key = tuple[int, str]  # a reader's number, and the ref of a topic


class Corrections:
    """The corrections of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, subscriber_ids: Sequence[int]) -> dict[Key, Corrected]:
        """What each of these readers corrected, by reader and topic; what nobody corrected is not in it."""
        words: dict[Key, list[Correction]] = {}
        times: dict[Key, dt.datetime] = {}
        with self._database.read() as connection:
            for part in parts(subscriber_ids):
                query = sa.select(corrections).where(corrections.c.subscriber_id.in_(part))
                for row in connection.execute(query.order_by(corrections.c.term)):
                    one = Correction(term=row.term, words=row.words, value=row.value, at=row.at)
                    words.setdefault((row.subscriber_id, row.topic), []).append(one)
                for row in connection.execute(sa.select(resets).where(resets.c.subscriber_id.in_(part))):
                    times[row.subscriber_id, row.topic] = row.at
        return {
            key: Corrected(words=tuple(words.get(key, ())), reset_at=times.get(key))
            for key in (*words, *(key for key in times if key not in words))
        }

    def put(
        self, subscriber_id: int, topic: str, term: str, *, words: str, value: Value, at: dt.datetime
    ) -> bool:
        """Keep that a word is struck out or pinned, in place of what was said of it before. True if that
        changed anything."""
        mine = (*_mine(corrections, subscriber_id, topic), corrections.c.term == term)
        with self._database.begin() as connection:
            if not _stays(connection, subscriber_id):
                return False
            if connection.scalar(sa.select(corrections.c.value).where(*mine)) == value:
                return False
            connection.execute(sa.delete(corrections).where(*mine))
            row = {"subscriber_id": subscriber_id, "topic": topic, "term": term, "words": words}
            return insert_new(connection, corrections, {**row, "value": value, "at": at})

    def take_back(self, subscriber_id: int, topic: str, term: str) -> bool:
        """Let a word count for what it is. True if that changed anything."""
        mine = (*_mine(corrections, subscriber_id, topic), corrections.c.term == term)
        with self._database.begin() as connection:
            is_theirs = _stays(connection, subscriber_id)
            return is_theirs and connection.execute(sa.delete(corrections).where(*mine)).rowcount == 1

    def reset(self, subscriber_id: int, topic: str, *, at: dt.datetime) -> bool:
        """Forget what the topic learned: all corrections of it, and what was liked for it up to then. The
        likes stay, as papers that the reader knows. False for a reader who is not there."""
        with self._database.begin() as connection:
            if not _stays(connection, subscriber_id):
                return False
            for table in (corrections, resets, learned):
                connection.execute(sa.delete(table).where(*_mine(table, subscriber_id, topic)))
            insert_new(connection, resets, {"subscriber_id": subscriber_id, "topic": topic, "at": at})
            return True

    def touch(self, subscriber_id: int, topic: str, *, at: dt.datetime) -> None:
        """Let the corrections of a topic that was deleted be of this moment: they are kept for as long as it
        may be brought back (`prune`)."""
        mine = _mine(corrections, subscriber_id, topic)
        with self._database.begin() as connection:
            connection.execute(sa.update(corrections).where(*mine).values(at=at))

    def prune(self, *, before: dt.datetime, limit: int) -> int:
        """Take away what topics learned that their readers have no more, and how those were corrected before
        then; returns how many readers were looked at, at most `limit`. A reset is kept while there is a like
        that it holds back.

        Goes through the readers from where it stopped the last time, and begins anew at their end.
        """
        with self._database.read() as connection:
            start = int(facts.get(connection, SWEPT) or 0)
            found = sa.union(
                *(
                    sa.select(table.c.subscriber_id).where(table.c.subscriber_id > start)
                    for table in (corrections, resets, learned)
                )
            ).subquery()
            looked_at = connection.scalars(
                sa.select(found.c.subscriber_id).order_by(found.c.subscriber_id).limit(limit)
            ).all()
        if not looked_at and not start:
            return 0
        with self._database.begin() as connection:
            for key in _orphans(connection, looked_at):
                connection.execute(sa.delete(learned).where(*_mine(learned, *key)))
                past = corrections.c.at < before
                connection.execute(sa.delete(corrections).where(*_mine(corrections, *key), past))
                held_back = sa.exists().where(*_mine(likes, *key), likes.c.at <= resets.c.at)
                past = resets.c.at < before
                connection.execute(sa.delete(resets).where(*_mine(resets, *key), past, ~held_back))
            end = looked_at[-1] if len(looked_at) == limit else 0
            facts.put(connection, SWEPT, str(end).encode())
        return len(looked_at)


def forget(connection: sa.Connection, subscriber_id: int) -> None:
    """Take away all that a person corrected, in the transaction that erases them."""
    for table in (corrections, resets):
        connection.execute(sa.delete(table).where(table.c.subscriber_id == subscriber_id))


def _mine(table: sa.Table, subscriber_id: int, topic: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (table.c.subscriber_id == subscriber_id, table.c.topic == topic)


def _stays(connection: sa.Connection, subscriber_id: int) -> bool:
    readers = tables.subscribers
    status = connection.scalar(sa.select(readers.c.status).where(readers.c.id == subscriber_id))
    return status not in (None, "left")


def _orphans(connection: sa.Connection, subscriber_ids: Sequence[int]) -> list[Key]:
    """The topics that learned or were corrected, and that these readers have no more."""
    readers, found, kept = tables.subscribers, set[Key](), set[Key]()
    for part in parts(subscriber_ids):
        for table in (corrections, resets, learned):
            query = sa.select(table.c.subscriber_id, table.c.topic).where(table.c.subscriber_id.in_(part))
            found.update((row.subscriber_id, row.topic) for row in connection.execute(query))
        for row in connection.execute(sa.select(readers).where(readers.c.id.in_(part))):
            kept.update((row.id, topic.ref) for topic in membership(row).subscriber.topics)
    return sorted(found - kept)
