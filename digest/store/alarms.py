"""What the operator was told of, and the ledger's own signs of trouble. Noted before it is told, like a
delivery that is claimed before it is sent: a crash between the two costs one word, never one mail a run.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.core.alarms import DAY, LATE, Alarm, Heap, News, news
from digest.store import tables
from digest.store.database import insert_new
from digest.store.facts import get, put
from digest.store.ledger import OPEN

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from digest.core.alarms import Trouble
    from digest.store.database import Database

QUIET = "operator left alone until"  # a fact: when the operator's mail may be tried again


class Alarms:
    """The alarms of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(
        self,
        wrong: Sequence[Trouble],
        *,
        unsure: Collection[str] = (),
        now: dt.datetime,
        clock: dt.datetime,
    ) -> News:
        """What to tell of this now; from here on it counts as told, unless it is taken back. Nothing while
        a mail that was refused shall not be tried again: then it is only remembered."""
        table = tables.alarms
        with self._database.begin() as connection:
            known = [
                Alarm(name=row.name, since=row.since, words=row.words, told_at=row.told_at)
                for row in connection.execute(sa.select(table).order_by(table.c.name))
            ]
            found = news(wrong, known, unsure=unsure, now=now)
            until = get(connection, QUIET)
            quiet = until is not None and dt.datetime.fromisoformat(until.decode()) > clock
            told = tuple(dataclasses.replace(alarm, told_at=clock) for alarm in found.begun)
            kept = [*found.begun, *found.missed, *found.mended] if quiet else told
            after = sorted([*found.standing, *kept], key=lambda alarm: alarm.name)
            if after != known:
                connection.execute(sa.delete(table))
                for alarm in after:
                    connection.execute(sa.insert(table), dataclasses.asdict(alarm))
        return News(standing=tuple(after)) if quiet else dataclasses.replace(found, begun=told)

    def take_back(self, untold: News, *, until: dt.datetime) -> None:
        """The mail was provably not accepted: its news is news again, and not tried before `until`."""
        table = tables.alarms
        with self._database.begin() as connection:
            for alarm in untold.begun:
                connection.execute(
                    sa.update(table)
                    .where(table.c.name == alarm.name, table.c.told_at == alarm.told_at)
                    .values(told_at=None)
                )
            for alarm in (*untold.missed, *untold.mended):
                insert_new(connection, table, dataclasses.asdict(alarm))
            put(connection, QUIET, until.isoformat().encode())

    def late(self, *, now: dt.datetime) -> Heap:
        """What is open although its time was LATE ago. A mailbox that is full keeps no morning."""
        table = tables.deliveries
        return self._heap(
            table.c.scheduled_at, table.c.state.in_(OPEN), table.c.scheduled_at <= now - LATE, ~table.c.soft
        )

    def expired(self, *, clock: dt.datetime) -> Heap:
        """What expired unsent within the last DAY, by the real clock."""
        table = tables.deliveries
        return self._heap(
            table.c.updated_at,
            table.c.state == "expired",
            table.c.updated_at > clock - DAY,
            ~table.c.soft,
            ~table.c.maybe_sent,
        )

    def uncertain(self) -> Heap:
        """What waits for a person's word."""
        table = tables.deliveries
        return self._heap(table.c.updated_at, table.c.state == "uncertain")

    def _heap(self, since: sa.Column[dt.datetime], *conditions: sa.ColumnElement[bool]) -> Heap:
        table = tables.deliveries
        oldest = sa.select(table.c.reason, since.label("since")).where(*conditions).order_by(since).limit(1)
        with self._database.read() as connection:
            row = connection.execute(oldest).one_or_none()
            if row is None:
                return Heap()
            count = connection.scalar(sa.select(sa.func.count()).select_from(table).where(*conditions))
        return Heap(count=count or 0, since=row.since, reason=row.reason)
