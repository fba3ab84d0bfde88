"""What the ledger comes to, in figures for the operator: counted by day, state, source. Changes nothing.

Each figure is one statement over an index, and grows with the days that are asked for, not with the years
that are kept.
"""

from __future__ import annotations

import collections
import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.model import Held, Tally
from digest.store import tables
from digest.store.ledger import delivery
from digest.store.members import membership

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.model import Delivery, DeliveryState
    from digest.store.database import Database
    from digest.store.members import Membership

SHOWN = 200  # rows of a list
WANTED = 30  # topics that are named; the others are counted together


class FigureBook:
    """The figures of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def papers(self, first: dt.date, last: dt.date) -> list[Tally]:
        """How many papers each source listed on each day (`name`: the source)."""
        table = tables.listings
        query = (
            sa.select(table.c.day, table.c.source, sa.func.count(table.c.paper_id.distinct()).label("many"))
            .where(table.c.day >= first, table.c.day <= last)
            .group_by(table.c.day, table.c.source)
            .order_by(table.c.day, table.c.source)
        )
        with self._database.read() as connection:
            return [Tally(day=row.day, name=row.source, count=row.many) for row in connection.execute(query)]

    def deliveries(self, first: dt.date, last: dt.date) -> list[Tally]:
        """How many deliveries of each day (UTC, of their slot) are in which state (`name`: the state)."""
        table = tables.deliveries
        day = sa.func.date(table.c.scheduled_at)
        query = (
            sa.select(day.label("day"), table.c.state, sa.func.count().label("many"))
            .where(table.c.scheduled_at >= _begin(first), table.c.scheduled_at < _begin(last + _DAY))
            .group_by(day, table.c.state)
            .order_by(day, table.c.state)
        )
        with self._database.read() as connection:
            return [
                Tally(day=_date(row.day), name=row.state, count=row.many) for row in connection.execute(query)
            ]

    def editions(self, first: dt.date, last: dt.date) -> list[Tally]:
        """How many editions were made for the slots of each day (`name`: "editions")."""
        table, editions = tables.deliveries, tables.editions
        day = sa.func.date(table.c.scheduled_at)
        query = (
            sa.select(day.label("day"), sa.func.count().label("many"))
            .join(editions, editions.c.delivery_id == table.c.id)
            .where(table.c.scheduled_at >= _begin(first), table.c.scheduled_at < _begin(last + _DAY))
            .group_by(day)
            .order_by(day)
        )
        with self._database.read() as connection:
            return [
                Tally(day=_date(row.day), name="editions", count=row.many)
                for row in connection.execute(query)
            ]

    def subscribers(self, first: dt.date, last: dt.date) -> list[Tally]:
        """How many there were at the end of each day (`name`: "subscribers"). One who came before this was
        kept was always there; one who was erased never was."""
        table = tables.subscribers
        joined, left = sa.func.date(table.c.joined_at), sa.func.date(table.c.left_at)
        change: collections.Counter[dt.date] = collections.Counter()
        with self._database.read() as connection:
            for column, step in ((joined, 1), (left, -1)):
                query = sa.select(column.label("day"), sa.func.count().label("many")).group_by(column)
                if step < 0:
                    query = query.where(table.c.left_at.is_not(None))
                for row in connection.execute(query):
                    day = dt.date.min if row.day is None else _date(row.day)
                    change[day] += step * row.many
        count = sum(steps for day, steps in change.items() if day < first)
        tallies = []
        for number in range((last - first).days + 1):
            day = first + number * _DAY
            count += change[day]
            tallies.append(Tally(day=day, name="subscribers", count=count))
        return tallies

    def statuses(self) -> dict[str, int]:
        """How many memberships are in which status."""
        table = tables.subscribers
        query = sa.select(table.c.status, sa.func.count().label("many")).group_by(table.c.status)
        with self._database.read() as connection:
            return {row.status: row.many for row in connection.execute(query)}

    def topics(self, *, limit: int = WANTED) -> list[tuple[str, int]]:
        """What most active readers want: the names of topics, case aside, and how many readers have each."""
        table = tables.subscribers
        counts: collections.Counter[str] = collections.Counter()
        spelt: dict[str, str] = {}
        with self._database.read() as connection:
            query = sa.select(table.c.topics).where(table.c.status == "active").order_by(table.c.id)
            for topics in connection.execution_options(yield_per=1000).scalars(query):
                names = {_key(topic["name"]): topic["name"] for topic in topics}
                counts.update(names.keys())
                for key, name in names.items():
                    spelt.setdefault(key, name)
        ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        return [(spelt[key], count) for key, count in ordered[:limit]]

    def held(self, *, limit: int = 100) -> Held:
        """What is uncertain and waits for a decision: how many, and the oldest of them."""
        table = tables.deliveries
        where = table.c.state == "uncertain"
        query = (
            sa.select(table.c.id, table.c.slot, table.c.provider, table.c.updated_at)
            .where(where)
            .order_by(table.c.scheduled_at, table.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            count = connection.scalar(sa.select(sa.func.count()).where(where)) or 0
            rows = tuple(
                (row.id, row.slot, row.provider, row.updated_at) for row in connection.execute(query)
            )
        return Held(count=count, oldest=rows)

    def deliveries_of(
        self, *, day: dt.date | None = None, states: Sequence[DeliveryState] = (), limit: int = SHOWN
    ) -> list[tuple[Delivery, str]]:
        """Deliveries of the slots of a day, in one of these states, newest first, each with its address."""
        table, readers = tables.deliveries, tables.subscribers
        query = sa.select(table, readers.c.email).join(
            readers, readers.c.id == table.c.subscriber_id, isouter=True
        )
        if day is not None:
            query = query.where(
                table.c.scheduled_at >= _begin(day), table.c.scheduled_at < _begin(day + _DAY)
            )
        if states:
            query = query.where(table.c.state.in_(states))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(table.c.scheduled_at.desc(), table.c.id).limit(limit))
            return [(delivery(row), row.email or "") for row in rows]

    def readers(self, *, status: str = "", topic: str = "", limit: int = SHOWN) -> list[Membership]:
        """Memberships in a status, or the active ones with a topic of that name (case aside), by address."""
        table = tables.subscribers
        query = sa.select(table).order_by(table.c.address_key)
        if topic:
            query = query.where(table.c.status == "active")
        elif status:
            query = query.where(table.c.status == status)
        found: list[Membership] = []
        with self._database.read() as connection:
            for row in connection.execution_options(yield_per=1000).execute(query):
                if not topic or any(_key(one["name"]) == _key(topic) for one in row.topics):
                    found.append(membership(row))
                if len(found) == limit:
                    break
        return found


_DAY = dt.timedelta(days=1)


def _begin(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)


def _key(name: str) -> str:
    """What makes two names of topics one."""
    return " ".join(name.split()).casefold()


def _date(value: dt.date | str) -> dt.date:
    """SQLite says a date in words, PostgreSQL as one."""
    return dt.date.fromisoformat(value) if isinstance(value, str) else value
