"""Editions as they were frozen, and what each reader has been shown."""

from __future__ import annotations

import dataclasses
from array import array
from typing import TYPE_CHECKING

import sqlalchemy as sa
from pydantic import TypeAdapter

from digest.model import Edition
from digest.store import tables
from digest.store.database import parts
from digest.store.ledger import is_behind, move

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from digest.store.database import Database

_EDITION = TypeAdapter(Edition)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """An edition as it was made, and when."""

    edition: Edition
    made_at: dt.datetime


class Editions:
    """The editions of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def freeze(
        self,
        editions: Sequence[tuple[str, int, Edition]],
        *,
        skipped: Sequence[str] = (),
        suppressed: Sequence[str] = (),
        cut_off: int,
        made_at: dt.datetime,
        now: dt.datetime,
    ) -> int:
        """Keep editions (delivery id, subscriber id, edition) and turn their deliveries from planned to
        composed, those with nothing to say to skipped, those of readers who have left or paused to
        suppressed, in one transaction. What another process has composed in the meantime stays.
        Returns how many editions were kept."""
        kept = 0
        with self._database.begin() as connection:
            table = tables.deliveries
            reason = "the reader has left or paused"
            move(connection, ("planned",), "suppressed", table.c.id.in_(suppressed), now=now, reason=reason)
            words = "nothing new for them"
            move(
                connection, ("planned",), "skipped", table.c.id.in_(skipped), now=now, words=words,
                cut_off=cut_off,
            )  # fmt: skip
            ids = [delivery_id for delivery_id, _, _ in editions]
            composed = set(
                move(connection, ("planned",), "composed", table.c.id.in_(ids), now=now, cut_off=cut_off)
            )
            for delivery_id, subscriber_id, edition in editions:
                if delivery_id in composed:
                    kept += 1
                    connection.execute(
                        sa.insert(tables.editions),
                        {
                            "delivery_id": delivery_id,
                            "subscriber_id": subscriber_id,
                            "made_at": made_at,
                            "papers": _pack(item.paper_id for item in edition.items),
                            "body": _EDITION.dump_json(edition).decode(),
                        },
                    )
        return kept

    def by_delivery(self, delivery_ids: Sequence[str]) -> dict[str, Frozen]:
        """Frozen editions by the delivery that carries them."""
        table = tables.editions
        with self._database.read() as connection:
            return {
                row.delivery_id: Frozen(edition=_EDITION.validate_json(row.body), made_at=row.made_at)
                for part in parts(delivery_ids)
                for row in connection.execute(sa.select(table).where(table.c.delivery_id.in_(part)))
            }

    def cut_offs(self, subscriber_ids: Sequence[int]) -> dict[int, int]:
        """For each reader, the last listing that an edition of theirs has dealt with; none: not in it."""
        table = tables.deliveries
        with self._database.read() as connection:
            return {
                row.subscriber_id: row.cut_off
                for part in parts(subscriber_ids)
                for row in connection.execute(
                    sa.select(table.c.subscriber_id, sa.func.max(table.c.cut_off).label("cut_off"))
                    .where(table.c.subscriber_id.in_(part), is_behind())
                    .where(table.c.cut_off.is_not(None))
                    .group_by(table.c.subscriber_id)
                )
            }

    def shown(self, subscriber_ids: Sequence[int]) -> dict[int, frozenset[int]]:
        """For each reader, the papers of all their editions that left, may have left, or are about to."""
        editions, deliveries = tables.editions, tables.deliveries
        found: dict[int, set[int]] = {}
        with self._database.read() as connection:
            for part in parts(subscriber_ids):
                rows = connection.execute(
                    sa.select(editions.c.subscriber_id, editions.c.papers)
                    .join(deliveries, deliveries.c.id == editions.c.delivery_id)
                    .where(editions.c.subscriber_id.in_(part), is_behind())
                )
                for row in rows:
                    found.setdefault(row.subscriber_id, set()).update(_unpack(row.papers))
        return {subscriber_id: frozenset(papers) for subscriber_id, papers in found.items()}


def _pack(ids: Iterable[int]) -> bytes:
    return array("I", ids).tobytes()


def _unpack(packed: bytes) -> array[int]:
    ids = array("I")
    ids.frombytes(packed)
    return ids
