"""Readers who pause, and come back: by themselves at their time, by a word, or after they had left.

Whoever comes back gets the next slot after that moment, not one whose hour was before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.store import tables
from digest.store.confirmations import suppressed_for
from digest.store.members import latest, set_values
from digest.store.suppressions import is_suppressed, lift

if TYPE_CHECKING:
    import datetime as dt

    from digest.model import SuppressionCause
    from digest.store.database import Database


class Pauses:
    """Who pauses in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pause(self, subscriber_id: int, *, until: dt.datetime | None) -> bool:
        """No mail for a reader until then, or until they resume; False for one who has left."""
        table = tables.subscribers
        with self._database.begin() as connection:
            return bool(
                connection.execute(
                    sa.update(table)
                    .where(table.c.id == subscriber_id, table.c.status.in_(("active", "paused")))
                    .values(status="paused", paused_until=until)
                ).rowcount
            )

    def resume(self, subscriber_id: int, *, at: dt.datetime) -> bool:
        """Mail again for a reader who paused; False for anybody else."""
        with self._database.begin() as connection:
            row = _find(connection, subscriber_id)
            if row is None or row.status != "paused":
                return False
            _wake(connection, row, at=at)
            return True

    def wake(self, *, now: dt.datetime) -> int:
        """Bring back those whose pause is over, but for the suppressed; returns how many."""
        table = tables.subscribers
        over = (table.c.status == "paused", table.c.paused_until <= now, ~is_suppressed(table.c.address_hash))
        with self._database.read() as connection:
            if connection.scalar(sa.select(table.c.id).where(*over).limit(1)) is None:
                return 0
        with self._database.begin() as connection:
            rows = connection.execute(sa.select(table).where(*over)).all()
            for row in rows:
                _wake(connection, row, at=row.paused_until)
        return len(rows)

    def come_back(
        self, subscriber_id: int, *, at: dt.datetime, evidence: str
    ) -> list[SuppressionCause] | None:
        """Mail again for a reader who had left, with their new consent: []. Nothing changes where the address
        is suppressed for other causes, which are returned; nor where there is no such reader: None."""
        with self._database.begin() as connection:
            row = _find(connection, subscriber_id)
            if row is None:
                return None
            others: list[SuppressionCause] = sorted(
                cause for cause in suppressed_for(connection, row.address_hash) if cause != "unsubscribe"
            )
            if others:
                return others
            if row.status in ("left", "unlisted"):
                lift(connection, row.address_hash, cause="unsubscribe")
                consent = {"agreed_at": at, "agreed_where": evidence, "joined_at": at, "origin": "web"}
                set_values(connection, row.id, **consent)
                _wake(connection, row, at=at)
            elif row.status == "paused":
                _wake(connection, row, at=at)
            return []


def _find(connection: sa.Connection, subscriber_id: int) -> sa.Row[Any] | None:
    table = tables.subscribers
    return connection.execute(sa.select(table).where(table.c.id == subscriber_id)).one_or_none()


def _wake(connection: sa.Connection, row: sa.Row[Any], *, at: dt.datetime) -> None:
    set_values(
        connection,
        row.id,
        status="active",
        left_at=None,
        paused_until=None,
        next_due_at=None,
        last_scheduled_at=latest(row.last_scheduled_at, at),
    )
