"""Readers: who gets mail, what they want, and when they are due. One who has left stays out."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa
from pydantic import TypeAdapter

from digest.config import address_key
from digest.errors import UsageError
from digest.model import Cadence, Subscriber, Topic
from digest.store import tables
from digest.store.database import parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.store.database import Database

# active: gets mail. paused: by the reader's or operator's wish. left: for good, whatever a file says.
# unlisted: the configuration file no longer names them.
Status = Literal["active", "paused", "left", "unlisted"]

_TOPICS = TypeAdapter(tuple[Topic, ...])
_CADENCE = TypeAdapter(Cadence)
_PREFERENCES = ("email", "name", "timezone", "send_at", "cadence", "max_papers", "trending", "topics")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A reader and how they stand. `agreed_at` and `agreed_where` are the evidence of consent."""

    subscriber: Subscriber
    status: Status
    origin: Literal["file", "command"]
    agreed_at: dt.datetime | None = None
    agreed_where: str = ""
    left_at: dt.datetime | None = None
    last_scheduled_at: dt.datetime | None = None
    next_due_at: dt.datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """A reader to be taken in. `said` names the preferences that were given: of a reader who is known
    already, the others stay as they are."""

    subscriber: Subscriber
    said: frozenset[str] = frozenset(_PREFERENCES)
    agreed_at: dt.datetime | None = None
    agreed_where: str = ""


class Subscribers:
    """The readers of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def synchronise(self, listed: Sequence[Subscriber]) -> list[str]:
        """Make the file's readers those of the database; returns the addresses that it names in vain,
        because they have left. Readers whom the file no longer names get no more mail."""
        table = tables.subscribers
        gone: list[str] = []
        with self._database.begin() as connection:
            known = {
                row.address_key: row
                for row in connection.execute(
                    sa.select(table).where(
                        sa.or_(
                            table.c.origin == "file",
                            table.c.address_key.in_([address_key(reader.email) for reader in listed]),
                        )
                    )
                )
            }
            for reader in listed:
                row = known.pop(address_key(reader.email), None)
                if row is None:
                    connection.execute(
                        sa.insert(table), {**_row(reader), "status": "active", "origin": "file"}
                    )
                elif row.status == "left":
                    gone.append(reader.email)
                else:
                    _adopt(connection, row, reader)
            for row in known.values():
                # One who paused gets no mail anyway, and their wish must outlast a change of the file.
                if row.origin == "file" and row.status == "active":
                    _set(connection, row.id, status="unlisted")
        return gone

    def add(self, admission: Admission) -> bool:
        """Take a reader in, or bring an earlier one's preferences up to date; True if new. Raises
        UsageError for one who has left: only they may come back."""
        (done,) = self.add_all([admission])
        if done == "left":
            email = admission.subscriber.email
            raise UsageError(
                f"{email}: has left and is not added again; with their new consent: "
                f"digest subscribers resume {email} --agreed-at TIME --agreed-where WORDS"
            )
        return done == "added"

    def add_all(self, admissions: Sequence[Admission]) -> list[Literal["added", "updated", "left"]]:
        """Take many in, in one transaction: what became of each. One who has left is left alone."""
        table = tables.subscribers
        done: list[Literal["added", "updated", "left"]] = []
        with self._database.begin() as connection:
            for admission in admissions:
                reader = admission.subscriber
                consent = {"agreed_at": admission.agreed_at, "agreed_where": admission.agreed_where}
                row = connection.execute(_by_address(reader.email)).one_or_none()
                if row is None:
                    connection.execute(
                        sa.insert(table), {**_row(reader), **consent, "status": "active", "origin": "command"}
                    )
                    done.append("added")
                elif row.status == "left":
                    done.append("left")
                else:
                    if row.status == "unlisted":  # theirs who add them now, no more the file's
                        _set(connection, row.id, origin="command")
                    _adopt(connection, row, reader, said=admission.said)
                    _set(connection, row.id, **{name: value for name, value in consent.items() if value})
                    done.append("updated")
        return done

    def set_status(self, email: str, status: Status, *, at: dt.datetime | None = None) -> Membership:
        """Pause, resume or end a membership; UsageError for an address that nobody has."""
        with self._database.begin() as connection:
            row = connection.execute(_by_address(email)).one_or_none()
            if row is None:
                raise UsageError(f"{email}: no such subscriber; `digest subscribers list` shows all of them")
            changes: dict[str, Any] = {"status": status, "left_at": at if status == "left" else None}
            if status == "active":
                changes["next_due_at"] = None
                if row.status in ("left", "unlisted"):
                    changes["origin"] = "command"  # a file that does not name them ends it no more
            _set(connection, row.id, **changes)
            return _membership(connection.execute(_by_address(email)).one())

    def find(self, email: str) -> Membership | None:
        """The membership of an address."""
        with self._database.read() as connection:
            row = connection.execute(_by_address(email)).one_or_none()
        return None if row is None else _membership(row)

    def everyone(self) -> list[Membership]:
        """All memberships, by address."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(tables.subscribers).order_by(tables.subscribers.c.address_key)
            )
            return [_membership(row) for row in rows]

    def due(self, now: dt.datetime, *, email: str | None = None) -> list[Membership]:
        """Active readers who may have a slot that is due at `now`, by id."""
        table = tables.subscribers
        query = (
            sa.select(table)
            .where(table.c.status == "active")
            .where(sa.or_(table.c.next_due_at.is_(None), table.c.next_due_at <= now))
            .order_by(table.c.id)
        )
        if email is not None:
            query = query.where(table.c.address_key == address_key(email))
        with self._database.read() as connection:
            return [_membership(row) for row in connection.execute(query)]

    def next_due_at(self, *, email: str | None = None) -> dt.datetime | None:
        """When the next slot of any active reader, or of that one, is due; None where nobody gets mail."""
        table = tables.subscribers
        query = sa.select(sa.func.min(table.c.next_due_at)).where(table.c.status == "active")
        if email is not None:
            query = query.where(table.c.address_key == address_key(email))
        with self._database.read() as connection:
            found: dt.datetime | None = connection.scalar(query)
            return found

    def examples(self) -> set[str]:
        """The arXiv ids that the topics of active readers name as examples."""
        table = tables.subscribers
        with self._database.read() as connection:
            rows = connection.scalars(sa.select(table.c.topics).where(table.c.status == "active"))
            return {one for topics in rows for topic in topics for one in topic["examples"]}

    def by_id(self, ids: Sequence[int]) -> dict[int, Membership]:
        """Memberships by id."""
        table = tables.subscribers
        with self._database.read() as connection:
            return {
                row.id: _membership(row)
                for part in parts(ids)
                for row in connection.execute(sa.select(table).where(table.c.id.in_(part)))
            }


def _by_address(email: str) -> sa.Select[Any]:
    return sa.select(tables.subscribers).where(tables.subscribers.c.address_key == address_key(email))


def _adopt(
    connection: sa.Connection,
    row: sa.Row[Any],
    reader: Subscriber,
    *,
    said: frozenset[str] = frozenset(_PREFERENCES),
) -> None:
    wanted = _row(reader)
    changes = {
        name: wanted[name] for name in _PREFERENCES if name in said and wanted[name] != getattr(row, name)
    }
    if row.status == "unlisted":
        changes["status"] = "active"
    if changes:
        # The hour or the cadence may be another now: look at the reader at the next run.
        _set(connection, row.id, **changes, next_due_at=None)


def _set(connection: sa.Connection, subscriber_id: int, **values: object) -> None:
    if values:
        table = tables.subscribers
        connection.execute(sa.update(table).where(table.c.id == subscriber_id).values(**values))


def _row(reader: Subscriber) -> dict[str, Any]:
    return {
        "address_key": address_key(reader.email),
        "email": reader.email,
        "name": reader.name,
        "timezone": reader.timezone,
        "send_at": reader.send_at.strftime("%H:%M"),
        "cadence": _CADENCE.dump_python(reader.cadence, mode="json"),
        "max_papers": reader.max_papers,
        "trending": reader.trending,
        "topics": _TOPICS.dump_python(reader.topics, mode="json"),
    }


def _membership(row: sa.Row[Any]) -> Membership:
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
            topics=_TOPICS.validate_python(row.topics),
        ),
        status=row.status,
        origin=row.origin,
        agreed_at=row.agreed_at,
        agreed_where=row.agreed_where,
        left_at=row.left_at,
        last_scheduled_at=row.last_scheduled_at,
        next_due_at=row.next_due_at,
    )
