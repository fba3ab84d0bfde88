"""What is past, taken away in small steps. Each method is one step: one short transaction of at most `limit`
rows, which says how much it did.

What stays for ever: what each reader has been shown, each paper's title, authors, names and days, which
listings were read, who is suppressed. A delivery that is not settled stays with all that its mail needs,
however old it is, and so does the newest of each reader that moved their cut-off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.store import facts, gists, tables, terms, vectors
from digest.store.database import parts
from digest.store.ledger import OPEN, is_behind
from digest.store.shown import holds_papers, remember, unpack

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Sequence

    from digest.model import DeliveryState
    from digest.store.database import Database

UNSETTLED: tuple[DeliveryState, ...] = (*OPEN, "uncertain")
SWEPT = "papers swept"  # the fact: up to which id
SWEEP = 10  # papers are looked at, for one that may be emptied


class Pruning:
    """The broom of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def remember(self, *, made_before: dt.datetime, overdue: dt.datetime, limit: int) -> int:
        """Move what editions made before then have shown into their readers' rows, for at most `limit`
        readers with an edition older than `overdue`; returns for how many.

        The two times differ so that a reader's row, which grows with the years, is not written every day.
        """
        editions, deliveries = tables.editions, tables.deliveries
        settled = deliveries.c.state.not_in(UNSETTLED)
        joined = editions.join(deliveries, deliveries.c.id == editions.c.delivery_id)
        due = (
            sa.select(editions.c.subscriber_id)
            .select_from(joined)
            .where(holds_papers(), editions.c.made_at < overdue, settled)
            .distinct()
            .limit(limit)
        )
        with self._database.read() as connection:
            readers = connection.scalars(due).all()
        if not readers:
            return 0
        with self._database.begin() as connection:
            ids = [
                row.id
                for part in parts(readers)
                for row in connection.execute(
                    sa.select(deliveries.c.id)
                    .select_from(joined)
                    .where(editions.c.subscriber_id.in_(part), holds_papers())
                    .where(editions.c.made_at < made_before, settled)
                )
            ]
            _remember(connection, ids)
            for part in parts(ids):
                connection.execute(
                    sa.update(editions).where(editions.c.delivery_id.in_(part)).values(papers=b"")
                )
        return len(readers)

    def deliveries(self, *, before: dt.datetime, limit: int) -> int:
        """Take away settled deliveries of slots before then, with their editions and events; returns how
        many. What they showed is remembered first."""
        table = tables.deliveries
        with self._database.read() as connection:
            ids = connection.scalars(old_deliveries_query(before=before, limit=limit)).all()
        if not ids:
            return 0
        gone = 0
        with self._database.begin() as connection:
            for part in parts(ids):
                # Read again: another process may have changed what was only looked at.
                some = connection.scalars(
                    sa.select(table.c.id).where(table.c.id.in_(part), *_is_past(before))
                ).all()
                _remember(connection, some)
                events, editions = tables.delivery_events, tables.editions
                connection.execute(sa.delete(events).where(events.c.delivery_id.in_(some)))
                connection.execute(sa.delete(editions).where(editions.c.delivery_id.in_(some)))
                connection.execute(sa.delete(table).where(table.c.id.in_(some)))
                gone += len(some)
        return gone

    def events(self, *, before: dt.datetime, limit: int) -> int:
        """Take away events that came before then, of whatever delivery; returns how many."""
        events = tables.delivery_events
        # By id, the order in which they came: what may go is at the beginning.
        first = sa.select(events.c.id, events.c.received_at).order_by(events.c.id).limit(limit)
        with self._database.read() as connection:
            ids = [row.id for row in connection.execute(first) if row.received_at < before]
        if ids:
            with self._database.begin() as connection:
                for part in parts(ids):
                    connection.execute(sa.delete(events).where(events.c.id.in_(part)))
        return len(ids)

    def papers(self, *, before: dt.date, keep: Collection[str] = (), limit: int) -> int:
        """Empty papers that were last listed before that day, and forget what they said in earlier
        revisions; `keep` names arXiv ids that keep their words. Returns how many were looked at.

        Goes through the library from where it stopped the last time, and begins anew at its end: a paper
        that got its words back by a late replacement is found the next time round.
        """
        with self._database.read() as connection:
            oldest = connection.scalar(sa.select(sa.func.min(tables.listings.c.day)))
            if oldest is None or oldest >= before:
                return 0
            start = int(facts.get(connection, SWEPT) or 0)
            last = connection.scalar(sa.select(sa.func.max(tables.papers.c.id))) or 0
            rows = connection.execute(
                sa.select(tables.papers.c.id, tables.papers.c.arxiv_id)
                .where(tables.papers.c.id > start, *_is_old(before))
                .where(tables.papers.c.id <= start + SWEEP * limit)
                .order_by(tables.papers.c.id)
                .limit(limit)
            ).all()
        end = rows[-1].id if len(rows) == limit else start + SWEEP * limit
        kept = set(keep)
        ids = [row.id for row in rows if row.arxiv_id not in kept]
        with self._database.begin() as connection:
            _empty(connection, ids, before=before)
            facts.put(connection, SWEPT, str(0 if end >= last else end).encode())
        return len(rows)


def old_deliveries_query(*, before: dt.datetime, limit: int) -> sa.Select[tuple[str]]:
    """The statement that finds what may go, oldest first: walks an index, sorts nothing."""
    table = tables.deliveries
    return sa.select(table.c.id).where(*_is_past(before)).order_by(table.c.scheduled_at).limit(limit)


def _is_past(before: dt.datetime) -> Iterable[sa.ColumnElement[bool]]:
    table = tables.deliveries
    newer = table.alias("newer")
    moved_further = (
        sa.exists()
        .where(newer.c.subscriber_id == table.c.subscriber_id, newer.c.scheduled_at > table.c.scheduled_at)
        .where(newer.c.cut_off.is_not(None), is_behind(newer))
    )
    return (
        table.c.scheduled_at < before,
        table.c.state.not_in(UNSETTLED),
        sa.or_(table.c.cut_off.is_(None), ~is_behind(), moved_further),
    )


def _remember(connection: sa.Connection, delivery_ids: Sequence[str]) -> None:
    """Take over what these deliveries' editions showed, where it is behind their readers."""
    editions, deliveries = tables.editions, tables.deliveries
    shown: dict[int, set[int]] = {}
    for part in parts(delivery_ids):
        rows = connection.execute(
            sa.select(editions.c.subscriber_id, editions.c.papers)
            .join(deliveries, deliveries.c.id == editions.c.delivery_id)
            .where(editions.c.delivery_id.in_(part), holds_papers(), is_behind())
        )
        for row in rows:
            shown.setdefault(row.subscriber_id, set()).update(unpack(row.papers))
    remember(connection, shown)


def _is_old(before: dt.date) -> Iterable[sa.ColumnElement[bool]]:
    """The conditions that a paper has words, and was last listed before that day. (What turned out to be
    another paper handed its listings over to that one.)"""
    papers, listings = tables.papers, tables.listings
    work = sa.func.coalesce(papers.c.merged_into, papers.c.id)
    has_words = sa.or_(
        papers.c.abstract != "", papers.c.gist.is_not(None), papers.c.thumbnail_url.is_not(None)
    )
    listed_since = sa.exists().where(listings.c.paper_id == work, listings.c.day >= before)
    return has_words, papers.c.first_listed < before, ~listed_since


def _needed(connection: sa.Connection) -> set[int]:
    """The papers of mails that may still be sent, however old they are."""
    editions, deliveries = tables.editions, tables.deliveries
    packed = connection.scalars(
        sa.select(editions.c.papers)
        .join(deliveries, deliveries.c.id == editions.c.delivery_id)
        .where(deliveries.c.state.in_(UNSETTLED))
    )
    return {paper for papers in packed for paper in unpack(papers)}


def _empty(connection: sa.Connection, ids: Sequence[int], *, before: dt.date) -> None:
    """Take these papers out and put them back without their words, and out of the indexes likewise: they are
    found by title, authors and category from then on. (Rows that an UPDATE makes shorter leave SQLite's pages
    as they are, half empty and of use to no other row.)"""
    papers, revisions = tables.papers, tables.paper_revisions
    needed = _needed(connection)
    nothing = {"abstract": "", "gist": None, "thumbnail_url": None}
    for part in parts([paper_id for paper_id in ids if paper_id not in needed]):
        found = connection.execute(
            sa.select(papers).where(papers.c.id.in_(part), *_is_old(before)).order_by(papers.c.id)
        )
        rows = [{**row, **nothing} for row in found.mappings()]
        if rows:
            emptied = [row["id"] for row in rows]
            connection.execute(sa.delete(papers).where(papers.c.id.in_(emptied)))
            connection.execute(sa.insert(papers), rows)
            connection.execute(sa.delete(revisions).where(revisions.c.paper_id.in_(emptied)))
            gists.forget(connection, emptied)  # editions hold what they said of them
            titles = {row["id"]: row["title"] for row in rows if row["merged_into"] is None}
            said = {paper_id: terms.terms_of_paper(title, "") for paper_id, title in titles.items()}
            terms.keep(connection, said)
            vectors.forget(connection, emptied)
