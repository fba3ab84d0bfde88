"""The ledger: what became of each slot of each reader. Every change is committed before it is acted on.

What is in flight belongs to `flights`, what is told later to `events`; every change of state, there and
here, is `ledger.move`.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from digest.errors import StoreError, UsageError
from digest.store import tables
from digest.store.database import insert_new, parts
from digest.store.latest import latest_query
from digest.store.ledger import OPEN, WAITING, delivery, history_line, move, read_history
from digest.store.suppressions import is_suppressed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from digest.model import Delivery, DeliveryState, Outcome, Slot
    from digest.store.database import Database
    from digest.store.hashes import Hashes

Verdict = Literal["accepted", "resend", "abandon"]
WORD_LASTS = dt.timedelta(days=7)  # an operator's word to send again: longer than any weekend


class Deliveries:
    """The ledger of one database."""

    def __init__(self, database: Database, hashes: Hashes) -> None:
        self._database = database
        self._hashes = hashes

    # ------------------------------------------------------------------------ a slot's beginning and end

    def plan(self, slots: Sequence[tuple[int, Slot]], *, now: dt.datetime) -> list[str]:
        """Owe these readers these slots; returns the ids of the deliveries that are new.

        A slot that was ever planned stays as it is, and so does a reader whose newest planned slot is
        this one or a later one: moving a zone or a clock back makes no second mail. What an earlier slot
        still had waiting expires, so that nobody gets two mails at once; only what was uncertain and shall
        be sent again stays, until its own end, because its papers come in no other mail. Nobody who has
        left, paused or is suppressed is owed anything.
        """
        readers, table = tables.subscribers, tables.deliveries
        planned: list[str] = []
        with self._database.begin() as connection:
            # Few wait, whereas a reader's past may be long.
            waiting: dict[int, list[str]] = {}
            for one in connection.execute(
                sa.select(table.c.subscriber_id, table.c.id).where(table.c.state.in_(WAITING))
            ):
                waiting.setdefault(one.subscriber_id, []).append(one.id)
            for subscriber_id, slot in slots:
                owed = connection.execute(
                    sa.update(readers)
                    .where(readers.c.id == subscriber_id, readers.c.status == "active")
                    .where(~is_suppressed(readers.c.address_hash))
                    .where(
                        sa.or_(
                            readers.c.last_scheduled_at.is_(None),
                            readers.c.last_scheduled_at < slot.scheduled_at,
                        )
                    )
                    .values(last_scheduled_at=slot.scheduled_at, next_due_at=slot.next_at)
                ).rowcount
                if not owed:
                    connection.execute(
                        sa.update(readers)
                        .where(readers.c.id == subscriber_id)
                        .values(next_due_at=slot.next_at)
                    )
                    continue
                row = {
                    "subscriber_id": subscriber_id,
                    "slot": slot.key,
                    "scheduled_at": slot.scheduled_at,
                    "next_at": slot.next_at,
                    "state": "planned",
                    "planned_at": now,
                    "updated_at": now,
                    "history": history_line(now, "planned", f"due {slot.scheduled_at:%Y-%m-%d %H:%M} UTC"),
                }
                delivery_id = self._insert(connection, row)
                if delivery_id is None:
                    continue
                if earlier := waiting.get(subscriber_id):
                    move(
                        connection, WAITING, "expired", table.c.id.in_(earlier),
                        sa.or_(~table.c.maybe_sent, table.c.next_at <= slot.scheduled_at),
                        now=now, reason="a later slot came first",
                    )  # fmt: skip
                waiting[subscriber_id] = [delivery_id]
                planned.append(delivery_id)
        return planned

    def _insert(self, connection: sa.Connection, row: dict[str, Any]) -> str | None:
        """A new row of the ledger; None where the slot was planned before."""
        table = tables.deliveries
        whose = (table.c.subscriber_id == row["subscriber_id"], table.c.slot == row["slot"])
        for turn in range(3):
            # Two slots in a hundred million readers' years may have one hash: the second takes another.
            delivery_id = self._hashes.delivery(row["subscriber_id"], row["slot"], turn=turn)
            if insert_new(connection, table, {**row, "id": delivery_id}):
                return delivery_id
            if connection.scalar(sa.select(table.c.id).where(*whose)) is not None:
                return None
        raise StoreError(f"delivery {delivery_id}: three ids are taken; the database's key cannot be right")

    def expire(
        self,
        *,
        at: dt.datetime,
        now: dt.datetime,
        give_up: dt.timedelta,
        subscriber_id: int | None = None,
    ) -> list[str]:
        """End what still waits although its reader's next slot has come by `at`, or although it was
        planned longer than `give_up` ago by the real clock; returns which."""
        table = tables.deliveries
        mine = sa.true() if subscriber_id is None else table.c.subscriber_id == subscriber_id
        hours = give_up.total_seconds() / 3600
        with self._database.begin() as connection:
            late = move(
                connection, WAITING, "expired", table.c.next_at <= at, mine, now=now,
                reason="not sent before the next was due",
            )  # fmt: skip
            old = move(
                connection, WAITING, "expired", table.c.planned_at <= now - give_up, mine, now=now,
                reason=f"given up after {hours:g} hours",
            )  # fmt: skip
        return [*late, *old]

    # ------------------------------------------------------------------------ what nobody knows

    def settle_abandoned(self, is_alive: Callable[[str], bool], *, now: dt.datetime) -> list[str]:
        """What a dead process was sending is uncertain from now on; returns which."""
        table = tables.deliveries
        with self._database.read() as connection:
            owners = connection.scalars(
                sa.select(table.c.owner).where(table.c.state == "sending").distinct()
            ).all()
        dead = [owner for owner in owners if not is_alive(owner)]
        if not dead:
            return []
        with self._database.begin() as connection:
            return move(
                connection, ("sending",), "uncertain", table.c.owner.in_(dead), now=now, maybe_sent=True,
                reason="the process that was sending it died; it may have left or not",
            )  # fmt: skip

    def recall(self, outcomes: dict[str, Outcome], *, now: dt.datetime) -> list[str]:
        """Settle what was uncertain by what the provider can prove: accepted, or never begun (retry);
        returns which."""
        table = tables.deliveries
        settled: list[str] = []
        with self._database.begin() as connection:
            for delivery_id, outcome in outcomes.items():
                settled += move(
                    connection, ("uncertain",), outcome.kind, table.c.id == delivery_id, now=now,
                    reason=outcome.reason, words=outcome.reason or "the provider has it",
                    provider_id=outcome.provider_id, maybe_sent=False, retry_at=None,
                )  # fmt: skip
        return settled

    def resend(self, *, at: dt.datetime, now: dt.datetime, give_up: dt.timedelta) -> list[str]:
        """Send again what is uncertain and still of use: its reader's next slot has not come by `at`, and
        it is younger than `give_up`. For operators who chose so."""
        table = tables.deliveries
        with self._database.begin() as connection:
            return move(
                connection, ("uncertain",), "retry", table.c.next_at > at, table.c.planned_at > now - give_up,
                now=now, reason="sent again, as delivery.uncertain says", retry_at=None,
            )  # fmt: skip

    def decide(self, delivery_id: str, verdict: Verdict, *, now: dt.datetime) -> Delivery:
        """An operator's word on an uncertain delivery: it was accepted, shall be sent again under the same
        Message-ID (within a week, whatever its slot), or is left as it is. UsageError if it is not
        uncertain."""
        table = tables.deliveries
        mine = table.c.id == delivery_id
        with self._database.begin() as connection:
            if verdict == "accepted":
                moved = move(
                    connection, ("uncertain",), "accepted", mine, now=now, provider_id="operator",
                    words="the operator says that it was accepted",
                )  # fmt: skip
            elif verdict == "resend":
                until = now + WORD_LASTS
                moved = move(
                    # Its age counts from then on: an operator's word is not given up before.
                    connection, ("uncertain",), "retry", mine, now=now, retry_at=None, planned_at=until,
                    next_at=sa.case((table.c.next_at > until, table.c.next_at), else_=until),
                    reason="the operator wants it sent again",
                )  # fmt: skip
            else:
                reason = "the operator left it unsettled"
                moved = move(connection, ("uncertain",), "abandoned", mine, now=now, reason=reason)
            row = connection.execute(sa.select(table).where(mine)).one_or_none()
        if row is None:
            raise UsageError(
                f"{delivery_id}: no such delivery; `digest deliveries list` shows the latest of them"
            )
        if not moved:
            raise UsageError(f"{delivery_id}: it is {row.state}; only what is uncertain can be settled")
        return delivery(row)

    # ------------------------------------------------------------------------ looking

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
            return [delivery(row) for row in connection.execute(query)]

    def open_ids(self, *, subscriber_id: int | None = None) -> list[str]:
        """The ids of what is planned, composed, being sent or to be tried again."""
        table = tables.deliveries
        query = sa.select(table.c.id).where(table.c.state.in_(OPEN))
        if subscriber_id is not None:
            query = query.where(table.c.subscriber_id == subscriber_id)
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def by_id(self, ids: Sequence[str]) -> dict[str, Delivery]:
        """Deliveries by id, as they stand."""
        table = tables.deliveries
        with self._database.read() as connection:
            return {
                row.id: delivery(row)
                for part in parts(ids)
                for row in connection.execute(sa.select(table).where(table.c.id.in_(part)))
            }

    def latest(
        self,
        *,
        states: Sequence[DeliveryState] = (),
        subscriber_id: int | None = None,
        limit: int | None = None,
    ) -> list[tuple[Delivery, str]]:
        """Deliveries with their readers' addresses ("" for one who was erased), newest slot first."""
        with self._database.read() as connection:
            rows = connection.execute(latest_query(states, subscriber_id=subscriber_id, limit=limit))
            return [(delivery(row), row.email or "") for row in rows]

    def history(self, delivery_id: str) -> list[tuple[dt.datetime, str, str]]:
        """All that happened to a delivery, oldest first: when, what (a state, or an event in the words of
        who told it), and why. UsageError for an id that there is not."""
        table, events = tables.deliveries, tables.delivery_events
        with self._database.read() as connection:
            history = connection.scalar(sa.select(table.c.history).where(table.c.id == delivery_id))
            told = connection.execute(
                sa.select(events.c.at, events.c.teller, events.c.name, events.c.reason)
                .where(events.c.delivery_id == delivery_id)
                .order_by(events.c.id)
            ).all()
        if history is None:
            raise UsageError(
                f"{delivery_id}: no such delivery; `digest deliveries list` shows the latest of them"
            )
        lines = [(at, str(state), words) for at, state, words in read_history(history)]
        lines += [(event.at, f"{event.teller}: {event.name}", event.reason) for event in told]
        return sorted(lines, key=lambda line: line[0])

    def count(self, state: DeliveryState) -> int:
        """How many deliveries are in that state."""
        table = tables.deliveries
        with self._database.read() as connection:
            return connection.scalar(sa.select(sa.func.count()).where(table.c.state == state)) or 0
