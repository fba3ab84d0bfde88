"""What each reader has been shown: ids, packed, first with the edition that showed them, later in one row.

An edition's ids come into its reader's row (`remember`) once it is old enough, and are then taken from the
edition: what a run must read of a reader is one row and a few weeks, however many years they stay.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.store import tables
from digest.store.database import parts
from digest.store.ledger import is_behind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence


def shown(
    connection: sa.Connection, subscriber_ids: Sequence[int], *, among: Collection[int] | None = None
) -> dict[int, frozenset[int]]:
    """For each reader, the papers of their editions that left, may have left, or are about to; with `among`,
    only those of these. A reader to whom none were shown is not in it."""
    editions, deliveries = tables.editions, tables.deliveries
    pick = _everything if among is None else _Among(among)
    found: dict[int, set[int]] = {}
    for part in parts(subscriber_ids):
        recent = connection.execute(
            sa.select(editions.c.subscriber_id, editions.c.papers)
            .join(deliveries, deliveries.c.id == editions.c.delivery_id)
            .where(editions.c.subscriber_id.in_(part), holds_papers(), is_behind())
        )
        packed: dict[int, bytes] = {}
        for row in recent:
            packed[row.subscriber_id] = packed.get(row.subscriber_id, b"") + row.papers
        for subscriber_id, papers in [*packed.items(), *_rows(connection, part).items()]:
            found.setdefault(subscriber_id, set()).update(pick(papers))
    return {subscriber_id: frozenset(ids) for subscriber_id, ids in found.items() if ids}


def remember(connection: sa.Connection, shown: Mapping[int, Collection[int]]) -> None:
    """Add these papers (by reader) to the readers' rows, in the caller's transaction."""
    table = tables.shown_papers
    readers = sorted(subscriber_id for subscriber_id, ids in shown.items() if ids)
    for part in parts(readers):
        known = _rows(connection, part)
        connection.execute(sa.delete(table).where(table.c.subscriber_id.in_(part)))
        connection.execute(
            sa.insert(table),
            [
                {
                    "subscriber_id": subscriber_id,
                    "papers": pack(sorted({*unpack(known.get(subscriber_id, b"")), *shown[subscriber_id]})),
                }
                for subscriber_id in part
            ],
        )


def holds_papers() -> sa.ColumnElement[bool]:
    """The condition that an edition's papers are in no row yet. Literally the one of the index
    `editions_to_remember`, which SQLite would not use otherwise."""
    return sa.func.length(tables.editions.c.papers) > sa.literal_column("0")


def pack(ids: Iterable[int]) -> bytes:
    """Ids as they are kept: 4 bytes each."""
    return array("I", ids).tobytes()


def unpack(packed: bytes) -> array[int]:
    """The ids of a packed row."""
    ids = array("I")
    ids.frombytes(packed)
    return ids


def _rows(connection: sa.Connection, subscriber_ids: Sequence[int]) -> dict[int, bytes]:
    table = tables.shown_papers
    rows = connection.execute(sa.select(table).where(table.c.subscriber_id.in_(subscriber_ids)))
    return {row.subscriber_id: row.papers for row in rows}


def _everything(packed: bytes) -> Iterable[int]:
    return unpack(packed)


class _Among:
    """Picks out of packed ids those that are wanted: the ids are of years, what is wanted of a week."""

    def __init__(self, wanted: Collection[int]) -> None:
        import numpy as np

        self._numpy = np
        self._is_wanted = np.zeros(max(wanted, default=0) + 1, dtype=bool)
        self._is_wanted[list(wanted)] = True

    def __call__(self, packed: bytes) -> Iterable[int]:
        ids = self._numpy.frombuffer(packed, dtype=self._numpy.uint32)
        ids = ids[ids < len(self._is_wanted)]
        found: list[int] = ids[self._is_wanted[ids]].tolist()
        return found
