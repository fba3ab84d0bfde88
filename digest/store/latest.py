"""The question behind `digest deliveries list`: states and a reader in, a statement out. Sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.store import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.model import DeliveryState


def latest_query(
    states: Sequence[DeliveryState], *, subscriber_id: int | None, limit: int | None
) -> sa.Select[Any] | sa.CompoundSelect[Any]:
    """The statement behind `Deliveries.latest`: walks an index from its newest end, and sorts at most what
    one reader ever got."""
    table, readers = tables.deliveries, tables.subscribers
    query = sa.select(*(column for column in table.c if column is not table.c.history), readers.c.email).join(
        readers, readers.c.id == table.c.subscriber_id, isouter=True
    )
    newest_first = table.c.scheduled_at.desc()
    if subscriber_id is not None:
        query = query.where(table.c.subscriber_id == subscriber_id)
        wanted = table.c.state.in_(states) if states else sa.true()
        return query.where(wanted).order_by(newest_first).limit(limit)
    if len(states) < 2:
        conditions = [table.c.state == state for state in states]
        return query.where(*conditions).order_by(newest_first).limit(limit)
    # With IN, SQLite would sort all that are in those states; parts of one order each it merges as it goes.
    of_each = [query.where(table.c.state == state) for state in dict.fromkeys(states)]
    return sa.union_all(*of_each).order_by(sa.desc("scheduled_at")).limit(limit)
