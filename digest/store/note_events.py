"""What is told of notes later: that one arrived after all, and whom to leave alone for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.store import tables
from digest.store.suppressions import suppress
from digest.store.tables_web import notes

if TYPE_CHECKING:
    import datetime as dt

    from digest.model import DeliveryEvent, SuppressionCause


def find_note(connection: sa.Connection, note_id: str) -> sa.Row[Any] | None:
    """The row of that id, in the caller's transaction."""
    if not note_id:
        return None
    return connection.execute(sa.select(notes).where(notes.c.id == note_id)).one_or_none()


def settle_note(connection: sa.Connection, event: DeliveryEvent, *, now: dt.datetime) -> bool:
    """Whether an event proved that the provider has a note of which nobody knew."""
    if event.kind not in ("processed", "deferred", "delivered", "complaint", "soft_bounce", "hard_bounce"):
        return False
    change = (
        sa.update(notes)
        .where(notes.c.id == event.delivery_id, notes.c.state.in_(("sending", "uncertain")))
        .values(state="accepted", provider_id=event.provider_id, updated_at=now, reason="")
    )
    return connection.execute(change).rowcount == 1


def suppress_note(
    connection: sa.Connection,
    note: sa.Row[Any],
    event: DeliveryEvent,
    cause: SuppressionCause | None,
    *,
    now: dt.datetime,
) -> bool:
    """Whether the address that a note went to is suppressed from now on, for what was told of it. A reader
    of that address who asks to leave has left, unless they have come since."""
    if cause is None:
        return False
    if cause == "unsubscribe":
        readers = tables.subscribers
        since = sa.select(readers.c.id).where(
            readers.c.address_hash == note.address_hash, readers.c.agreed_at > event.at
        )
        if connection.scalar(since) is not None:
            return False
        connection.execute(
            sa.update(readers)
            .where(readers.c.address_hash == note.address_hash, readers.c.status != "left")
            .values(status="left", left_at=now, paused_until=None)
        )
    evidence = evidence_of(event)
    return suppress(connection, note.address_hash, cause, email=note.email or None, at=now, evidence=evidence)


def evidence_of(event: DeliveryEvent) -> str:
    """Why an address is suppressed, in the words of who told it."""
    return f"{event.teller}: {event.name}{f': {event.reason}' if event.reason else ''}"
