"""All that is kept about one person, row by row, for the person to read. Changes nothing."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.store import tables
from digest.store.database import parts
from digest.store.ledger import read_history
from digest.store.shown import shown
from digest.store.tables_learning import corrections, library_entries, resets
from digest.store.tables_web import confirmations, likes, notes, upvotes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digest.store.database import Database

Row = dict[str, Any]


class Kept:
    """What one database keeps about its readers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def about(self, subscriber_id: int) -> Row | None:
        """The rows of a reader, by table, with the titles of the papers that they name; None for nobody.
        Keyed hashes, which say nothing to anybody, are left out."""
        readers, deliveries, editions = tables.subscribers, tables.deliveries, tables.editions
        with self._database.read() as connection:
            reader = _all(connection, sa.select(readers).where(readers.c.id == subscriber_id))
            if not reader:
                return None
            address_hash = connection.scalar(
                sa.select(readers.c.address_hash).where(readers.c.id == subscriber_id)
            )
            owed = _all(
                connection,
                sa.select(deliveries)
                .where(deliveries.c.subscriber_id == subscriber_id)
                .order_by(deliveries.c.scheduled_at),
            )
            for one in owed:
                one["history"] = [
                    {"at": at, "state": state, "words": words}
                    for at, state, words in read_history(one["history"])
                ]
            made = _all(
                connection,
                sa.select(editions)
                .where(editions.c.subscriber_id == subscriber_id)
                .order_by(editions.c.made_at),
            )
            for one in made:
                one.pop("papers")
                one["body"] = json.loads(zlib.decompress(one["body"]))
            mine = sa.or_(
                confirmations.c.subscriber_id == subscriber_id,
                sa.and_(confirmations.c.address_hash == address_hash, confirmations.c.email != ""),
            )
            posted = sa.or_(notes.c.subscriber_id == subscriber_id, notes.c.address_hash == address_hash)
            up = _all(connection, sa.select(upvotes).where(upvotes.c.subscriber_id == subscriber_id))
            liked = _all(connection, sa.select(likes).where(likes.c.subscriber_id == subscriber_id))
            held = sa.select(library_entries).where(library_entries.c.subscriber_id == subscriber_id)
            imported = _all(connection, held.order_by(library_entries.c.id))
            listed = tables.suppressions
            seen = sorted(shown(connection, [subscriber_id]).get(subscriber_id, ()))
            named = {row["paper_id"] for row in (*up, *liked)}
            named.update(
                item["paper_id"] for one in made for part in one["body"]["sections"] for item in part["items"]
            )
            return {
                "reader": reader[0],
                "deliveries": owed,
                "events": self._events(connection, [one["id"] for one in owed]),
                "editions": made,
                "papers_shown": seen,
                "upvotes": up,
                "likes": liked,
                "library_entries": imported,
                "corrections": _all(
                    connection,
                    sa.select(corrections)
                    .where(corrections.c.subscriber_id == subscriber_id)
                    .order_by(corrections.c.at, corrections.c.term),
                ),
                "resets": _all(
                    connection,
                    sa.select(resets).where(resets.c.subscriber_id == subscriber_id).order_by(resets.c.at),
                ),
                "confirmations": _all(
                    connection, sa.select(confirmations).where(mine).order_by(confirmations.c.id)
                ),
                "notes": _all(connection, sa.select(notes).where(posted).order_by(notes.c.asked_at)),
                "suppressions": _all(
                    connection,
                    sa.select(listed).where(listed.c.address_hash == address_hash).order_by(listed.c.at),
                ),
                "titles": _titles(connection, named),
            }

    def _events(self, connection: sa.Connection, delivery_ids: list[str]) -> list[Row]:
        events = tables.delivery_events
        return [
            row
            for part in parts(delivery_ids)
            for row in _all(
                connection, sa.select(events).where(events.c.delivery_id.in_(part)).order_by(events.c.id)
            )
        ]


def _all(connection: sa.Connection, query: sa.Select[Any]) -> list[Row]:
    return [_plain(row) for row in connection.execute(query).mappings()]


def _plain(row: sa.RowMapping) -> Row:
    return {str(name): value for name, value in row.items() if name not in ("address_hash", "address_key")}


def _titles(connection: sa.Connection, paper_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Papers' titles and arXiv ids ("" for none)."""
    papers = tables.papers
    query = sa.select(papers.c.id, papers.c.title, papers.c.arxiv_id)
    return {
        row.id: (row.title, row.arxiv_id or "")
        for part in parts(sorted(paper_ids))
        for row in connection.execute(query.where(papers.c.id.in_(part)))
    }
