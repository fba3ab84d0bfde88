"""A sample of the papers of some days: what a score is measured against. Reads only.

The same papers day by day but for those that come and go at the ends, so that scores are stable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.store import tables
from digest.store.database import parts
from digest.store.rows import read_paper

if TYPE_CHECKING:
    import datetime as dt

    from digest.model import Paper
    from digest.store.database import Database

# Numbers are spread by a multiplication (Knuth, The Art of Computer Programming, 6.4), so that a sample of
# the smallest is one of all days.
_FACTOR, _SPAN = 2_654_435_761, 2**32


class Background:
    """The sample of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, *, since: dt.date) -> int:
        """How many papers there are to draw from."""
        table = tables.papers
        query = sa.select(sa.func.count()).where(table.c.first_listed >= since, table.c.merged_into.is_(None))
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    def sample(self, *, since: dt.date, limit: int) -> list[Paper]:
        """At most `limit` papers that were first listed on that day or later, by number."""
        table = tables.papers
        ids = sa.select(table.c.id).where(table.c.first_listed >= since, table.c.merged_into.is_(None))
        with self._database.read() as connection:
            # Read before they are drawn: a few bytes for each paper of the days.
            drawn = sorted(connection.scalars(ids), key=lambda number: number * _FACTOR % _SPAN)[:limit]
            return [
                read_paper(row)
                for part in parts(sorted(drawn))
                for row in connection.execute(
                    sa.select(table).where(table.c.id.in_(part)).order_by(table.c.id)
                )
            ]
