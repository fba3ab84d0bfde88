"""How far each source has been read, what it last said, and when a host may be asked again."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.model import Collection, Notice, Position, SourceStatus
from digest.store import tables

if TYPE_CHECKING:
    import datetime as dt

    from digest.store.database import Database


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """What the last look at a source said."""

    name: str
    title: str
    position: Position
    status: SourceStatus
    error: str | None
    seen: int
    new: int
    checked_at: dt.datetime
    succeeded_at: dt.datetime | None


class Sources:
    """The sources of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def position(self, name: str) -> Position:
        """Where the next look starts."""
        record = self.record(name)
        return Position() if record is None else record.position

    def record(self, name: str) -> SourceRecord | None:
        """The record of a source that was ever looked at."""
        return next((record for record in self.records() if record.name == name), None)

    def records(self) -> list[SourceRecord]:
        """The records of all sources, by name."""
        with self._database.read() as connection:
            return [
                SourceRecord(
                    name=row.name,
                    title=row.title,
                    position=Position(marks=tuple((key, value) for key, value in row.position)),
                    status=row.status,
                    error=row.error,
                    seen=row.seen,
                    new=row.new,
                    checked_at=row.checked_at,
                    succeeded_at=row.succeeded_at,
                )
                for row in connection.execute(sa.select(tables.sources).order_by(tables.sources.c.name))
            ]

    def note(
        self,
        connection: sa.Connection,
        name: str,
        *,
        title: str,
        collection: Collection,
        new: int,
        now: dt.datetime,
    ) -> None:
        """Keep what a look brought, in the transaction that keeps its papers."""
        table = tables.sources
        earlier = connection.execute(
            sa.select(table.c.succeeded_at).where(table.c.name == name)
        ).scalar_one_or_none()
        connection.execute(sa.delete(table).where(table.c.name == name))
        connection.execute(
            sa.insert(table),
            {
                "name": name,
                "title": title,
                "position": [list(mark) for mark in collection.position.marks],
                "status": collection.status,
                "error": collection.error,
                "seen": collection.seen,
                "new": new,
                "checked_at": now,
                "succeeded_at": now if collection.status in ("ok", "quiet") else earlier,
            },
        )

    def notices(self, names: tuple[str, ...]) -> tuple[Notice, ...]:
        """What readers are told: the configured sources whose last look failed or came too early."""
        return tuple(
            Notice(title=record.title, status=record.status)
            for record in self.records()
            if record.name in names and (record.status == "failed" or record.status == "stale")
        )

    def all_failed(self, names: tuple[str, ...]) -> bool:
        """Whether the last look at every one of these sources failed; False where there are none."""
        records = [record for record in self.records() if record.name in names]
        return bool(records) and all(record.status == "failed" for record in records)


class StoredPace:
    """`http.Pace`, kept in the database: politeness outlives a process. By the real clock."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reserve(self, host: str, min_interval_s: float) -> float:
        """Take the host's next free moment; returns the seconds until then."""
        now = time.time()
        if not min_interval_s:  # nothing to keep: no need to wait for another writer
            with self._database.read() as connection:
                return max(0.0, (_free_at(connection, host) or 0.0) - now)
        with self._database.begin() as connection:
            found = _free_at(connection, host)
            start = max(now, found or 0.0)
            _keep(connection, host, start + min_interval_s, known=found is not None)
        return start - now

    def defer(self, host: str, seconds: float) -> None:
        """The host asked not to be asked for so long."""
        with self._database.begin() as connection:
            found = _free_at(connection, host)
            free_at = max(time.time() + seconds, found or 0.0)
            _keep(connection, host, free_at, known=found is not None)


def _free_at(connection: sa.Connection, host: str) -> float | None:
    table = tables.hosts
    found: float | None = connection.scalar(sa.select(table.c.free_at).where(table.c.host == host))
    return found


def _keep(connection: sa.Connection, host: str, free_at: float, *, known: bool) -> None:
    table = tables.hosts
    if known:
        connection.execute(sa.update(table).where(table.c.host == host).values(free_at=free_at))
    else:
        connection.execute(sa.insert(table), {"host": host, "free_at": free_at})
