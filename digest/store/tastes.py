"""What readers said that teaches their topics: likes, dislikes, upvotes, words struck out and pinned, resets.
Reads only; `votes` and `corrections` write."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.store.database import parts
from digest.store.tables_learning import corrections, resets
from digest.store.tables_web import likes, upvotes

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from digest.store.database import Database


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One thing that a reader said of a paper: `value` 1 more like this, -1 less, 0 an upvote. `topic` is the
    ref of the topic that it was said for, "" for none."""

    paper_id: int
    topic: str
    value: int
    at: dt.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Taste:
    """All that one reader said, newest first; by the topic's ref, the words struck out of it and pinned to
    it, and up to when what was said is forgotten."""

    said: tuple[Said, ...] = ()
    struck: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict)
    pinned: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict)
    forgotten: Mapping[str, dt.datetime] = dataclasses.field(default_factory=dict)

    @property
    def known(self) -> frozenset[int]:
        """The papers that are no news to the reader: what they liked, and what they want less of."""
        return frozenset(one.paper_id for one in self.said if one.value)


class Tastes:
    """The tastes of one database's readers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, subscriber_ids: Sequence[int]) -> dict[int, Taste]:
        """By reader; one who never said anything is not in it. A fixed number of queries for 500 readers."""
        said: defaultdict[int, list[Said]] = defaultdict(list)
        words: defaultdict[int, defaultdict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
        forgotten: defaultdict[int, dict[str, dt.datetime]] = defaultdict(dict)
        with self._database.read() as connection:
            for part in parts(subscriber_ids):
                for row in connection.execute(sa.select(likes).where(likes.c.subscriber_id.in_(part))):
                    said[row.subscriber_id].append(
                        Said(paper_id=row.paper_id, topic=row.topic, value=row.value, at=row.at)
                    )
                for row in connection.execute(sa.select(upvotes).where(upvotes.c.subscriber_id.in_(part))):
                    said[row.subscriber_id].append(Said(paper_id=row.paper_id, topic="", value=0, at=row.at))
                for row in connection.execute(
                    sa.select(corrections).where(corrections.c.subscriber_id.in_(part))
                ):
                    words[row.subscriber_id][row.topic][row.term] = row.value
                for row in connection.execute(sa.select(resets).where(resets.c.subscriber_id.in_(part))):
                    forgotten[row.subscriber_id][row.topic] = row.at
        return {
            reader: Taste(
                said=tuple(
                    sorted(said[reader], key=lambda one: (one.at, one.paper_id, one.value), reverse=True)
                ),
                struck={topic: _of(found, -1) for topic, found in words[reader].items()},
                pinned={topic: _of(found, 1) for topic, found in words[reader].items()},
                forgotten=forgotten[reader],
            )
            for reader in {*said, *words, *forgotten}
        }


def _of(words: Mapping[str, int], value: int) -> frozenset[str]:
    return frozenset(word for word, found in words.items() if found == value)
