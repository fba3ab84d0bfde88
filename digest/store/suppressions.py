"""Whom nobody mails, and why: by the hash of the address, so that it outlives the person's row.

Checked where slots are planned and again in the transaction that claims a delivery. An address may be
suppressed for several causes; each is lifted by itself.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.store import tables
from digest.store.database import parts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from digest.model import SuppressionCause
    from digest.store.database import Database
    from digest.store.hashes import Hashes


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Why an address is not mailed. `email` is "" once the person was erased."""

    email: str
    cause: SuppressionCause
    at: dt.datetime
    evidence: str = ""


class Suppressions:
    """The suppressed addresses of one database."""

    def __init__(self, database: Database, hashes: Hashes) -> None:
        self._database = database
        self._hashes = hashes

    def add(self, suppressions: Sequence[Suppression]) -> int:
        """Suppress these addresses; returns how many (address, cause) are new. The first evidence stays."""
        with self._database.begin() as connection:
            return sum(
                suppress(
                    connection,
                    self._hashes.address(one.email),
                    one.cause,
                    email=one.email,
                    at=one.at,
                    evidence=one.evidence,
                )
                for one in suppressions
            )

    def lift(self, email: str, *, cause: SuppressionCause | None = None) -> int:
        """Take an address off the list, for one cause or for all; returns how many causes that were."""
        with self._database.begin() as connection:
            return lift(connection, self._hashes.address(email), cause=cause)

    def of(self, email: str) -> list[Suppression]:
        """Why that address is suppressed, oldest cause first; empty: it is not."""
        table = tables.suppressions
        query = sa.select(table).where(table.c.address_hash == self._hashes.address(email))
        return self._read(query.order_by(table.c.at, table.c.cause))

    def causes(self, emails: Sequence[str]) -> dict[str, list[SuppressionCause]]:
        """For each of these addresses the causes that it is suppressed for, oldest first; [] for none."""
        table = tables.suppressions
        hashes = {email: self._hashes.address(email) for email in emails}
        found: dict[bytes, list[SuppressionCause]] = {}
        query = sa.select(table.c.address_hash, table.c.cause).order_by(table.c.at, table.c.cause)
        with self._database.read() as connection:
            for part in parts(list(hashes.values())):
                for row in connection.execute(query.where(table.c.address_hash.in_(part))):
                    found.setdefault(row.address_hash, []).append(row.cause)
        return {email: found.get(address_hash, []) for email, address_hash in hashes.items()}

    def everyone(self, *, cause: SuppressionCause | None = None) -> list[Suppression]:
        """All of them, oldest first; what came at once by address, and those without one first."""
        table = tables.suppressions
        query = sa.select(table).order_by(table.c.at, table.c.email, table.c.address_hash, table.c.cause)
        return self._read(query if cause is None else query.where(table.c.cause == cause))

    def _read(self, query: sa.Select[tuple[object, ...]]) -> list[Suppression]:
        with self._database.read() as connection:
            return [
                Suppression(email=row.email or "", cause=row.cause, at=row.at, evidence=row.evidence)
                for row in connection.execute(query)
            ]


def suppress(
    connection: sa.Connection,
    address_hash: bytes,
    cause: SuppressionCause,
    *,
    email: str | None,
    at: dt.datetime,
    evidence: str,
) -> bool:
    """Suppress an address in the caller's transaction; False if it was for that cause already."""
    table = tables.suppressions
    known = connection.scalar(
        sa.select(table.c.cause).where(table.c.address_hash == address_hash, table.c.cause == cause)
    )
    if known is None:
        connection.execute(
            sa.insert(table),
            {"address_hash": address_hash, "cause": cause, "email": email, "at": at, "evidence": evidence},
        )
    return known is None


def lift(connection: sa.Connection, address_hash: bytes, *, cause: SuppressionCause | None = None) -> int:
    """Take an address off the list in the caller's transaction."""
    table = tables.suppressions
    statement = sa.delete(table).where(table.c.address_hash == address_hash)
    return int(
        connection.execute(statement if cause is None else statement.where(table.c.cause == cause)).rowcount
    )


def forget(connection: sa.Connection, address_hash: bytes) -> None:
    """Keep the hash and drop the address: its person was erased."""
    table = tables.suppressions
    connection.execute(
        sa.update(table).where(table.c.address_hash == address_hash).values(email=None, evidence="")
    )


def is_suppressed(address_hash: sa.ColumnElement[bytes]) -> sa.ColumnElement[bool]:
    """The condition that the address of that hash is suppressed, for any cause."""
    return sa.exists().where(tables.suppressions.c.address_hash == address_hash)
