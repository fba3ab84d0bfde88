"""What is in the air: deliveries claimed for sending, and what came of them.

A claim is committed before the first byte leaves, and reads in the same transaction whether the reader
may still be mailed. What a limit or a domain's pause forbids is held back, and stays as it was.
"""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.store import facts, tables
from digest.store.bounces import SoftBounces, note_soft_bounce
from digest.store.ledger import READY, move
from digest.store.limits import Hold, Limits, Permits, note_answers, note_pause
from digest.store.suppressions import is_suppressed, suppress

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from digest.model import Outcome
    from digest.store.database import Database


HELD_UNDER = "limits"  # the fact: by which limits deliveries were held back


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What came of a claim: `taken` are this owner's; `held` may not be tried before the time given."""

    taken: tuple[str, ...]
    held: dict[str, Hold] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """What became of a delivery that was being sent to an address of `domain`."""

    delivery_id: str
    domain: str
    outcome: Outcome
    retry_at: dt.datetime | None = None


class Flights:
    """The claims of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self,
        flight: Sequence[tuple[str, str]],
        *,
        owner: str,
        provider: str,
        limits: Limits,
        now: dt.datetime,
    ) -> Claim:
        """Take deliveries (id, recipient's domain) for sending. One whose reader has left or paused, or
        whose address is suppressed, is suppressed now. One that is no longer ready, or not yet due again,
        since another process had it meanwhile, is passed over and uses up no permit."""
        table, readers = tables.deliveries, tables.subscribers
        ids = [delivery_id for delivery_id, _ in flight]
        theirs = readers.c.id == table.c.subscriber_id
        active = sa.exists().where(theirs, readers.c.status == "active")
        refused = sa.exists().where(theirs, is_suppressed(readers.c.address_hash))
        these = table.c.id.in_(ids)
        with self._database.begin() as connection:
            left = "the reader has left or paused"
            move(connection, READY, "suppressed", these, ~active, now=now, reason=left)
            move(connection, READY, "suppressed", these, refused, now=now, reason="the address is suppressed")
            due = sa.or_(table.c.retry_at.is_(None), table.c.retry_at <= now)
            ready = set(connection.scalars(sa.select(table.c.id).where(these, table.c.state.in_(READY), due)))
            permits = Permits.read(connection, limits, provider, [domain for _, domain in flight], now=now)
            held: dict[str, Hold] = {}
            free: list[str] = []
            for delivery_id, domain in flight:
                if delivery_id not in ready:
                    continue
                wait = permits.take(domain)
                if wait is None:
                    free.append(delivery_id)
                else:
                    held[delivery_id] = wait
            permits.write(connection)
            taken = move(
                connection, READY, "sending", table.c.id.in_(free), now=now,
                words=f"to {provider}, by {owner}, {len(free)} in flight",
                owner=owner, provider=provider, attempts=table.c.attempts + 1, soft=False,
                address_hash=sa.select(readers.c.address_hash).where(theirs).scalar_subquery(),
            )  # fmt: skip
        return Claim(taken=tuple(taken), held=held)

    def postpone(self, held: dict[str, Hold], *, now: dt.datetime) -> None:
        """Leave what is held back waiting until its time, with the reason for people to read."""
        table = tables.deliveries
        with self._database.begin() as connection:
            for delivery_id, hold in held.items():
                connection.execute(
                    sa.update(table)
                    .where(table.c.id == delivery_id, table.c.state.in_(READY))
                    # Later is what the answer to an attempt asked for: that stands.
                    .where(sa.or_(table.c.retry_at.is_(None), table.c.retry_at < hold.until))
                    .values(retry_at=hold.until, reason=hold.reason, updated_at=now)
                )

    def reconsider(self, limits: Limits, *, now: dt.datetime) -> None:
        """Where the limits are others than those of the run before, ask anew for what was held back and
        never tried: an operator who raises a cap need not wait for the end of the day."""
        told = json.dumps(dataclasses.asdict(limits), sort_keys=True).encode()
        with self._database.read() as connection:
            known = facts.get(connection, HELD_UNDER)
        if known == told or (known is None and limits == Limits()):
            return
        table = tables.deliveries
        with self._database.begin() as connection:
            connection.execute(
                sa.update(table)
                .where(table.c.state == "composed", table.c.retry_at.is_not(None))
                .values(retry_at=None, reason="", updated_at=now)
            )
            facts.put(connection, HELD_UNDER, told)

    def land(
        self,
        landings: Sequence[Landing],
        *,
        owner: str,
        provider: str,
        soft_bounces: SoftBounces,
        now: dt.datetime,
    ) -> None:
        """Write down what became of deliveries that this owner was sending, and what follows from it for
        addresses, domains and the provider. Where the provider as a whole refused, it was no attempt."""
        table, readers = tables.deliveries, tables.subscribers
        with self._database.begin() as connection:
            for one in landings:
                outcome = one.outcome
                no_attempt = outcome.stop and outcome.kind == "retry"
                landed = move(
                    connection, ("sending",), outcome.kind,
                    table.c.id == one.delivery_id, table.c.owner == owner, now=now,
                    reason=outcome.reason, words=outcome.reason or outcome.provider_id,
                    provider_id=outcome.provider_id, retry_at=one.retry_at, soft=outcome.soft,
                    attempts=table.c.attempts - (1 if no_attempt else 0),
                    **({"maybe_sent": True} if outcome.kind == "uncertain" else {}),
                )  # fmt: skip
                if not landed:
                    continue
                if outcome.kind == "suppressed" or outcome.soft:
                    row = connection.execute(
                        sa.select(table, readers.c.email)
                        .join(readers, readers.c.id == table.c.subscriber_id)
                        .where(table.c.id == one.delivery_id)
                    ).one()
                    if outcome.soft:
                        note_soft_bounce(connection, row, rule=soft_bounces, now=now)
                    elif row.address_hash is not None:
                        suppress(
                            connection, row.address_hash, "bounce",
                            email=row.email, at=now, evidence=outcome.reason,
                        )  # fmt: skip
            pauses = [one.retry_at for one in landings if one.outcome.stop and one.retry_at is not None]
            if pauses:
                note_pause(connection, provider, until=max(pauses))
            note_answers(connection, [(one.domain, one.outcome) for one in landings], now=now)
