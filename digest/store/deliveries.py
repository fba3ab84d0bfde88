"""The ledger: what became of each slot of each reader. Every change is committed before it is acted on.

    planned ──▶ composed ──▶ sending ──▶ accepted
       │           │            ├──▶ retry ──▶ sending
       ▼           ▼            ├──▶ rejected | suppressed
    skipped     expired         └──▶ uncertain      (never sent again by itself)

A change of state is one conditional UPDATE: it changes one row, or this process does not own the row.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.model import Delivery, DeliveryState, Slot
from digest.store import tables
from digest.store.database import parts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from digest.model import Outcome
    from digest.store.database import Database

# From each state, those that may follow. What is not here cannot be written.
NEXT: dict[DeliveryState, frozenset[DeliveryState]] = {
    "planned": frozenset({"composed", "skipped", "suppressed", "expired"}),
    "composed": frozenset({"sending", "suppressed", "expired"}),
    "retry": frozenset({"sending", "suppressed", "expired"}),
    "sending": frozenset({"accepted", "retry", "rejected", "suppressed", "uncertain"}),
    "skipped": frozenset(),
    "accepted": frozenset(),
    "rejected": frozenset(),
    "suppressed": frozenset(),
    "uncertain": frozenset(),
    "expired": frozenset(),
}
WAITING: tuple[DeliveryState, ...] = ("planned", "composed", "retry")
OPEN: tuple[DeliveryState, ...] = (*WAITING, "sending")
# In these the reader has, or may have, the mail, or there was none to have: what it showed or passed
# over is behind them. In the others the papers come again.
BEHIND: tuple[DeliveryState, ...] = ("composed", "sending", "retry", "accepted", "uncertain", "skipped")


class Deliveries:
    """The ledger of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def plan(self, slots: Sequence[tuple[int, Slot]], *, now: dt.datetime) -> list[str]:
        """Owe these readers these slots; returns the ids of the deliveries that are new.

        A slot that was ever planned stays as it is, and so does a reader whose newest planned slot is
        this one or a later one: moving a zone or a clock back makes no second mail. What an earlier slot
        still had waiting expires, so that nobody gets two mails at once.
        """
        readers, table = tables.subscribers, tables.deliveries
        planned: list[str] = []
        with self._database.begin() as connection:
            for subscriber_id, slot in slots:
                owed = connection.execute(
                    sa.update(readers)
                    .where(readers.c.id == subscriber_id, readers.c.status == "active")
                    .where(
                        sa.or_(
                            readers.c.last_scheduled_at.is_(None),
                            readers.c.last_scheduled_at < slot.scheduled_at,
                        )
                    )
                    .values(last_scheduled_at=slot.scheduled_at)
                ).rowcount
                connection.execute(
                    sa.update(readers).where(readers.c.id == subscriber_id).values(next_due_at=slot.next_at)
                )
                known = connection.scalar(
                    sa.select(table.c.id).where(
                        table.c.subscriber_id == subscriber_id, table.c.slot == slot.key
                    )
                )
                if not owed or known is not None:
                    continue
                _move(
                    connection,
                    WAITING,
                    "expired",
                    now,
                    "a later slot came first",
                    table.c.subscriber_id == subscriber_id,
                )
                delivery_id = secrets.token_hex(8)
                connection.execute(
                    sa.insert(table),
                    {
                        "id": delivery_id,
                        "subscriber_id": subscriber_id,
                        "slot": slot.key,
                        "scheduled_at": slot.scheduled_at,
                        "next_at": slot.next_at,
                        "state": "planned",
                        "updated_at": now,
                    },
                )
                planned.append(delivery_id)
        return planned

    def expire(self, *, at: dt.datetime, now: dt.datetime, subscriber_id: int | None = None) -> int:
        """End what still waits although its reader's next slot has come; returns how many."""
        table = tables.deliveries
        mine = sa.true() if subscriber_id is None else table.c.subscriber_id == subscriber_id
        reason = "not sent before the next was due"
        with self._database.begin() as connection:
            return _move(connection, WAITING, "expired", now, reason, table.c.next_at <= at, mine)

    def settle_abandoned(self, is_alive: Callable[[str], bool], *, now: dt.datetime) -> int:
        """What a dead process was sending is uncertain from now on; returns how many."""
        table = tables.deliveries
        with self._database.read() as connection:
            owners = connection.scalars(
                sa.select(table.c.owner).where(table.c.state == "sending").distinct()
            ).all()
        dead = [owner for owner in owners if not is_alive(owner)]
        if not dead:
            return 0
        with self._database.begin() as connection:
            return _move(
                connection,
                ("sending",),
                "uncertain",
                now,
                "the process that was sending it died; it may have left or not",
                table.c.owner.in_(dead),
            )

    def waiting(
        self,
        states: Sequence[DeliveryState],
        *,
        subscriber_id: int | None = None,
        retry_before: dt.datetime | None = None,
    ) -> list[Delivery]:
        """Deliveries in these states, oldest slot first; with `retry_before`, of those to be tried again
        only the ones whose time has come."""
        table = tables.deliveries
        query = sa.select(table).where(table.c.state.in_(states)).order_by(table.c.scheduled_at, table.c.id)
        if subscriber_id is not None:
            query = query.where(table.c.subscriber_id == subscriber_id)
        if retry_before is not None:
            query = query.where(sa.or_(table.c.retry_at.is_(None), table.c.retry_at <= retry_before))
        with self._database.read() as connection:
            return [_delivery(row) for row in connection.execute(query)]

    def by_id(self, ids: Sequence[str]) -> dict[str, Delivery]:
        """Deliveries by id, as they stand."""
        table = tables.deliveries
        with self._database.read() as connection:
            return {
                row.id: _delivery(row)
                for part in parts(ids)
                for row in connection.execute(sa.select(table).where(table.c.id.in_(part)))
            }

    def owned(self, owner: str) -> list[str]:
        """The ids of the deliveries that this owner ever took for sending."""
        table = tables.deliveries
        with self._database.read() as connection:
            return list(connection.scalars(sa.select(table.c.id).where(table.c.owner == owner)))

    def count(self, state: DeliveryState) -> int:
        """How many deliveries are in that state."""
        table = tables.deliveries
        with self._database.read() as connection:
            return connection.scalar(sa.select(sa.func.count()).where(table.c.state == state)) or 0

    def claim(self, ids: Sequence[str], *, owner: str, provider: str, now: dt.datetime) -> list[str]:
        """Take deliveries for sending: those returned are this owner's, committed, and their readers may
        still be mailed, as read in the same transaction. One whose reader has left is suppressed."""
        table, readers = tables.deliveries, tables.subscribers
        taken: list[str] = []
        with self._database.begin() as connection:
            for delivery_id in ids:
                active = sa.exists().where(
                    readers.c.id == table.c.subscriber_id, readers.c.status == "active"
                )
                mine = _move(
                    connection,
                    ("composed", "retry"),
                    "sending",
                    now,
                    "",
                    table.c.id == delivery_id,
                    active,
                    owner=owner,
                    provider=provider,
                    attempts=table.c.attempts + 1,
                )
                if mine:
                    taken.append(delivery_id)
                else:
                    _move(
                        connection,
                        ("composed", "retry"),
                        "suppressed",
                        now,
                        "the reader has left or paused",
                        table.c.id == delivery_id,
                        ~active,
                    )
        return taken

    def settle(
        self, outcomes: Sequence[tuple[str, Outcome, dt.datetime | None]], *, owner: str, now: dt.datetime
    ) -> None:
        """Write down what became of deliveries that this owner was sending: (id, outcome, try again at).

        Where the provider as a whole refused, it was no attempt at this delivery.
        """
        table = tables.deliveries
        with self._database.begin() as connection:
            for delivery_id, outcome, retry_at in outcomes:
                _move(
                    connection,
                    ("sending",),
                    outcome.kind,
                    now,
                    outcome.reason,
                    table.c.id == delivery_id,
                    table.c.owner == owner,
                    provider_id=outcome.provider_id,
                    retry_at=retry_at,
                    attempts=table.c.attempts - (1 if outcome.stop and outcome.kind == "retry" else 0),
                )


def move(
    connection: sa.Connection, delivery_id: str, to: DeliveryState, *, now: dt.datetime, **values: object
) -> bool:
    """One delivery from planned to `to`; False if it was no longer planned."""
    return _move(connection, ("planned",), to, now, "", tables.deliveries.c.id == delivery_id, **values) == 1


def _move(
    connection: sa.Connection,
    come_from: Sequence[DeliveryState],
    to: DeliveryState,
    now: dt.datetime,
    reason: str,
    *conditions: sa.ColumnElement[bool],
    **values: object,
) -> int:
    forbidden = [state for state in come_from if to not in NEXT[state]]
    if forbidden:
        raise ValueError(f"a delivery never goes from {forbidden[0]} to {to}")
    table = tables.deliveries
    done = connection.execute(
        sa.update(table)
        .where(table.c.state.in_(come_from), *conditions)
        .values(state=to, updated_at=now, reason=reason, **values)
    )
    return int(done.rowcount)


def _delivery(row: sa.Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        subscriber_id=row.subscriber_id,
        slot=Slot(key=row.slot, scheduled_at=row.scheduled_at, next_at=row.next_at),
        state=row.state,
        attempts=row.attempts,
        provider=row.provider,
        provider_id=row.provider_id,
        reason=row.reason,
        retry_at=row.retry_at,
        updated_at=row.updated_at,
    )
