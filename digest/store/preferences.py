"""What a reader chooses for themselves: read, changed and written in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.store import tables
from digest.store.members import PREFERENCES, as_row, membership, set_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.model import Subscriber
    from digest.store.database import Database
    from digest.store.hashes import Hashes
    from digest.store.members import Membership

_WHEN = ("timezone", "send_at", "cadence")
_CHOSEN = tuple(name for name in PREFERENCES if name != "email")


class Preferences:
    """The preferences of one database's readers."""

    def __init__(self, database: Database, hashes: Hashes) -> None:
        self._database = database
        self._hashes = hashes

    def change(
        self, subscriber_id: int, edit: Callable[[Membership], Subscriber]
    ) -> tuple[Membership, bool] | None:
        """Write what `edit` makes of a reader as they stand; what it raises changes nothing. From then on the
        reader chooses for themselves, whatever a file says of them. Returns the membership as it is now, and
        whether anything changed; None where there is no such reader. Their address stays."""
        table = tables.subscribers
        whose = sa.select(table).where(table.c.id == subscriber_id)
        with self._database.begin() as connection:
            row = connection.execute(whose).one_or_none()
            if row is None:
                return None
            wanted = as_row(edit(membership(row)), self._hashes)
            changes = {name: wanted[name] for name in _CHOSEN if wanted[name] != getattr(row, name)}
            if not changes:
                return membership(row), False
            if any(name in changes for name in _WHEN):
                changes["next_due_at"] = None  # look at the reader at the next run
            set_values(connection, subscriber_id, **changes, origin="web")
            return membership(connection.execute(whose).one()), True
