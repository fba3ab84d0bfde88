"""What a database says of its deliveries, read without a line of the program that wrote it."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_QUERY = """
    SELECT deliveries.id, slot, state, history, subscriber_id, email, owner
    FROM deliveries JOIN subscribers ON subscribers.id = deliveries.subscriber_id
"""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One delivery."""

    id: str
    slot: str
    state: str
    history: tuple[tuple[str, str, str], ...]  # when, to which state, words
    reader_id: int
    email: str
    owner: str  # the process that sent it last

    @property
    def story(self) -> str:
        """Its history, for people."""
        lines = "".join(f"\n    {when}  {state:<10} {words}" for when, state, words in self.history)
        return f"{self.id} ({self.email}, {self.slot}, {self.state}):{lines}"


def read(path: Path) -> dict[str, Row]:
    """All deliveries by id; none where the database, or its tables, are not there yet."""
    if not path.exists():
        return {}
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as connection:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'deliveries'").fetchone()
        rows = connection.execute(_QUERY).fetchall() if known else []
    return {
        row[0]: Row(
            id=row[0],
            slot=row[1],
            state=row[2],
            history=tuple(tuple(json.loads(line)) for line in row[3].split("\n") if line),  # type: ignore[arg-type]
            reader_id=row[4],
            email=row[5],
            owner=row[6] or "",
        )
        for row in rows
    }
