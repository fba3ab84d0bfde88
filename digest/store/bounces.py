"""Soft bounces: a mailbox that keeps refusing is given up, one that took a mail starts anew."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.store import tables
from digest.store.suppressions import suppress

if TYPE_CHECKING:
    from collections.abc import Sequence

# A server that accepted a mail tells within five days that it could not deliver it (RFC 5321, 4.5.4.1).
SILENCE_IS_GOOD = dt.timedelta(days=5)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SoftBounces:
    """Suppress after `count` soft bounces in a row that are spread over at least `days` days."""

    count: int = 5
    days: int = 14


def note_soft_bounce(
    connection: sa.Connection, row: sa.Row[Any], *, rule: SoftBounces, now: dt.datetime
) -> bool:
    """After this delivery bounced softly: suppress its address if that was one too many.

    `row` is of deliveries, with its reader's `email`. True if the address is suppressed from now on. One that
    was never claimed, as far as this database knows, says nothing of an address.
    """
    table = tables.deliveries
    if row.address_hash is None:
        return False
    connection.execute(sa.update(table).where(table.c.id == row.id).values(soft=True))
    theirs = connection.execute(
        sa.select(table.c.scheduled_at, table.c.state, table.c.soft, table.c.updated_at)
        .where(table.c.subscriber_id == row.subscriber_id, table.c.address_hash == row.address_hash)
        .order_by(table.c.scheduled_at.desc())
        .limit(400)
    ).all()
    run = bounces_in_a_row(theirs, now=now)
    if len(run) < rule.count or run[0] - run[-1] < dt.timedelta(days=rule.days):
        return False
    evidence = f"{len(run)} soft bounces in a row since {run[-1]:%Y-%m-%d}: {row.reason}"
    return suppress(connection, row.address_hash, "bounce", email=row.email, at=now, evidence=evidence)


def bounces_in_a_row(deliveries: Sequence[Any], *, now: dt.datetime) -> list[dt.datetime]:
    """When the slots were whose mails bounced softly since one was last delivered, newest first.

    `deliveries` are of one reader, newest first. An accepted mail of which nothing bad was heard for five
    days was delivered; of a younger one, and of one that never left, nobody knows, and it counts neither way.
    """
    run: list[dt.datetime] = []
    for one in deliveries:
        silent = one.state == "accepted" and one.updated_at <= now - SILENCE_IS_GOOD
        if one.soft:
            run.append(one.scheduled_at)
        elif silent or one.state in ("delivered", "complained"):
            break
    return run
