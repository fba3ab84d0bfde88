"""Editions as they were frozen, and what each reader has been shown."""

from __future__ import annotations

import dataclasses
import zlib
from typing import TYPE_CHECKING

import sqlalchemy as sa
from pydantic import TypeAdapter

from digest.model import Edition
from digest.store import tables
from digest.store.database import parts
from digest.store.gists import restored, with_gists
from digest.store.ledger import is_behind, move
from digest.store.shown import pack, shown

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence

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
                            "papers": pack(item.paper_id for item in edition.items),
                            "body": _packed(edition),
                        },
                    )
        return kept

    def by_delivery(self, delivery_ids: Sequence[str]) -> dict[str, Frozen]:
        """Frozen editions by the delivery that carries them."""
        table = tables.editions
        with self._database.read() as connection:
            rows = [
                row
                for part in parts(delivery_ids)
                for row in connection.execute(sa.select(table).where(table.c.delivery_id.in_(part)))
            ]
            editions = unpacked(connection, [row.body for row in rows])
        return {
            row.delivery_id: Frozen(edition=edition, made_at=row.made_at)
            for row, edition in zip(rows, editions, strict=True)
        }

    def cut_offs(self, subscriber_ids: Sequence[int]) -> dict[int, int]:
        """For each reader, the last listing that an edition of theirs has dealt with; none: not in it."""
        table, readers = tables.deliveries, tables.subscribers
        # A reader's slots are planned and composed in their order: the newest has seen the most.
        newest = (
            sa.select(table.c.cut_off)
            .where(table.c.subscriber_id == readers.c.id, is_behind(), table.c.cut_off.is_not(None))
            .order_by(table.c.scheduled_at.desc())
            .limit(1)
            .scalar_subquery()
        )
        with self._database.read() as connection:
            return {
                row.id: row.cut_off
                for part in parts(subscriber_ids)
                for row in connection.execute(
                    sa.select(readers.c.id, newest.label("cut_off")).where(readers.c.id.in_(part))
                )
                if row.cut_off is not None
            }

    def shown(
        self, subscriber_ids: Sequence[int], *, among: Collection[int] | None = None
    ) -> dict[int, frozenset[int]]:
        """For each reader, the papers of all their editions that left, may have left, or are about to;
        `among`: only those of these papers, which costs less the longer a reader has been one."""
        with self._database.read() as connection:
            return shown(connection, subscriber_ids, among=among)


def _packed(edition: Edition) -> bytes:
    """A model's sentences stand in `gists`, once for all readers: here only whose they are."""
    if any(item.gist for item in edition.items):
        edition = with_gists(edition, lambda _, gist: dataclasses.replace(gist, text=""))
    return zlib.compress(_EDITION.dump_json(edition, exclude_none=True))


def unpacked(connection: sa.Connection, bodies: Sequence[bytes]) -> list[Edition]:
    """Editions as the table keeps them, with the sentences that they were frozen with."""
    return restored(connection, [_EDITION.validate_json(zlib.decompress(body)) for body in bodies])
