"""The table of what may follow what, and the one statement that moves a delivery along it.

    planned ──▶ composed ──▶ sending ──▶ accepted ──▶ deferred | delivered | dropped | bounced | complained
       │           │            ├──▶ retry ──▶ sending
       ▼           ▼            ├──▶ rejected | suppressed
    skipped     expired         └──▶ uncertain ──▶ accepted | retry | abandoned

A change of state is one conditional UPDATE, which writes its line of the history in the same breath: it
changes a row that is still as it was thought to be, or none. What is not in NEXT cannot be written.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.model import Delivery, DeliveryState, Slot
from digest.store import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

# What a provider tells later, from what means least to what means most. A delivery only moves up, so that
# events which come twice, late or in another order end alike.
TOLD: tuple[DeliveryState, ...] = ("accepted", "deferred", "delivered", "dropped", "bounced", "complained")
_TOLD: frozenset[DeliveryState] = frozenset(TOLD)

# From each state, those that may follow. An event may overtake the answer (sending, retry, uncertain):
# then it is the proof that the provider had the mail after all.
NEXT: dict[DeliveryState, frozenset[DeliveryState]] = {
    "planned": frozenset({"composed", "skipped", "suppressed", "expired"}),
    "composed": frozenset({"sending", "suppressed", "expired"}),
    "sending": _TOLD | {"retry", "rejected", "suppressed", "uncertain"},
    "retry": _TOLD | {"sending", "suppressed", "expired"},
    "uncertain": _TOLD | {"retry", "abandoned"},
    **{state: frozenset(TOLD[rank + 1 :]) for rank, state in enumerate(TOLD)},
    "skipped": frozenset(),
    "rejected": frozenset(),
    "suppressed": frozenset(),
    "expired": frozenset(),
    "abandoned": frozenset(),
}
READY: tuple[DeliveryState, ...] = ("composed", "retry")
WAITING: tuple[DeliveryState, ...] = ("planned", "composed", "retry")
OPEN: tuple[DeliveryState, ...] = (*WAITING, "sending")
# In these the reader has, or may have, the mail, or there was none to have: what it showed or passed
# over is behind them. In the others the papers come again, unless it was uncertain once.
BEHIND: tuple[DeliveryState, ...] = (
    "composed", "sending", "retry", "accepted", "uncertain", "skipped", "abandoned", "deferred", "delivered",
    "complained",
)  # fmt: skip


def is_behind(table: sa.FromClause = tables.deliveries) -> sa.ColumnElement[bool]:
    """The condition that a delivery's papers are behind its reader."""
    return sa.or_(table.c.state.in_(BEHIND), table.c.maybe_sent)


def told_before(state: DeliveryState) -> tuple[DeliveryState, ...]:
    """From where an event moves a delivery to `state`."""
    return tuple(one for one, following in NEXT.items() if state in following)


def move(
    connection: sa.Connection,
    come_from: Sequence[DeliveryState],
    to: DeliveryState,
    *conditions: sa.ColumnElement[bool],
    now: dt.datetime,
    reason: str = "",
    words: str = "",
    **values: object,
) -> list[str]:
    """Move the deliveries that meet the conditions; the ids of those moved.

    `reason` stays with the row until it moves again; `words` go into the history alone. Raises ValueError
    for a step that is not in NEXT.
    """
    forbidden = [state for state in come_from if to not in NEXT[state]]
    if forbidden:
        raise ValueError(f"a delivery never goes from {forbidden[0]} to {to}")
    table = tables.deliveries
    line = history_line(now, to, words or reason)
    moved = connection.execute(
        sa.update(table)
        .where(table.c.state.in_(come_from), *conditions)
        .values(state=to, updated_at=now, reason=reason, history=table.c.history + line, **values)
        .returning(table.c.id)
    )
    return list(moved.scalars())


def history_line(at: dt.datetime, state: DeliveryState, words: str) -> str:
    """One line of a history."""
    when = at.astimezone(dt.UTC).isoformat(timespec="milliseconds")
    return json.dumps([when, state, words], ensure_ascii=False) + "\n"


def read_history(history: str) -> list[tuple[dt.datetime, DeliveryState, str]]:
    """A row's history: when, to which state, and the words."""
    lines = [json.loads(line) for line in history.split("\n") if line]
    return [(dt.datetime.fromisoformat(when), state, words) for when, state, words in lines]


def delivery(row: sa.Row[Any]) -> Delivery:
    """A row of the table as a noun."""
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
        planned_at=row.planned_at,
        updated_at=row.updated_at,
    )
