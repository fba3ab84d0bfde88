"""What is made now and then out of all papers (artefacts), and what each topic learned: bytes in, bytes out.

All of it follows from other tables and can be made anew; a version or a fingerprint tells of what it was
made. Knows nothing of what the bytes say.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.store.database import parts
from digest.store.tables import subscribers
from digest.store.tables_learning import artefacts, learned

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from digest.store.database import Database


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Something that was made, of what (`version`), and when."""

    version: str
    made_at: dt.datetime
    body: bytes = dataclasses.field(repr=False)


class Learned:
    """Artefacts and learned topics of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def artefact(self, name: str) -> Made | None:
        """What was made under that name last; None for nothing."""
        table = artefacts
        with self._database.read() as connection:
            row = connection.execute(sa.select(table).where(table.c.name == name)).one_or_none()
        return None if row is None else Made(version=row.version, made_at=row.made_at, body=row.body)

    def head(self, name: str) -> Made | None:
        """As `artefact`, without its body."""
        table = artefacts
        query = sa.select(table.c.version, table.c.made_at).where(table.c.name == name)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Made(version=row.version, made_at=row.made_at, body=b"")

    def put_artefact(self, name: str, made: Made) -> None:
        """Keep it in place of what was there."""
        with self._database.begin() as connection:
            connection.execute(sa.delete(artefacts).where(artefacts.c.name == name))
            row = {"name": name, "version": made.version, "made_at": made.made_at, "body": made.body}
            connection.execute(sa.insert(artefacts), row)

    def topics(self, subscriber_ids: Sequence[int]) -> dict[tuple[int, str], Made]:
        """What the topics of these readers learned, by reader and the topic's ref."""
        table = learned
        with self._database.read() as connection:
            return {
                (row.subscriber_id, row.topic): Made(
                    version=row.fingerprint, made_at=row.made_at, body=row.body
                )
                for part in parts(subscriber_ids)
                for row in connection.execute(sa.select(table).where(table.c.subscriber_id.in_(part)))
            }

    def put_topics(self, rows: Iterable[tuple[int, str, Made]]) -> None:
        """Keep what topics learned, in place of what was there, in one transaction; nothing of readers who
        are not there (any more)."""
        by_topic: dict[tuple[int, str], dict[str, Any]] = {
            (subscriber_id, topic): {
                "subscriber_id": subscriber_id,
                "topic": topic,
                "fingerprint": made.version,
                "made_at": made.made_at,
                "body": made.body,
            }
            for subscriber_id, topic, made in rows
        }
        wanted = list(by_topic.values())
        if not wanted:
            return
        table = learned
        with self._database.begin() as connection:
            wanted = _of_readers(connection, wanted)
            if not wanted:
                return
            connection.execute(
                sa.delete(table).where(
                    table.c.subscriber_id == sa.bindparam("reader"), table.c.topic == sa.bindparam("ref")
                ),
                [{"reader": row["subscriber_id"], "ref": row["topic"]} for row in wanted],
            )
            connection.execute(sa.insert(table), wanted)


def _of_readers(connection: sa.Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without those of people who were erased since their topics were read."""
    readers = subscribers.c.id
    there = {
        number
        for part in parts(sorted({row["subscriber_id"] for row in rows}))
        for number in connection.scalars(sa.select(readers).where(readers.in_(part)))
    }
    return [row for row in rows if row["subscriber_id"] in there]


def forget(connection: sa.Connection, subscriber_id: int) -> None:
    """Take away what a person's topics learned, in the transaction that erases them."""
    connection.execute(sa.delete(learned).where(learned.c.subscriber_id == subscriber_id))
