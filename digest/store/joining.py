"""What a confirmed wish does to the readers: one joins, one moves. Each in one transaction, and once."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.config import address_key
from digest.store import occasions, tables
from digest.store.confirmations import MOVED, find, standing
from digest.store.members import READER, admit, as_row, by_address, latest, set_values
from digest.store.suppressions import lift, suppress
from digest.store.tables_web import confirmations

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from digest.model import Subscriber
    from digest.store.confirmations import Confirmation, Standing
    from digest.store.database import Database
    from digest.store.hashes import Hashes


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What confirming came to: `standing` "open" means that it was done now. `subscriber_id`: whose the
    address is, where this wish was theirs and it is still theirs; else None."""

    standing: Standing
    subscriber_id: int | None = None


class Joining:
    """Joining and moving, in one database."""

    def __init__(self, database: Database, hashes: Hashes) -> None:
        self._database = database
        self._hashes = hashes

    def join(
        self, confirmation_id: int, *, evidence: Callable[[Confirmation], str], now: dt.datetime
    ) -> Verdict:
        """Make the reader of a wish to join, active from now on; that they had left is forgiven. Their first
        slot is the next one after now. `evidence` says in words how they agreed."""
        with self._database.begin() as connection:
            wish = find(connection, confirmation_id)
            stands = standing(connection, wish, now=now)
            if wish is None or wish.kind != "join":
                return Verdict(standing="unknown")
            if stands != "open":
                return Verdict(standing=stands, subscriber_id=holder(connection, wish))
            lift(connection, wish.address_hash, cause="unsubscribe")
            subscriber_id = self._admit(connection, wish, evidence=evidence(wish), now=now)
            _confirm(connection, wish.id, subscriber_id, now=now)
            return Verdict(standing="open", subscriber_id=subscriber_id)

    def move(self, confirmation_id: int, *, now: dt.datetime) -> Verdict:
        """Give the reader of a wish to move their new address. The old one is mailed no more, by any file or
        import either, but for one note that says so."""
        with self._database.begin() as connection:
            wish = find(connection, confirmation_id)
            stands = standing(connection, wish, now=now)
            if wish is None or wish.kind != "move" or wish.subscriber_id is None:
                return Verdict(standing="unknown")
            if stands != "open":
                return Verdict(standing=stands, subscriber_id=holder(connection, wish))
            readers = tables.subscribers
            old = connection.execute(sa.select(readers).where(readers.c.id == wish.subscriber_id)).one()
            lift(connection, wish.address_hash, cause="unsubscribe")
            set_values(
                connection,
                wish.subscriber_id,
                email=wish.email,
                address_key=address_key(wish.email),
                address_hash=wish.address_hash,
                origin="web",
            )
            if old.address_hash != wish.address_hash:
                self._leave_behind(connection, old, now=now)
            _confirm(connection, wish.id, wish.subscriber_id, now=now)
            return Verdict(standing="open", subscriber_id=wish.subscriber_id)

    def _admit(
        self, connection: sa.Connection, wish: Confirmation, *, evidence: str, now: dt.datetime
    ) -> int:
        reader: Subscriber = dataclasses.replace(READER.validate_python(wish.body), email=wish.email, id=0)
        row = connection.execute(by_address(wish.email)).one_or_none()
        is_reader = row is not None and row.status in ("active", "paused")
        values: dict[str, Any] = {
            **as_row(reader, self._hashes),
            "status": "active",
            "origin": "web",
            "agreed_at": now,
            "agreed_where": evidence,
            "joined_at": row.joined_at if row is not None and is_reader else now,
            "left_at": None,
            "paused_until": None,
            "next_due_at": None,
        }
        if row is None:
            return admit(connection, {**values, "last_scheduled_at": now})
        if not is_reader:
            values["last_scheduled_at"] = latest(row.last_scheduled_at, now)
        set_values(connection, row.id, **values)
        return int(row.id)

    def _leave_behind(self, connection: sa.Connection, old: sa.Row[Any], *, now: dt.datetime) -> None:
        others = tables.suppressions
        refused = connection.scalar(
            sa.select(others.c.cause).where(others.c.address_hash == old.address_hash).limit(1)
        )
        occasions.put(
            connection,
            self._hashes,
            "moved",
            email=old.email,
            address_hash=old.address_hash,
            at=now,
            subscriber_id=old.id,
            why_not="the address is suppressed" if refused is not None else "",
        )
        suppress(connection, old.address_hash, "unsubscribe", email=old.email, at=now, evidence=MOVED)


def holder(connection: sa.Connection, wish: Confirmation) -> int | None:
    """Whose wish that was, if it was confirmed and the address is still theirs."""
    readers = tables.subscribers
    if wish.confirmed_at is None:
        return None
    query = sa.select(readers.c.id).where(
        readers.c.id == wish.subscriber_id,
        readers.c.address_hash == wish.address_hash,
        readers.c.status.in_(("active", "paused")),
    )
    found: int | None = connection.scalar(query)
    return found


def _confirm(
    connection: sa.Connection, confirmation_id: int, subscriber_id: int, *, now: dt.datetime
) -> None:
    connection.execute(
        sa.update(confirmations)
        .where(confirmations.c.id == confirmation_id, confirmations.c.confirmed_at.is_(None))
        .values(confirmed_at=now, subscriber_id=subscriber_id)
    )
