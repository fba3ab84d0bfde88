"""The ledger as anybody can read it: what is committed in the file, through a connection of our own."""

from __future__ import annotations

import dataclasses
import datetime as dt
import sqlite3
from array import array
from typing import TYPE_CHECKING

from digest.store.ledger import read_history

if TYPE_CHECKING:
    from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Row:
    """A delivery."""

    id: str
    subscriber_id: int
    slot: str
    state: str
    attempts: int
    retry_at: dt.datetime | None
    history: tuple[str, ...]


class Ledger:
    """One database file."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)

    def rows(self) -> dict[str, Row]:
        """All deliveries by id."""
        found = self._connection.execute(
            "SELECT id, subscriber_id, slot, state, attempts, retry_at, history FROM deliveries"
        )
        return {
            row[0]: Row(*row[:5], _time(row[5]), tuple(state for _, state, _ in read_history(row[6])))
            for row in found
        }

    def papers(self) -> dict[str, frozenset[int]]:
        """The papers of every frozen edition, by delivery."""
        found = self._connection.execute("SELECT delivery_id, papers FROM editions")
        return {delivery_id: frozenset(array("I", packed)) for delivery_id, packed in found}

    def causes(self) -> dict[bytes, set[str]]:
        """For which causes addresses are suppressed, by their hash."""
        found: dict[bytes, set[str]] = {}
        for address_hash, cause in self._connection.execute("SELECT address_hash, cause FROM suppressions"):
            found.setdefault(address_hash, set()).add(cause)
        return found

    def close(self) -> None:
        self._connection.close()


def _time(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
