"""What is told of deliveries later, by a webhook or a mail that came back: kept once, acted on once.

Events come twice, late, and in any order. Each is kept under its key; a delivery moves up the order of
`ledger.TOLD` and never back, so that any order ends alike. An event of a note concerns its address; one of
nothing of ours changes nothing.
"""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.store import tables
from digest.store.bounces import SoftBounces, note_soft_bounce
from digest.store.database import insert_new
from digest.store.ledger import move, told_before
from digest.store.note_events import evidence_of, find_note, settle_note, suppress_note
from digest.store.subscribers import leave
from digest.store.suppressions import suppress

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from digest.model import DeliveryEvent, DeliveryState, EventKind, SuppressionCause
    from digest.store.database import Database
    from digest.store.hashes import Hashes

# To which state an event moves its delivery, and for which cause it suppresses the address.
_STATES: Mapping[EventKind, DeliveryState] = {
    "processed": "accepted",
    "deferred": "deferred",
    "delivered": "delivered",
    "dropped": "dropped",
    "soft_bounce": "bounced",
    "hard_bounce": "bounced",
    "complaint": "complained",
}
_CAUSES: Mapping[EventKind, SuppressionCause] = {
    "hard_bounce": "bounce",
    "complaint": "complaint",
    "unsubscribe": "unsubscribe",
}
# Why a provider drops a mail: its own list of suppressed addresses, which ours mirrors.
_DROPPED: Mapping[str, SuppressionCause] = {
    "unsubscribed address": "unsubscribe",
    "spam reporting address": "complaint",
    "bounced address": "bounce",
    "invalid": "bounce",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Absorbed:
    """What became of events: `new` were not known, `moved` changed a delivery's state, `suppressed`
    addresses are mailed no more, `foreign` name no delivery of ours."""

    new: int = 0
    moved: int = 0
    suppressed: int = 0
    foreign: int = 0


class Events:
    """The events of one database."""

    def __init__(self, database: Database, hashes: Hashes) -> None:
        self._database = database
        self._hashes = hashes

    def absorb(
        self, events: Sequence[DeliveryEvent], *, soft_bounces: SoftBounces, now: dt.datetime
    ) -> Absorbed:
        """Keep what is new among these events and do what follows from it, in one transaction."""
        new = moved = suppressed = foreign = 0
        with self._database.begin() as connection:
            for event in sorted(events, key=lambda event: event.at):
                row = _delivery(connection, event.delivery_id)
                note = find_note(connection, event.delivery_id) if row is None else None
                kept = _row(event, now)
                if row is None and note is None and event.delivery_id:
                    kept |= {"reason": "", "body": ""}  # its person may have been erased
                if not insert_new(connection, tables.delivery_events, kept):
                    continue
                new += 1
                if note is not None:
                    moved += settle_note(connection, event, now=now)
                    suppressed += suppress_note(connection, note, event, _cause(event), now=now)
                    continue
                if row is None:
                    foreign += 1
                    continue
                state = _STATES.get(event.kind)
                if state is not None:
                    moved += len(_move(connection, event, state, now=now))
                if event.kind == "soft_bounce":
                    suppressed += note_soft_bounce(connection, row, rule=soft_bounces, now=now)
                cause = _cause(event)
                if cause is not None:
                    suppressed += self._suppress(connection, row, event, cause, now=now)
        return Absorbed(new=new, moved=moved, suppressed=suppressed, foreign=foreign)

    def _suppress(
        self,
        connection: sa.Connection,
        row: sa.Row[Any],
        event: DeliveryEvent,
        cause: SuppressionCause,
        *,
        now: dt.datetime,
    ) -> bool:
        """Suppress the address that the mail went to, which its reader may have changed since."""
        address_hash = row.address_hash or row.reader_hash
        if address_hash is None:
            return False
        known = [email for email in (event.email, row.email) if email]
        email = next((one for one in known if self._hashes.address(one) == address_hash), None)
        if cause == "unsubscribe" and row.reader_hash == address_hash:
            if row.agreed_at is not None and row.agreed_at > event.at:
                return False  # they have come back since
            leave(connection, row.subscriber_id, at=now)
        return suppress(connection, address_hash, cause, email=email, at=now, evidence=evidence_of(event))


def _row(event: DeliveryEvent, now: dt.datetime) -> dict[str, Any]:
    # One that names no delivery is told apart by what it says.
    whose = event.delivery_id or event.body
    key = "\n".join((event.teller, whose, event.name, event.at.isoformat()))
    return {
        "key": hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=16).hexdigest(),
        "delivery_id": event.delivery_id,
        "kind": event.kind,
        "teller": event.teller,
        "name": event.name,
        "at": event.at,
        "reason": event.reason,
        "body": event.body,
        "received_at": now,
    }


def _delivery(connection: sa.Connection, delivery_id: str) -> sa.Row[Any] | None:
    table, readers = tables.deliveries, tables.subscribers
    if not delivery_id:
        return None
    return connection.execute(
        sa.select(table, readers.c.email, readers.c.address_hash.label("reader_hash"), readers.c.agreed_at)
        .join(readers, readers.c.id == table.c.subscriber_id, isouter=True)
        .where(table.c.id == delivery_id)
    ).one_or_none()


def _move(
    connection: sa.Connection, event: DeliveryEvent, state: DeliveryState, *, now: dt.datetime
) -> list[str]:
    table = tables.deliveries
    if state in ("delivered", "complained"):
        # The mailbox took it after all, unless a bounce said otherwise: before or after this, and whatever
        # else was told already.
        told = tables.delivery_events
        bounced = sa.exists().where(told.c.delivery_id == event.delivery_id, told.c.kind == "soft_bounce")
        connection.execute(sa.update(table).where(table.c.id == event.delivery_id).values(soft=bounced))
    values: dict[str, object] = {}
    if event.provider_id:
        values["provider_id"] = sa.case(
            (table.c.provider_id == "", event.provider_id), else_=table.c.provider_id
        )
    return move(
        connection, told_before(state), state, table.c.id == event.delivery_id, now=now,
        reason=event.reason, words=f"{event.teller}: {event.name}", **values,
    )  # fmt: skip


def _cause(event: DeliveryEvent) -> SuppressionCause | None:
    if event.kind == "dropped":
        return _DROPPED.get(event.reason.strip().lower())
    return _CAUSES.get(event.kind)
