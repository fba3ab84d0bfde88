"""A membership as a noun and as a row, and the statements that several stories share."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa
from pydantic import TypeAdapter

from digest.config import address_key
from digest.model import Cadence, Subscriber, Topic
from digest.store import tables
from digest.store.tables_web import former_ids

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.store.hashes import Hashes

# active: gets mail. paused: by the reader's or operator's wish. left: for good, whatever a file says.
# unlisted: the configuration file no longer names them.
Status = Literal["active", "paused", "left", "unlisted"]

_TOPICS = TypeAdapter(tuple[Topic, ...])
_CADENCE = TypeAdapter(Cadence)
READER = TypeAdapter(Subscriber)
PREFERENCES = (
    "email",
    "name",
    "timezone",
    "send_at",
    "cadence",
    "max_papers",
    "trending",
    "outside",
    "topics",
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A reader and how they stand. `agreed_at` and `agreed_where` are the evidence of consent. One of origin
    "web" chooses for themselves: what a file says of them is not used."""

    subscriber: Subscriber
    status: Status
    origin: Literal["file", "command", "web"]
    agreed_at: dt.datetime | None = None
    agreed_where: str = ""
    joined_at: dt.datetime | None = None
    left_at: dt.datetime | None = None
    paused_until: dt.datetime | None = None
    last_scheduled_at: dt.datetime | None = None
    next_due_at: dt.datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """A reader to be taken in. `said` names the preferences that were given: of a reader who is known
    already, the others stay as they are."""

    subscriber: Subscriber
    said: frozenset[str] = frozenset(PREFERENCES)
    agreed_at: dt.datetime | None = None
    agreed_where: str = ""


def by_address(email: str) -> sa.Select[Any]:
    """The statement that finds an address's row."""
    return sa.select(tables.subscribers).where(tables.subscribers.c.address_key == address_key(email))


def admit(connection: sa.Connection, values: Mapping[str, object]) -> int:
    """Make a reader of these columns; returns their number. Whoever lost theirs to a restore gets it back,
    and with it their deliveries' ids; anybody else gets one that nobody ever had."""
    table = tables.subscribers
    theirs = former_ids.c.address_hash == values["address_hash"]
    former = connection.scalar(sa.delete(former_ids).where(theirs).returning(former_ids.c.subscriber_id))
    number = {} if former is None else {"id": former}
    insert = sa.insert(table).values(**values, **number).returning(table.c.id)
    return int(connection.execute(insert).scalar_one())


def adopt(
    connection: sa.Connection,
    row: sa.Row[Any],
    reader: Subscriber,
    hashes: Hashes,
    *,
    said: frozenset[str] = frozenset(PREFERENCES),
) -> None:
    """Bring a known reader's preferences up to date, those that were `said`."""
    wanted = as_row(reader, hashes)
    changes = {
        name: wanted[name] for name in PREFERENCES if name in said and wanted[name] != getattr(row, name)
    }
    if row.status == "unlisted":
        changes["status"] = "active"
    if changes:
        # The hour or the cadence may be another now: look at the reader at the next run.
        set_values(connection, row.id, **changes, next_due_at=None)


def set_values(connection: sa.Connection, subscriber_id: int, **values: object) -> None:
    """Change some columns of a reader."""
    if values:
        table = tables.subscribers
        connection.execute(sa.update(table).where(table.c.id == subscriber_id).values(**values))


def latest(known: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    """Up to when a reader's slots are behind them, who is mailed from `now` on: no slot of before comes."""
    return now if known is None else max(known, now)


def as_row(reader: Subscriber, hashes: Hashes) -> dict[str, Any]:
    """A reader's columns."""
    return {
        "address_hash": hashes.address(reader.email),
        "address_key": address_key(reader.email),
        "email": reader.email,
        "name": reader.name,
        "timezone": reader.timezone,
        "send_at": reader.send_at.strftime("%H:%M"),
        "cadence": _CADENCE.dump_python(reader.cadence, mode="json"),
        "max_papers": reader.max_papers,
        "trending": reader.trending,
        "outside": reader.outside,
        "topics": _TOPICS.dump_python(reader.topics, mode="json"),
    }


def membership(row: sa.Row[Any]) -> Membership:
    """A row as a noun."""
    return Membership(
        subscriber=Subscriber(
            id=row.id,
            email=row.email,
            name=row.name,
            timezone=row.timezone,
            send_at=dt.time.fromisoformat(row.send_at),
            cadence=_CADENCE.validate_python(row.cadence),
            max_papers=row.max_papers,
            trending=row.trending,
            outside=row.outside,
            topics=_TOPICS.validate_python(row.topics),
        ),
        status=row.status,
        origin=row.origin,
        agreed_at=row.agreed_at,
        agreed_where=row.agreed_where,
        joined_at=row.joined_at,
        left_at=row.left_at,
        paused_until=row.paused_until,
        last_scheduled_at=row.last_scheduled_at,
        next_due_at=row.next_due_at,
    )
