"""A person out of every table, in the caller's transaction. What stays is the hash of an address that nobody
mails, which cannot be read backwards.
"""

from __future__ import annotations

import sqlalchemy as sa

from digest.store import corrections, learned, libraries, tables, vectors, votes
from digest.store.suppressions import forget
from digest.store.tables_web import confirmations, former_ids, notes


def erase(connection: sa.Connection, subscriber_id: int) -> None:
    """Take a reader away, with all that was sent to them, said by them and asked for them, under whatever
    address they had then."""
    deliveries, events = tables.deliveries, tables.delivery_events
    for hashed in _addresses(connection, subscriber_id):
        forget_address(connection, hashed)
    asked = sa.select(confirmations.c.id).where(confirmations.c.subscriber_id == subscriber_id)
    posted = sa.or_(notes.c.subscriber_id == subscriber_id, notes.c.confirmation_id.in_(asked))
    for theirs in (
        sa.select(deliveries.c.id).where(deliveries.c.subscriber_id == subscriber_id),
        sa.select(notes.c.id).where(posted),
    ):
        connection.execute(sa.delete(events).where(events.c.delivery_id.in_(theirs)))
    connection.execute(sa.delete(notes).where(posted))
    for table in (tables.editions, tables.shown_papers, deliveries, confirmations, former_ids):
        connection.execute(sa.delete(table).where(table.c.subscriber_id == subscriber_id))
    votes.forget(connection, subscriber_id)
    corrections.forget(connection, subscriber_id)
    learned.forget(connection, subscriber_id)
    libraries.forget(connection, subscriber_id)
    vectors.forget_texts(connection)
    readers = tables.subscribers
    connection.execute(sa.delete(readers).where(readers.c.id == subscriber_id))


def forget_address(connection: sa.Connection, address_hash: bytes) -> None:
    """Take away what is kept of an address as such: wishes, notes and what was told of those; and the address
    itself where its hash stands on the suppression list."""
    events = tables.delivery_events
    posted = sa.select(notes.c.id).where(notes.c.address_hash == address_hash)
    connection.execute(sa.delete(events).where(events.c.delivery_id.in_(posted)))
    for table in (confirmations, notes):
        connection.execute(sa.delete(table).where(table.c.address_hash == address_hash))
    forget(connection, address_hash)


def number_of(connection: sa.Connection, address_hash: bytes) -> int | None:
    """The number of an address's reader, or of the one whom a restore took away; None: there is none."""
    for table, number in ((tables.subscribers, "id"), (former_ids, "subscriber_id")):
        query = sa.select(table.c[number]).where(table.c.address_hash == address_hash)
        found: int | None = connection.scalar(query)
        if found is not None:
            return found
    return None


def _addresses(connection: sa.Connection, subscriber_id: int) -> set[bytes]:
    """The hashes of all addresses that a reader is known to have had; not of one that they asked for in vain,
    which may be somebody else's."""
    readers, deliveries = tables.subscribers, tables.deliveries
    queries = (
        sa.select(readers.c.address_hash).where(readers.c.id == subscriber_id),
        sa.select(deliveries.c.address_hash).where(deliveries.c.subscriber_id == subscriber_id),
        sa.select(notes.c.address_hash).where(notes.c.subscriber_id == subscriber_id),
        sa.select(confirmations.c.address_hash).where(
            confirmations.c.subscriber_id == subscriber_id, confirmations.c.confirmed_at.is_not(None)
        ),
    )
    return {one for query in queries for one in connection.scalars(query.distinct()) if one is not None}
