"""Small facts about the whole library that have no table of their own, by name."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.store import tables

if TYPE_CHECKING:
    from digest.store.database import Database

LOOKED_UP = "looked up"
TICKED = "ticked at"


class Facts:
    """The facts of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def looked_up(self) -> dict[str, str]:
        """arXiv ids that were looked up → the day (ISO) on which."""
        with self._database.read() as connection:
            value = get(connection, LOOKED_UP)
        return {} if value is None else dict(json.loads(value))

    def note_looked_up(self, arxiv_ids: list[str], day: dt.date) -> None:
        """Remember that these ids were looked up, so that they are not asked for again the same day."""
        with self._database.begin() as connection:
            value = get(connection, LOOKED_UP)
            known = {} if value is None else json.loads(value)
            known.update(dict.fromkeys(arxiv_ids, day.isoformat()))
            put(connection, LOOKED_UP, json.dumps(known).encode())

    def ticked_at(self) -> dt.datetime | None:
        """When a run for all readers last came to its end, by the real clock; None: never."""
        with self._database.read() as connection:
            value = get(connection, TICKED)
        return None if value is None else dt.datetime.fromisoformat(value.decode())

    def note_tick(self, at: dt.datetime) -> None:
        """A run for all readers has come to its end."""
        with self._database.begin() as connection:
            put(connection, TICKED, at.astimezone(dt.UTC).isoformat().encode())


def get(connection: sa.Connection, name: str) -> bytes | None:
    """A fact's value."""
    value: bytes | None = connection.scalar(
        sa.select(tables.facts.c.value).where(tables.facts.c.name == name)
    )
    return value


def put(connection: sa.Connection, name: str, value: bytes) -> None:
    """Keep a fact in place of what it was."""
    connection.execute(sa.delete(tables.facts).where(tables.facts.c.name == name))
    connection.execute(sa.insert(tables.facts), {"name": name, "value": value})
