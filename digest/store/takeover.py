"""A database that a backup takes the place of in; what may not be forgotten, written into the backup, out.

Who is never mailed; who has moved to another address; and whose each number is. Links carry a reader's
number: one that somebody had is nobody else's, and theirs when they come again. It brings no reader back.
"""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.errors import StoreError
from digest.store import tables
from digest.store.confirmations import MOVED
from digest.store.database import Database, insert_new
from digest.store.members import set_values
from digest.store.tables_web import confirmations, former_ids, notes

if TYPE_CHECKING:
    from pathlib import Path

Row = dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """What that database knows. `numbers`: the last one given in each table. `readers` have the columns of
    their address alone, by id. `wishes` are moves that were confirmed, oldest first; `notes` told of them."""

    keys: list[Row]
    suppressions: list[Row]
    numbers: dict[str, int]
    readers: dict[int, Row]
    former: dict[bytes, int]
    wishes: list[Row]
    notes: list[Row]


def read(path: Path) -> Replaced | None:
    """All of it; None for a database of a version that had no suppression list."""
    readers = tables.subscribers
    address = sa.select(readers.c.id, readers.c.email, readers.c.address_key, readers.c.address_hash)
    moves = sa.select(confirmations).where(
        confirmations.c.kind == "move", confirmations.c.confirmed_at.is_not(None)
    )
    try:
        with (
            contextlib.closing(Database(f"sqlite:///{path}", create=False)) as old,
            old.read() as connection,
        ):
            has_web = sa.inspect(connection).has_table(former_ids.name)
            former = _rows(connection, sa.select(former_ids)) if has_web else []
            return Replaced(
                keys=_rows(connection, sa.select(tables.keys)),
                suppressions=_rows(connection, sa.select(tables.suppressions)),
                numbers=last_numbers(connection),
                readers={row.pop("id"): row for row in _rows(connection, address)},
                former={row["address_hash"]: row["subscriber_id"] for row in former},
                wishes=_rows(connection, moves.order_by(confirmations.c.confirmed_at)) if has_web else [],
                notes=_rows(connection, sa.select(notes).where(notes.c.kind == "moved")) if has_web else [],
            )
    except StoreError:
        return None


def put(connection: sa.Connection, replaced: Replaced) -> int | None:
    """Write it into the backup that is open there. Returns how many addresses came onto the suppression list
    since; None, and nothing is written, where their keys differ: it is the database of other people."""
    if _rows(connection, sa.select(tables.keys)) != replaced.keys:
        return None
    added = {
        row["address_hash"]
        for row in replaced.suppressions
        if insert_new(connection, tables.suppressions, row)
    }
    _move_again(connection, replaced)
    _keep_numbers(connection, replaced)
    return len(added)


def last_numbers(connection: sa.Connection) -> dict[str, int]:
    """The highest number ever given, by table."""
    rows = connection.execute(sa.text("SELECT name, seq FROM sqlite_sequence"))
    return {row.name: row.seq for row in rows}


def _move_again(connection: sa.Connection, replaced: Replaced) -> None:
    """Give who moved since the backup their new address: the old one is on the list, and would be all that is
    known of them; and another may have it now. In the order of the moves, since one may have made room for
    another."""
    table = tables.subscribers
    left = {row["address_hash"] for row in replaced.suppressions if row["evidence"] == MOVED}
    told = {(row["subscriber_id"], row["address_hash"]) for row in replaced.notes}
    for wish in replaced.wishes:
        number = wish["subscriber_id"]
        reader = replaced.readers.get(number)
        if reader is None or reader["address_hash"] != wish["address_hash"]:
            continue  # erased, or moved on
        before = connection.scalar(sa.select(table.c.address_hash).where(table.c.id == number))
        holder = connection.scalar(sa.select(table.c.id).where(table.c.address_key == reader["address_key"]))
        # Both, that they came to this address and that they left that one: it is the same person.
        if holder is None and (before in left or (number, before) in told):
            set_values(connection, number, **reader, origin="web")
    # The proofs: for the next restore, and so that who is erased is so under each address that they had.
    for table, rows in ((confirmations, replaced.wishes), (notes, replaced.notes)):
        for row in rows:
            if row["subscriber_id"] in replaced.readers and not insert_new(connection, table, row):
                connection.execute(sa.update(table).where(table.c.id == row["id"]).values(row))


def _keep_numbers(connection: sa.Connection, replaced: Replaced) -> None:
    """Write down whose the numbers are that nobody has now. An address has the one that it had last; where
    its reader was erased it has none, whatever the backup remembers from a restore of before it."""
    table = tables.subscribers
    numbers = {**replaced.former, **{row["address_hash"]: number for number, row in replaced.readers.items()}}
    there = connection.execute(sa.select(table.c.id, table.c.address_hash)).all()
    ids, hashes = {row.id for row in there}, {row.address_hash for row in there}
    connection.execute(sa.delete(former_ids))
    rows = [
        {"address_hash": address_hash, "subscriber_id": number}
        for address_hash, number in numbers.items()
        if number not in ids and address_hash not in hashes
    ]
    if rows:
        connection.execute(sa.insert(former_ids), rows)


def _rows(connection: sa.Connection, query: sa.Select[Any]) -> list[Row]:
    return [dict(row._mapping) for row in connection.execute(query)]
