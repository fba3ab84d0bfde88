"""A reader's past editions: which of them left, and what a link to one of them leads to. Never writes."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from digest.store import tables
from digest.store.editions import Frozen, unpacked
from digest.store.ledger import TOLD, delivery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.model import Delivery, DeliveryState, Edition
    from digest.store.database import Database
    from digest.store.hashes import Hashes

# In these the mail has left, or may have: what the reader may hold, and so may see again.
LEFT: tuple[DeliveryState, ...] = ("sending", "uncertain", "abandoned", *TOLD)
REACH = dt.timedelta(days=3660)  # so far back a link is known to have been ours

# kept: it left, and its words are here. unsent: it has not left, or never did. gone: it was taken away for
# its age. unknown: it is none of this reader's.
Fate = Literal["kept", "unsent", "gone", "unknown"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An edition that left, and what became of it."""

    delivery: Delivery
    frozen: Frozen


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a link to an edition leads to: `past` where it is kept, `delivery` where it is unsent."""

    fate: Fate
    past: Past | None = None
    delivery: Delivery | None = None


class Archive:
    """The past editions of one database."""

    def __init__(self, database: Database, hashes: Hashes) -> None:
        self._database = database
        self._hashes = hashes

    def past(self, subscriber_id: int, *, limit: int, offset: int = 0) -> tuple[list[Past], int]:
        """Some of a reader's editions that left, or may have, newest slot first; and how many there are."""
        table, editions = tables.deliveries, tables.editions
        joined = table.join(editions, editions.c.delivery_id == table.c.id)
        mine = (table.c.subscriber_id == subscriber_id, has_left())
        query = (
            sa.select(table, editions.c.body, editions.c.made_at)
            .select_from(joined)
            .where(*mine)
            .order_by(table.c.scheduled_at.desc())
            .limit(max(0, limit))
            .offset(max(0, offset))
        )
        count = sa.select(sa.func.count()).select_from(joined).where(*mine)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
            total = int(connection.scalar(count) or 0)
            frozen = unpacked(connection, [row.body for row in rows])
        return [_past(row, edition) for row, edition in zip(rows, frozen, strict=True)], total

    def find(self, subscriber_id: int, delivery_id: str, *, now: dt.datetime) -> Found:
        """What this reader's link to that delivery leads to."""
        table, editions = tables.deliveries, tables.editions
        query = (
            sa.select(table, has_left().label("left"), editions.c.body, editions.c.made_at)
            .select_from(table.outerjoin(editions, editions.c.delivery_id == table.c.id))
            .where(table.c.id == delivery_id)
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
            kept = unpacked(connection, [row.body] if row is not None and row.body is not None else [])
        if row is None:
            return Found(fate="gone" if self._was_ours(subscriber_id, delivery_id, now=now) else "unknown")
        if row.subscriber_id != subscriber_id:
            return Found(fate="unknown")
        if not row.left:
            return Found(fate="unsent", delivery=delivery(row))
        if not kept:
            return Found(fate="gone")
        return Found(fate="kept", past=_past(row, kept[0]))

    def _was_ours(self, subscriber_id: int, delivery_id: str, *, now: dt.datetime) -> bool:
        """Whether a slot of this reader has that id, although no row of the ledger does any more.

        An id is a hash of reader and slot: those of ten years are tried, which takes some milliseconds.
        """
        return any(
            self._hashes.delivery(subscriber_id, key) == delivery_id
            for key in _keys((now - REACH).date(), (now + dt.timedelta(days=1)).date())
        )


def has_left() -> sa.ColumnElement[bool]:
    """The condition that a delivery has left, or may have."""
    table = tables.deliveries
    return sa.or_(table.c.state.in_(LEFT), table.c.maybe_sent)


def _past(row: sa.Row[Any], edition: Edition) -> Past:
    return Past(delivery=delivery(row), frozen=Frozen(edition=edition, made_at=row.made_at))


def _keys(first: dt.date, last: dt.date) -> Iterator[str]:
    """The keys of all slots of these days, newest first: of days, weeks and months."""
    for back in range((last - first).days + 1):
        day = last - dt.timedelta(days=back)
        yield day.isoformat()
        if day.weekday() == 0 or not back:
            year, week, _ = day.isocalendar()
            yield f"{year:04}-W{week:02}"
        if day.day == 1 or not back:
            yield f"{day.year:04}-{day.month:02}"
